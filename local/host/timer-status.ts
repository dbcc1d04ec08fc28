/** A timer's status blob, `timers/<hostid>/Host.Functions.<function>/status` in the container azure-webjobs-hosts. */

import type { BlockBlobClient } from '@azure/storage-blob';
import { z } from 'zod';
import { readTextBlob, writeTextBlob } from './text-blob.ts';
import type { ScheduleStatus } from './timer-schedule.ts';

const date = z.iso.datetime({ offset: true, local: true }).transform((text) => new Date(text));
const schema = z.object({ Last: date, Next: date, LastUpdated: date });

/** The spelling of the real host, which is also what a function is handed. */
export function serializeStatus({ last, next, lastUpdated }: ScheduleStatus) {
  return { Last: formatDate(last), Next: formatDate(next), LastUpdated: formatDate(lastUpdated) };
}

function formatDate(value: Date): string {
  return value.toISOString().replace('Z', '+00:00');
}

export class TimerStatusBlob {
  readonly #blob: BlockBlobClient;

  constructor(blob: BlockBlobClient) {
    this.#blob = blob;
  }

  async read(): Promise<ScheduleStatus | undefined> {
    const text = await readTextBlob(this.#blob);
    if (text === undefined) return undefined;
    const { Last, Next, LastUpdated } = schema.parse(JSON.parse(text));
    return { last: Last, next: Next, lastUpdated: LastUpdated };
  }

  async write(status: ScheduleStatus): Promise<void> {
    await writeTextBlob(this.#blob, JSON.stringify(serializeStatus(status)));
  }
}
