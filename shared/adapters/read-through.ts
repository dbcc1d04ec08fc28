/** One reading of something slow that serves everybody for a while. */

import type { Clock } from '../clock.ts';

/**
 * @param lives how long a reading is used, in milliseconds.
 * @param read runs once for all who wait for it; a failed reading is not kept.
 */
export function readThrough<Value>(now: Clock, lives: number, read: () => Promise<Value>): () => Promise<Value> {
  let held: { readonly value: Promise<Value>; readonly readAt: number } | undefined;
  return () => {
    const readAt = now();
    if (held === undefined || readAt - held.readAt >= lives) {
      const reading = { value: read(), readAt };
      held = reading;
      reading.value.catch(() => {
        if (held === reading) held = undefined;
      });
    }
    return held.value;
  };
}
