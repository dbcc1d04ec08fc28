/** A timer's status blob, `timers/<hostid>/Host.Functions.<function>/status` in the container azure-webjobs-hosts. */

import { type BlockBlobClient, RestError } from '@azure/storage-blob';
import { z } from 'zod';
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
    try {
      const text = await this.#blob.downloadToBuffer();
      const { Last, Next, LastUpdated } = schema.parse(JSON.parse(text.toString('utf8')));
      return { last: Last, next: Next, lastUpdated: LastUpdated };
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404) return undefined;
      throw error;
    }
  }

  async write(status: ScheduleStatus): Promise<void> {
    const text = JSON.stringify(serializeStatus(status));
    await this.#blob.upload(text, Buffer.byteLength(text), {
      blobHTTPHeaders: { blobContentType: 'application/json' },
    });
  }
}
