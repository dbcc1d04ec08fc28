/** What a delivery by a draft asks of a mailbox; see draft-delivery.ts. */

import type { SendReceipt } from '../carrier.ts';

export interface Made {
  readonly draftId: string;
  readonly attached: number;
  /** Whether `complete` has nothing to do. */
  readonly isComplete: boolean;
}

export interface Found {
  readonly id: string;
  readonly isDraft: boolean;
  /** Of this job for certain. Another one may be any message that its producer gave the same Message-ID. */
  readonly isOurs: boolean;
}

/** One job's mail in its mailbox. Messages are named by ids that stay the same when a message moves. */
export interface DraftMailbox {
  /** With the first of the attachments, as many as go into one request. */
  create(): Promise<Made>;
  /** How many attachments are on it; nothing when it cannot be told, or when there is no such draft. */
  countAttachments(draftId: string): Promise<number | undefined>;
  /** Whether the attachment is too large for one request. */
  isLarge(index: number): boolean;
  attach(draftId: string, index: number): Promise<void>;
  /** @returns the address to which the attachment goes; whoever has it may write there. */
  openUpload(draftId: string, index: number): Promise<string>;
  /** The first octet of the attachment that Microsoft does not have; nothing when the address is no longer good. */
  nextOctet(url: string, index: number): Promise<number | undefined>;
  /** @returns the next octet that is wanted; nothing when that was all, and the attachment is on the draft. */
  putRange(url: string, index: number, start: number): Promise<number | undefined>;
  /** What could not be said of it when it was made. */
  complete(draftId: string): Promise<void>;
  /** @throws TenantpostError `SEND_UNCONFIRMED` when it may have left. */
  submit(draftId: string): Promise<SendReceipt>;
  /** Every message of the job in the mailbox, in whatever folder. */
  search(): Promise<readonly Found[]>;
  standing(id: string): Promise<'draft' | 'sent' | 'gone'>;
  /** For good. Nothing happens where there is none. */
  remove(id: string): Promise<void>;
}
