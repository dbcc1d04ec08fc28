/** One data key of 32 bytes that are known, so that what is made with it can be made again. */

import type { DataKeys } from '../../shared/tokens/data-key.ts';

export function fixedDataKeys(fill = 7, id = '1'): DataKeys {
  const key = { id, bytes: new Uint8Array(32).fill(fill) };
  return {
    current: () => Promise.resolve(key),
    find: (wanted) => Promise.resolve(wanted === id ? key : undefined),
  };
}
