/** The send queue of each transport that this installation serves. */

import { TenantpostError } from '../../errors.ts';
import type { JobQueue } from '../job-queue.ts';
import type { TransportName } from '../outcome.ts';

export type SendQueues = Readonly<Partial<Record<TransportName, JobQueue>>>;

/** @throws TenantpostError `TRANSPORT_OFF` */
export function queueOf(queues: SendQueues, transport: TransportName): JobQueue {
  const queue = queues[transport];
  if (queue !== undefined) return queue;
  throw new TenantpostError('TRANSPORT_OFF', `This installation does not send over ${transport}.`, {
    detail: { transport },
  });
}
