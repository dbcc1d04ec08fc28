/**
 * Mail by GraphCarrier against the local cloud, as the flow around it acts: what is refused for now is tried again, what may
 * have left is looked for, and every try is a carrier that knows what was written down and nothing else.
 */

import assert from 'node:assert/strict';
import { customers, graphResource, type TestCloud, type TokenOverrides, vendor, aToken } from './cloud.ts';
import { fixedDataKeys } from './fixed-data-keys.ts';
import { aMailJob } from './mail-job.ts';
import { contentOf } from '../../local/cloud/mail/content.ts';
import { settle } from '../../local/cloud/mail/folders.ts';
import type { StoredMessage } from '../../local/cloud/state.ts';
import { GraphCarrier } from '../../shared/adapters/graph/graph-carrier.ts';
import { TenantpostError } from '../../shared/errors.ts';
import type { Claimed, Finding, SendReceipt } from '../../shared/mail/carrier.ts';
import { heldContent } from '../../shared/mail/job/content-store.ts';
import { loadContent } from '../../shared/mail/job/load-content.ts';
import type { Attachment, Mail } from '../../shared/mail/job/mail.ts';
import { parseMailJob } from '../../shared/mail/job/mail-job.ts';
import type { DraftProgress } from '../../shared/mail/outcome.ts';
import { sealing } from '../../shared/tokens/sealing.ts';
import { readToken, type Token } from '../../shared/tokens/token.ts';

export const sender = 'post@contoso.example';
export const receiver = 'anna@customer.example';

/** May draft and read; Mail.Send alone is what most tenants grant. */
export const mayDraft = ['Mail.Send', 'Mail.ReadWrite'];

export interface File {
  readonly name: string;
  readonly octets: Buffer;
  readonly contentId?: string;
}

/** Octets that differ at every place, so that a range in the wrong place shows. */
export function aFile(name: string, bytes: number): File {
  const octets = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) octets.writeUInt32BE((Math.imul(at, 2654435761) ^ at) >>> 0, at);
  return { name, octets };
}

export const attachmentOf = ({ name, octets, contentId }: File): Attachment => ({
  name,
  contentType: 'application/octet-stream',
  content: heldContent(octets),
  ...(contentId === undefined ? {} : { contentId }),
});

/** A mail of Contoso under an id and a subject that no other test uses. */
export async function aGraphMail(overrides: Record<string, unknown> = {}, files: readonly File[] = []): Promise<Mail> {
  const own = { id: crypto.randomUUID(), subject: crypto.randomUUID(), tenant: customers.contoso.id, from: sender };
  const { job } = parseMailJob(aMailJob({ ...own, to: [receiver], ...overrides }));
  const mail = await loadContent(job, { open: () => assert.fail('the job names no blob') });
  if (files.length === 0) return mail;
  const bytes = files.reduce((sum, { octets }) => sum + octets.length, mail.bytes);
  return { ...mail, attachments: files.map(attachmentOf), bytes };
}

export async function graphToken(cloud: TestCloud, overrides: TokenOverrides = {}, signedBy?: string): Promise<Token> {
  const value = await aToken(cloud, { roles: mayDraft, ...overrides }, signedBy);
  const expected = { tenantId: overrides.tid ?? customers.contoso.id, audience: graphResource, clientId: vendor.appId };
  return readToken(value, { resource: 'graph', isForeignIssuer: () => false, ...expected });
}

export const graphCarrier = (cloud: TestCloud, within?: number): GraphCarrier =>
  new GraphCarrier({ url: cloud.urls.graph, sealing: sealing(fixedDataKeys(), 'seal uploads') }, within);

/** Room for tests that send and upload much. */
export function withoutLimits(cloud: TestCloud): void {
  const { graph, sending } = cloud.state.limits;
  sending.messages.most = 100_000;
  sending.recipients.most = 1_000_000;
  sending.messageBytes = 160 * 1024 * 1024;
  graph.requests.most = 1_000_000;
  graph.uploadedBytes.most = 10_000_000_000;
}

/** Every copy of a mail, in whatever mailbox and folder. */
export const copiesOf = (cloud: TestCloud, { job }: Mail): StoredMessage[] =>
  cloud.state.messages.filter(({ subject }) => subject === job.subject);

export const folders = (cloud: TestCloud, mail: Mail): string[] =>
  copiesOf(cloud, mail).map(({ folder, mailbox, isDraft }) => `${isDraft ? 'draft in ' : ''}${folder} ${mailbox}`);

