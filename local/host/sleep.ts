/** Sleeps that a stop cuts short. */

import { setTimeout as wait } from 'node:timers/promises';

/** What setTimeout holds, 24 days; more would fire at once. */
export const longestTimer = 2 ** 31 - 1;

/** Resolves after the time, or at once when the signal aborts; never rejects. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(Math.min(milliseconds, longestTimer), undefined, { signal });
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
