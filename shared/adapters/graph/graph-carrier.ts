/** Mail by Microsoft Graph: in one request where that is enough, else by a draft. */

import { TenantpostError } from '../../errors.ts';
import type { Carrier, Claimed, Finding, SendReceipt } from '../../mail/carrier.ts';
import { DraftDelivery } from '../../mail/sending/draft-delivery.ts';
import type { Mail } from '../../mail/job/mail.ts';
import type { Sealing } from '../../tokens/sealing.ts';
import type { Token } from '../../tokens/token.ts';
import { GraphClient } from './graph-client.ts';
import { GraphMailbox } from './graph-mailbox.ts';
import { mayGoAtOnce, outgoing } from './graph-outgoing.ts';

interface Dependencies {
  /** Root of Graph, for example `https://graph.microsoft.com`. */
  readonly url: string;
  /** For the addresses of uploads, which are kept while they last. */
  readonly sealing: Sealing;
}

/**
 * How long a worker goes on with attachments, in milliseconds; the next one goes on from there. The Functions host ends the
 * whole process, with every other mail in it, when a worker takes five minutes (`functionTimeout` in host.json), and a request
 * that is under way by then may take 100 seconds.
 */
export const usualTime = 90_000;

export class GraphCarrier implements Carrier {
  readonly transport = 'graph';
  readonly resource = 'graph';
  readonly #client: GraphClient;
  readonly #sealing: Sealing;
  readonly #within: number;

  /** @param within how long attachments may take at a time, in milliseconds. */
  constructor({ url, sealing }: Dependencies, within: number = usualTime) {
    this.#client = new GraphClient(url);
    this.#sealing = sealing;
    this.#within = within;
  }

  async send(claimed: Claimed): Promise<SendReceipt> {
    const { mail, progress } = claimed;
    const mailbox = this.#mailbox(claimed);
    if (mail.job.delivery !== 'exactly-once' && progress === undefined) {
      const body = await outgoing(mail, mailbox.mark);
      if (body !== undefined) return mailbox.sendMail(body);
    }
    return this.#delivery(claimed, mailbox).send(progress);
  }

  async find(claimed: Claimed): Promise<Finding> {
    const { mail, progress } = claimed;
    const mailbox = this.#mailbox(claimed);
    let isCertain: boolean;
    try {
      const finding = await this.#delivery(claimed, mailbox).find(progress);
      if (finding.kind !== 'none') return finding;
      ({ isCertain } = finding);
    } catch (error) {
      if (!(error instanceof TenantpostError) || error.meaning.disposition !== 'never') throw error;
      // Mail.Send alone reads no mailbox.
      return { kind: 'unsure' };
    }
    // A draft that was sent has been written down before.
    const wentAtOnce = mail.job.delivery !== 'exactly-once' && mayGoAtOnce(mail, mailbox.mark);
    // Whatever Graph has accepted is in the mailbox, from Drafts on, unless it was not to be kept.
    const leavesTrace = isCertain && mail.job.saveToSentItems;
    return { kind: wentAtOnce && !leavesTrace ? 'unsure' : 'not-sent' };
  }

  /**
   * Removes what was begun of a job that is not to be sent any more: cancelled, or expired.
   *
   * @throws TenantpostError when it cannot be removed now, or not at all.
   */
  async discard(claimed: Omit<Claimed, 'record'>): Promise<void> {
    const record = () => Promise.reject(new Error('Nothing is written down of what is discarded.'));
    await this.#delivery({ ...claimed, record }, this.#mailbox(claimed)).discard(claimed.progress);
  }

  #mailbox({ mail, token }: { readonly mail: Mail; readonly token: Token }): GraphMailbox {
    // The last look before a mail leaves: whatever went wrong before, no tenant's token sends another tenant's mail.
    if (token.tenantId !== mail.job.tenant || token.resource !== 'graph') {
      throw new TenantpostError('TOKEN_WRONG', `A mail of tenant ${mail.job.tenant} came with another token.`);
    }
    return new GraphMailbox(this.#client, mail, token);
  }

  #delivery({ mail, record }: Claimed, mailbox: GraphMailbox): DraftDelivery {
    const { tenant, id, saveToSentItems } = mail.job;
    return new DraftDelivery({
      mailbox,
      record,
      sealing: this.#sealing,
      boundTo: JSON.stringify([tenant, id, 'upload']),
      attachments: mail.attachments.length,
      isKept: saveToSentItems,
      timeIsUp: AbortSignal.timeout(this.#within),
    });
  }
}
