/** How often storage is asked for one message, by the journal of the storage front. */

import { queueOf, type World } from './send-world.ts';

const messages = 400;

export interface StorageCalls {
  /** With a get of its own for each message, as on a quiet queue. Looking at an empty queue is not counted. */
  readonly storageCallsPerMessage: number;
  /** What was counted on a full queue, where one get brings several, by operation and message. */
  readonly storageCalls: Readonly<Record<string, number>>;
}

export async function countStorageCalls(world: World): Promise<StorageCalls> {
  // A process reads a mailbox's gate and a tenant's token once.
  await send(world);
  const { storage } = await send(world);
  const perMessage = ([operation, count]: [string, number]) => [operation, count / messages] as const;
  const storageCalls = Object.fromEntries(Object.entries(storage).map(perMessage));
  const { getMessages: _, ...others } = storageCalls;
  return { storageCalls, storageCallsPerMessage: Object.values(others).reduce((sum, calls) => sum + calls, 1) };
}

async function send(world: World) {
  const visibleAt = await world.feed.fill(queueOf.app, messages);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, visibleAt - 1000 - Date.now())));
  await world.finished(queueOf.app, messages);
  return world.take();
}
