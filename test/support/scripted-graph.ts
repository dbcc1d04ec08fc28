/** A Graph that answers each mail as a test says, and the checks that hold whatever it answers. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { GraphCarrier } from '../../shared/adapters/graph/graph-carrier.ts';
import type { TenantpostError } from '../../shared/errors.ts';
import type { SendReceipt } from '../../shared/mail/carrier.ts';
import { loadContent } from '../../shared/mail/job/load-content.ts';
import type { MailJob } from '../../shared/mail/job/mail-job.ts';
import { sealing } from '../../shared/tokens/sealing.ts';
import type { Token } from '../../shared/tokens/token.ts';
import { failureOf, shownOf } from './failure-of.ts';
import { fixedDataKeys } from './fixed-data-keys.ts';
import { aParsedMailJob } from './mail-job.ts';
import { type ReceivedRequest, type ScriptedServer, startScriptedServer } from './scripted-server.ts';
import { aToken, aTokenValue } from './unsigned-token.ts';

interface Mail {
  readonly job: MailJob;
  readonly token: Token;
}

/** How a mail is answered; the answer may quote it. */
export type Answer = (response: ServerResponse, mail: Mail, socket: Socket) => void;

export class ScriptedGraph {
  readonly #answers: Map<string, { mail: Mail; answer: Answer }>;
  readonly server: ScriptedServer;

  private constructor(server: ScriptedServer, answers: Map<string, { mail: Mail; answer: Answer }>) {
    this.server = server;
    this.#answers = answers;
  }

  static async start(): Promise<ScriptedGraph> {
    const answers = new Map<string, { mail: Mail; answer: Answer }>();
    const server = await startScriptedServer({
      answer(response, request, socket) {
        const { mail, answer } = answers.get(mailboxOf(request)) ?? {};
        if (mail && answer) answer(response, mail, socket);
        else response.writeHead(501).end();
      },
    });
    return new ScriptedGraph(server, answers);
  }

  /** The mailbox of every request, in order. */
  get mailboxes(): readonly string[] {
    return this.server.requests.map(mailboxOf);
  }

  /** The receipt of a mail that is answered so, once it is sure that it was sent once. */
  async accepted(answer: Answer): Promise<SendReceipt> {
    const mail = this.#mail(answer);
    const receipt = await sent(this.server.url, mail);
    this.#wasSentOnce(mail);
    return receipt;
  }

  /** The error of a mail that is answered so, once it is sure that it was sent once and that the error shows nothing of it. */
  async refused(answer: Answer): Promise<TenantpostError> {
    const mail = this.#mail(answer);
    const error = await failureOf(sent(this.server.url, mail));
    this.#wasSentOnce(mail);
    const shown = shownOf(error);
    const { from, to, subject, text } = mail.job;
    for (const secret of [from, to[0]?.address, to[0]?.name, subject, text, mail.token.value]) {
      assert.ok(typeof secret === 'string' && secret !== '');
      assert.equal(shown.includes(secret), false, shown);
    }
    return error;
  }

  /** A mail of a mailbox that no other test uses. */
  #mail(answer: Answer): Mail {
    const name = crypto.randomUUID();
    const job = aParsedMailJob({
      from: `box-${name}@contoso.example`,
      to: [{ address: `anna-${name}@customer.example`, name: `Anna ${name}` }],
      subject: `Subject ${name}`,
      text: `Text ${name}`,
    });
    const mail = { job, token: aToken({ value: aTokenValue({ jti: name }) }) };
    this.#answers.set(job.from, { mail, answer });
    return mail;
  }

  #wasSentOnce({ job, token }: Mail): void {
    const [request, ...more] = this.server.requests.filter((one) => mailboxOf(one) === job.from);
    assert.deepEqual(more, []);
    assert.deepEqual([request?.method, request?.headers.authorization], ['POST', `Bearer ${token.value}`]);
    assert.equal(request?.path, `/v1.0/users/${encodeURIComponent(job.from)}/sendMail`);
    assert.ok(request.body.includes(job.subject));
  }
}

/** What a carrier makes of a mail that fits into one request. */
export async function sent(url: string, { job, token }: Mail): Promise<SendReceipt> {
  const carrier = new GraphCarrier({ url, sealing: sealing(fixedDataKeys(), 'seal uploads') });
  const mail = await loadContent(job, { open: () => assert.fail('the job names no blob') });
  const record = (): Promise<void> => assert.fail('nothing is written down of one request');
  return carrier.send({ mail, token, progress: undefined, record });
}

function mailboxOf({ path }: ReceivedRequest): string {
  return decodeURIComponent(path.split('/')[3] ?? '');
}
