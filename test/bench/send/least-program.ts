/**
 * The least that a program can do which keeps the app's promise that a mail leaves once or somebody can say why not: get the
 * message, insert the row that claims the job, send, write the outcome, delete the message. Five requests by plain HTTP, and
 * nothing of an SDK. Without its two rows it is the least that sends at all. With a row of the mailbox beside them, each time
 * in one transaction, it is the least that could keep a mailbox within its limits across processes.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RandomizedBackoff } from '../../../local/host/randomized-backoff.ts';
import { type Answer, PlainHttp } from './plain-http.ts';
import { type RowRequest, transaction, versionsIn } from './plain-transaction.ts';
import type { Kept, LeastSetUp } from './send-messages.ts';

const job = z.object({
  id: z.string(),
  tenant: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
});

interface Message {
  readonly id: string;
  readonly receipt: string;
  readonly text: string;
}

/** As the Functions host: what it hides a message for, and how soon it looks again at a queue that has nothing. */
const hiddenSeconds = 600;
const leastPause = 100;
const mostPause = 100;

const version = { 'x-ms-version': '2019-02-02' };
const row = { ...version, accept: 'application/json;odata=nometadata', 'content-type': 'application/json' };

export class LeastProgram {
  readonly #with: LeastSetUp;
  readonly #queue: PlainHttp;
  readonly #table: PlainHttp;
  readonly #graph: PlainHttp;
  readonly #messages: string;
  readonly #rows: string;
  readonly #tableOrigin: string;
  readonly #batch: string;
  /** Of the mailboxes' rows. */
  readonly #versions = new Map<string, string>();

  constructor(setUp: LeastSetUp) {
    this.#with = setUp;
    const [queue, table] = [new URL(setUp.queueUrl), new URL(setUp.tableUrl)];
    this.#queue = new PlainHttp(queue);
    this.#table = new PlainHttp(table);
    this.#graph = new PlainHttp(new URL(setUp.graphUrl));
    this.#messages = `${queue.pathname}/messages`;
    this.#rows = table.pathname;
    this.#tableOrigin = table.origin;
    this.#batch = `${new URL('$batch', table).pathname}?${setUp.signature}`;
  }

  /** With as many messages at a time as the Functions host by host.json: QueueListener of local/host. */
  async run(kept: Kept, messages: number): Promise<void> {
    const { batchSize, newBatchThreshold } = this.#with;
    const underWay = new Set<Promise<void>>();
    const backoff = new RandomizedBackoff(leastPause, mostPause);
    let begun = 0;
    while (begun < messages) {
      const batch = await this.#get(batchSize);
      begun += batch.length;
      for (const message of batch) {
        const work = this.#handle(message, kept).finally(() => underWay.delete(work));
        underWay.add(work);
      }
      if (batch.length === 0) await sleep(backoff.next());
      else backoff.reset();
      while (underWay.size > newBatchThreshold) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  async #get(most: number): Promise<Message[]> {
    const query = `numofmessages=${most}&visibilitytimeout=${hiddenSeconds}&${this.#with.signature}`;
    const { text } = expect(200, await this.#queue.request('GET', `${this.#messages}?${query}`, version));
    return [...text.matchAll(/<QueueMessage>(.*?)<\/QueueMessage>/gs)].map(([, message = '']) => ({
      id: element(message, 'MessageId'),
      receipt: element(message, 'PopReceipt'),
      text: element(message, 'MessageText'),
    }));
  }

  async #handle({ id: messageId, receipt, text }: Message, kept: Kept): Promise<void> {
    const { tenant, id, ...mail } = job.parse(JSON.parse(text));
    const mailbox = kept === 'gate' ? mail.from : undefined;
    const claim = kept === 'bare' ? undefined : await this.#claim(tenant, id, mailbox);
    await this.#send(tenant, mail);
    if (claim !== undefined) await this.#end(tenant, id, claim, mailbox);
    const path = `${this.#messages}/${messageId}?popreceipt=${encodeURIComponent(receipt)}&${this.#with.signature}`;
    expect(204, await this.#queue.request('DELETE', path, version));
  }

  /** @returns the version of the row that claims it. */
  #claim(tenant: string, id: string, mailbox: string | undefined): Promise<string> {
    const body = { PartitionKey: tenant, RowKey: id, state: 'sending', at: Date.now() };
    return this.#write(tenant, mailbox, { method: 'POST', path: this.#rows, body });
  }

  async #send(tenant: string, { from, to, subject, text }: Omit<z.infer<typeof job>, 'tenant' | 'id'>): Promise<void> {
    const toRecipients = to.map((address) => ({ emailAddress: { address } }));
    const message = { subject, body: { contentType: 'text', content: text }, toRecipients };
    const headers = {
      authorization: `Bearer ${this.#with.tokens[tenant] ?? ''}`,
      'content-type': 'application/json',
    };
    const path = `/v1.0/users/${encodeURIComponent(from)}/sendMail`;
    const body = JSON.stringify({ message, saveToSentItems: true });
    expect(202, await this.#graph.request('POST', path, headers, body));
  }

  #end(tenant: string, id: string, version: string, mailbox: string | undefined): Promise<string> {
    const body = { PartitionKey: tenant, RowKey: id, state: 'sent', at: Date.now() };
    return this.#write(tenant, mailbox, { method: 'PUT', path: this.#row(tenant, id), version, body });
  }

  /** @returns the new version of the job's row. */
  async #write(tenant: string, mailbox: string | undefined, job: RowRequest): Promise<string> {
    if (mailbox === undefined) {
      const { method, path, version, body } = job;
      const headers = { ...row, prefer: 'return-no-content', ...(version !== undefined && { 'if-match': version }) };
      const signed = `${path}?${this.#with.signature}`;
      const answer = await this.#table.request(method, signed, headers, JSON.stringify(body));
      return expect(204, answer).headers.etag ?? '';
    }
    const key = `mailbox ${mailbox}`;
    const known = this.#versions.get(mailbox);
    const body = { PartitionKey: tenant, RowKey: key, at: Date.now() };
    const gate: RowRequest =
      known === undefined
        ? { method: 'POST', path: this.#rows, body }
        : { method: 'PUT', path: this.#row(tenant, key), version: known, body };
    const { headers, text } = transaction(this.#tableOrigin, [job, gate]);
    const answer = expect(202, await this.#table.request('POST', this.#batch, { ...version, ...headers }, text));
    const [own = '', ofMailbox = ''] = versionsIn(answer);
    this.#versions.set(mailbox, ofMailbox);
    return own;
  }

  #row(tenant: string, key: string): string {
    return `${this.#rows}(PartitionKey='${tenant}',RowKey='${encodeURIComponent(key)}')`;
  }
}

function expect(status: number, answer: Answer): Answer {
  if (answer.status === status) return answer;
  throw new Error(`Expected ${status} and got ${answer.status}: ${answer.text.slice(0, 300)}`);
}

function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