/** The process ended here. */
class Crash extends Error {}

export interface Disturbance {
  /** How long a worker takes steps, in milliseconds. */
  readonly within?: number;
  /**
   * What happens to the n-th thing that is written down, from 0 on: the worker dies before or after it, storage fails, or
   * another worker has the job now.
   */
  readonly record?: (nth: number) => 'dies before' | 'dies after' | 'fails' | 'is overtaken' | undefined;
}

/** One job, over all of its tries. */
export class GraphDelivery {
  readonly #cloud: TestCloud;
  readonly #disturbance: Disturbance;
  readonly mail: Mail;
  readonly token: Token;
  progress: DraftProgress | undefined;
  readonly recorded: DraftProgress[] = [];
  /** Codes of the tries that failed, and what was found. */
  readonly history: string[] = [];
  #records = 0;

  constructor(cloud: TestCloud, mail: Mail, token: Token, disturbance: Disturbance = {}) {
    this.#cloud = cloud;
    this.mail = mail;
    this.token = token;
    this.#disturbance = disturbance;
  }

  send(): Promise<SendReceipt> {
    return graphCarrier(this.#cloud, this.#disturbance.within).send(this.claimed());
  }

  find(): Promise<Finding> {
    return graphCarrier(this.#cloud).find(this.claimed());
  }

  discard(): Promise<void> {
    return graphCarrier(this.#cloud).discard(this.claimed());
  }

  claimed(): Claimed {
    return { mail: this.mail, token: this.token, progress: this.progress, record: (next) => this.#record(next) };
  }

  /** Until it is sent, failed or unknown. @returns the last, or the code of the failure. */
  async run(): Promise<string> {
    let isUnsettled = false;
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        if (isUnsettled) {
          this.#settle();
          const finding = await this.find();
          this.history.push(`found ${finding.kind}`);
          if (finding.kind === 'sent') return 'sent';
          if (finding.kind === 'unsure') return 'unknown';
          this.progress = finding.progress;
          isUnsettled = false;
        }
        await this.send();
        return 'sent';
      } catch (error) {
        this.history.push(error instanceof TenantpostError ? error.code : 'crash');
        if (error instanceof Crash) isUnsettled = true;
        else if (!(error instanceof TenantpostError)) throw error;
        else if (error.meaning.disposition === 'unknown') isUnsettled = true;
        else if (error.meaning.disposition === 'never') return error.code;
      }
    }
    return assert.fail(`not at an end after 200 tries: ${this.history.slice(-10).join(', ')}`);
  }

  #record(progress: DraftProgress): Promise<void> {
    const end = this.#disturbance.record?.(this.#records++);
    if (end === 'dies before') return Promise.reject(new Crash());
    if (end === 'fails') return Promise.reject(new TenantpostError('STORAGE_UNAVAILABLE', 'Storage is down.'));
    if (end === 'is overtaken') return Promise.reject(new TenantpostError('CLAIM_LOST', 'Another worker has it.'));
    this.progress = progress;
    this.recorded.push(progress);
    return end === 'dies after' ? Promise.reject(new Crash()) : Promise.resolve();
  }

  /** As if the settling time had passed. */
  #settle(): void {
    for (const message of this.#cloud.state.settlingMessages) message.settlesAt = 0;
  }
}

/** That the mail was received once, whole, and that nothing else of it is anywhere. */
export function assertDeliveredOnce(cloud: TestCloud, mail: Mail, said = ''): void {
  for (const message of cloud.state.settlingMessages) message.settlesAt = 0;
  settle(cloud);
  const kept = mail.job.saveToSentItems ? [`sentitems ${sender}`] : [];
  assert.deepEqual(folders(cloud, mail).sort(), [`inbox ${receiver}`, ...kept], said);
  for (const { attachments } of copiesOf(cloud, mail)) {
    assert.deepEqual(
      attachments.map(({ name }) => name),
      mail.attachments.map(({ name }) => name),
      said,
    );
  }
}

/** That the attachments of every copy are those of the mail, to the octet. */
export async function assertWhole(cloud: TestCloud, mail: Mail): Promise<void> {
  for (const copy of copiesOf(cloud, mail)) {
    for (const [index, { content }] of mail.attachments.entries()) {
      const stored = copy.attachments[index];
      assert.ok(stored);
      assert.equal(Buffer.compare(contentOf(cloud, stored.content), await content.whole()), 0, stored.name);
    }
  }
}
