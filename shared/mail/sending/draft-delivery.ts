/**
 * The steps of a delivery by a draft: make it, put the attachments on it, write down that it is to be sent, send it. Whatever
 * dies in between, the mailbox itself says how far it came, and whoever takes the job over goes on from there.
 */

import { TenantpostError } from '../../errors.ts';
import type { Sealing } from '../../tokens/sealing.ts';
import type { Finding, SendReceipt } from '../carrier.ts';
import type { DraftMailbox, Found, Made } from './draft-mailbox.ts';
import type { DraftProgress } from '../outcome.ts';

interface Dependencies {
  readonly mailbox: DraftMailbox;
  /** See `Claimed`. */
  readonly record: (progress: DraftProgress) => Promise<void>;
  readonly sealing: Sealing;
  /** What the address of an upload is sealed for: one job. */
  readonly boundTo: string;
  /** How many attachments the mail has. */
  readonly attachments: number;
  /** Whether Exchange keeps the message once it is sent. */
  readonly isKept: boolean;
  /** From then on no further attachment or range is begun. */
  readonly timeIsUp: AbortSignal;
}

/** One may have been made, and nobody was told its id. */
const unnamed: DraftProgress = { draftId: '', step: 'attaching', attached: 0 };

/** What has been written down of a draft, or just begun, and what it was made by. */
type Begun = DraftProgress & { readonly by: 'earlier worker' | 'this one' | 'this one, unwritten' };

export class DraftDelivery {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** @param progress of an earlier worker: `submitting` when the mailbox has said that it did not leave, or refused it. */
  async send(progress: DraftProgress | undefined): Promise<SendReceipt> {
    const begun = progress === undefined ? await this.#create() : await this.#goOn(progress);
    if (begun === 'sent') return { requestId: undefined };
    try {
      if (begun.step === 'submitting') return await this.#with.mailbox.submit(begun.draftId);
      return await this.#finish(begun);
    } catch (error) {
      if (error instanceof TenantpostError && error.meaning.disposition === 'never') {
        // The job may be replayed once that is mended, and then begins anew.
        await this.#with.record(unnamed);
        await this.#clear(begun.draftId);
      }
      throw error;
    }
  }

  /** What became of it, once the mailbox has settled. `none` has no trace of it, or none that is certain. */
  async find(progress: DraftProgress | undefined): Promise<Finding | { readonly kind: 'none'; isCertain: boolean }> {
    const { mailbox, isKept } = this.#with;
    const { draftId = '' } = progress ?? {};
    const found = await mailbox.search();
    await this.#removeDrafts(found, draftId);
    if (found.some(isSent)) return { kind: 'sent' };
    if (progress === undefined) {
      return found.some(({ isOurs }) => isOurs)
        ? { kind: 'not-sent' }
        : { kind: 'none', isCertain: found.length === 0 };
    }
    const isThere = found.some(({ id }) => id === draftId);
    // Nothing was asked to leave before that is written down.
    if (progress.step === 'attaching') return isThere ? { kind: 'not-sent', progress } : { kind: 'not-sent' };
    switch (isThere ? 'draft' : await mailbox.standing(draftId)) {
      case 'draft':
        return { kind: 'not-sent', progress };
      case 'sent':
        return { kind: 'sent' };
      case 'gone':
        // Exchange removes what is not to be kept when it has sent it, and nothing else does so for good within minutes.
        return { kind: isKept ? 'unsure' : 'sent' };
    }
  }

  /** Of a job that is not to be sent any more: nothing of it stays in the mailbox, but what was sent. */
  async discard(progress: DraftProgress | undefined): Promise<void> {
    await this.#removeDrafts(await this.#with.mailbox.search(), '');
    if (progress !== undefined && progress.draftId !== '') await this.#clear(progress.draftId);
  }

