/** A mail job with its content at hand, checked against the hashes that the producer wrote. */

import type { MailJob } from './mail-job.ts';

/** Octets that are read when they are needed: an attachment may be 150 MB, and several jobs run at once. */
export interface Content {
  readonly bytes: number;
  whole(): Promise<Buffer>;
  /** @param end exclusive. */
  range(start: number, end: number): Promise<Buffer>;
}

export interface Attachment {
  readonly name: string;
  readonly contentType: string;
  /** Makes it an inline image. */
  readonly contentId?: string;
  readonly content: Content;
}

export interface Mail {
  readonly job: MailJob;
  readonly text?: string;
  readonly html?: string;
  /** A ready MIME message, handed in as it is to be sent: RFC 5322. */
  readonly mime?: Content;
  /** The object of a calendar invitation: RFC 5545. */
  readonly calendar?: { readonly method: string; readonly content: string };
  readonly attachments: readonly Attachment[];
  /** Of everything above, before any encoding. */
  readonly bytes: number;
}
