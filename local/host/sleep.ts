/** Sleeps that a stop cuts short. */

import { setTimeout as wait } from 'node:timers/promises';

/** Resolves after the time, or at once when the signal aborts; never rejects. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
