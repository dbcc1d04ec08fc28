/** A while of waiting that Ctrl-C ends. */

import { setTimeout as sleep } from 'node:timers/promises';

/** @throws the reason of the signal. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}
