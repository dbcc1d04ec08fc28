/** Content that is kept in memory, and what a mail job says of it. */

import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { TenantpostError } from '../../shared/errors.ts';
import type { ContentRef } from '../../shared/mail/job/content-ref.ts';
import { type ContentStore, heldContent } from '../../shared/mail/job/content-store.ts';
import type { Content } from '../../shared/mail/job/mail.ts';

export class MemoryContentStore implements ContentStore {
  /** By name. A test may change or delete what a job names. */
  readonly blobs = new Map<string, Buffer>();
  /** Names, in order. */
  readonly touched: string[] = [];

  open(ref: ContentRef): Promise<Content> {
    const octets = this.blobs.get(ref.blob);
    if (octets === undefined) return Promise.reject(new TenantpostError('CONTENT_MISSING', 'There is no such blob.'));
    const { sha256, bytes } = refTo(octets, ref.blob);
    if (sha256 === ref.sha256 && bytes === ref.bytes) return Promise.resolve(heldContent(octets));
    return Promise.reject(new TenantpostError('CONTENT_WRONG', 'The blob is another one.'));
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<ContentRef> {
    if (!(content instanceof Uint8Array)) return this.hold(`jobs/${crypto.randomUUID()}`, await buffer(content));
    return this.hold(`jobs/${refTo(Buffer.from(content)).sha256}`, Buffer.from(content));
  }

  touch({ blob }: ContentRef): Promise<void> {
    if (this.blobs.has(blob)) this.touched.push(blob);
    return Promise.resolve();
  }

  /** Keeps content under a name, at once. */
  hold(blob: string, content: Buffer | string): ContentRef {
    const octets = Buffer.from(content);
    this.blobs.set(blob, octets);
    return refTo(octets, blob);
  }
}

/** What a mail job says of these octets. */
export function refTo(octets: Buffer | string, blob = 'jobs/4711/content'): ContentRef {
  const bytes = Buffer.byteLength(octets);
  return { blob, sha256: createHash('sha256').update(octets).digest('hex'), bytes };
}