  async #create(): Promise<Begun> {
    const { mailbox, attachments } = this.#with;
    let made: Made;
    try {
      made = await mailbox.create();
    } catch (error) {
      // The next try then looks for it, and does not leave it behind.
      if (error instanceof TenantpostError && error.detail['lost'] === true) await this.#recordFirst(unnamed);
      throw error;
    }
    const { draftId, attached, isComplete } = made;
    const begun: DraftProgress = { draftId, step: 'attaching', attached };
    // Otherwise there is but one step left, which is written down in a moment.
    if (attached === attachments && isComplete) return { ...begun, by: 'this one, unwritten' };
    await this.#recordFirst(begun);
    return { ...begun, by: 'this one' };
  }

  /** Of a draft that nothing written down names yet. */
  async #recordFirst(progress: DraftProgress): Promise<void> {
    try {
      await this.#with.record(progress);
    } catch (cause) {
      if (cause instanceof TenantpostError && cause.code === 'CLAIM_LOST') {
        // Whoever has the job now may have looked for drafts before this one was made.
        if (progress.draftId !== '') await this.#with.mailbox.remove(progress.draftId).catch(() => undefined);
        throw cause;
      }
      // Nothing has left; but the mailbox has to be asked before another one is made.
      throw new TenantpostError('SEND_UNCONFIRMED', 'A draft was made that could not be written down.', { cause });
    }
  }

  async #goOn(progress: DraftProgress): Promise<Begun | 'sent'> {
    const { mailbox, attachments } = this.#with;
    const by = 'earlier worker';
    if (progress.step === 'submitting') return { ...progress, by };
    const count = progress.draftId === '' ? undefined : await mailbox.countAttachments(progress.draftId);
    // The answer to the last request may have been lost: the draft knows better than what was written down.
    if (count !== undefined && count >= progress.attached && count <= attachments) {
      const { upload, ...rest } = progress;
      return count === progress.attached && upload ? { ...rest, upload, by } : { ...rest, attached: count, by };
    }
    const found = await mailbox.search();
    if (found.some(isSent)) return 'sent';
    await this.#removeDrafts(found, '');
    if (progress.draftId !== '') await mailbox.remove(progress.draftId);
    return this.#create();
  }

  async #finish({ by, ...begun }: Begun): Promise<SendReceipt> {
    const { mailbox, record, attachments } = this.#with;
    const { draftId } = begun;
    let at: DraftProgress = begun;
    while (at.attached < attachments) at = await this.#attachNext(at);
    // A request of the worker before may have arrived after all, and no mail leaves with an attachment too many.
    if (by === 'earlier worker' && attachments > 0 && (await mailbox.countAttachments(draftId)) !== attachments) {
      await mailbox.remove(draftId);
      throw new TenantpostError('GRAPH_UNAVAILABLE', 'A draft had other attachments than its job, and was removed.');
    }
    await mailbox.complete(draftId);
    const last: DraftProgress = { draftId, step: 'submitting', attached: attachments };
    await (by === 'this one, unwritten' ? this.#recordFirst(last) : record(last));
    return mailbox.submit(draftId);
  }

  async #attachNext({ draftId, attached, upload }: DraftProgress): Promise<DraftProgress> {
    const { mailbox, record, attachments } = this.#with;
    if (mailbox.isLarge(attached)) await this.#upload(draftId, attached, upload);
    else await mailbox.attach(draftId, attached);
    const next: DraftProgress = { draftId, step: 'attaching', attached: attached + 1 };
    // The last one is written down with the step that follows.
    if (next.attached < attachments) {
      await record(next);
      this.#leaveToNext();
    }
    return next;
  }

  async #upload(draftId: string, index: number, begun: DraftProgress['upload']): Promise<void> {
    const { mailbox, record, sealing, boundTo } = this.#with;
    let url = begun && (await sealing.unseal(begun.sealedUrl, boundTo));
    let next = url === undefined ? undefined : await mailbox.nextOctet(url, index);
    if (url === undefined || next === undefined) {
      url = await mailbox.openUpload(draftId, index);
      next = 0;
    }
    const sealedUrl = await sealing.seal(url, boundTo);
    while (next !== undefined) {
      const start: number = next;
      next = await mailbox.putRange(url, index, start);
      if (next === undefined) return;
      await record({ draftId, step: 'attaching', attached: index, upload: { sealedUrl, next } });
      this.#leaveToNext();
    }
  }

  /** After each step that was written down: however little time there is, every worker comes further. */
  #leaveToNext(): void {
    if (!this.#with.timeIsUp.aborted) return;
    throw new TenantpostError('MAILBOX_PACED', 'The attachments take longer than one worker may.', {
      retryAfterSeconds: 1,
    });
  }

  /**
   * A message that has left after all stays, whatever was thought of it.
   *
   * @throws what keeps it from being removed now, so that the job is tried again, and fails once nothing is left of it.
   */
  async #clear(draftId: string): Promise<void> {
    const { mailbox } = this.#with;
    try {
      if ((await mailbox.standing(draftId)) === 'draft') await mailbox.remove(draftId);
    } catch (error) {
      if (error instanceof TenantpostError && error.meaning.disposition === 'again') throw error;
    }
  }

  async #removeDrafts(found: readonly Found[], except: string): Promise<void> {
    for (const { id, isDraft, isOurs } of found) {
      if (isDraft && isOurs && id !== except) await this.#with.mailbox.remove(id);
    }
  }
}

const isSent = ({ isDraft, isOurs }: Found): boolean => isOurs && !isDraft;
