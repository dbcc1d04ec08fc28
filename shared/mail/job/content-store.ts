/** Where content lies that is too large for a queue message: blobs of our own container, and no other address. */

import type { ContentRef } from './content-ref.ts';
import type { Content } from './mail.ts';

export interface ContentStore {
  /**
   * Content of which size and hash have been checked. What is read of it afterwards is what was checked, even when somebody
   * writes the blob meanwhile.
   *
   * @throws TenantpostError `CONTENT_MISSING` or `CONTENT_WRONG`, without a field; `STORAGE_UNAVAILABLE`.
   */
  open(ref: ContentRef): Promise<Content>;
  /**
   * Keeps content below `jobs/`: octets under a name made of their hash, so that the same content has the same name each time,
   * and what comes in pieces under a name of its own.
   *
   * @throws TenantpostError `REQUEST_INVALID` when it is larger than a mail can be; `STORAGE_UNAVAILABLE`; whatever the
   *   iterable throws.
   */
  put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<ContentRef>;
  /** Says that it is still wanted, since retention goes by when a blob was last modified. Nothing happens where there is none. */
  touch(ref: ContentRef): Promise<void>;
}

/** Octets that are at hand. */
export function heldContent(octets: Buffer): Content {
  return {
    bytes: octets.length,
    whole: () => Promise.resolve(octets),
    range: (start, end) => Promise.resolve(octets.subarray(start, end)),
  };
}
