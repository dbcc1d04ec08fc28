/** A data key of 32 bytes that are known, so that what is made with it can be made again. */

import type { DataKey } from '../../shared/tokens/data-key.ts';

export function fixedDataKey(fill = 7): DataKey {
  const bytes = new Uint8Array(32).fill(fill);
  return { read: () => Promise.resolve(bytes) };
}
