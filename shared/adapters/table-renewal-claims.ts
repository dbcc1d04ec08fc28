/** Claims on renewals: a row beside each token's own in the `tokens` table, which Azure Tables lets one writer win. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type Clock, seconds } from '../clock.ts';
import { errorCodes } from '../errors.ts';
import type { RenewalClaims, SharedFailure } from '../tokens/shared-renewal.ts';
import type { Resource } from '../tokens/token.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent, replaceIfUnchanged } from './table-own-write.ts';

const row = z.object({
  etag: z.string(),
  until: z.date(),
  code: z.enum(errorCodes).optional(),
  aadsts: z.number().optional(),
});

/** So long after a failure nobody asks again for the same: whoever needs the token puts its job back anyway. */
const failureCounts = 5 * seconds;

export class TableRenewalClaims implements RenewalClaims {
  readonly #table: TableClient;
  readonly #now: Clock;

  constructor(table: TableClient, now: Clock) {
    this.#table = table;
    this.#now = now;
  }

  claim(tenantId: string, resource: Resource, until: number): Promise<'ours' | 'theirs' | SharedFailure> {
    return storageCall('claim the renewal of a token', () => this.#claim(tenantId, resource, until));
  }

  async release(tenantId: string, resource: Resource, failure: SharedFailure | undefined): Promise<void> {
    const key = keyOf(tenantId, resource);
    await storageCall('end the claim on the renewal of a token', async () => {
      if (failure === undefined) {
        await unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(key.partitionKey, key.rowKey));
        return;
      }
      const until = new Date(this.#now() + failureCounts);
      await this.#table.upsertEntity({ ...key, until, ...failure }, 'Replace');
    });
  }

  async #claim(tenantId: string, resource: Resource, until: number): Promise<'ours' | 'theirs' | SharedFailure> {
    const key = keyOf(tenantId, resource);
    const entity = { ...key, until: new Date(until) };
    const found = await unless('ResourceNotFound', undefined, () =>
      this.#table.getEntity(key.partitionKey, key.rowKey),
    );
    if (found === undefined) return (await insertIfAbsent(this.#table, entity)) === undefined ? 'theirs' : 'ours';
    const held = row.parse(found);
    if (held.until.getTime() > this.#now()) {
      return held.code === undefined ? 'theirs' : { code: held.code, aadsts: held.aadsts };
    }
    return (await replaceIfUnchanged(this.#table, entity, held.etag)) === undefined ? 'theirs' : 'ours';
  }
}

function keyOf(tenantId: string, resource: Resource): { partitionKey: string; rowKey: string } {
  return { partitionKey: tenantId, rowKey: `${resource} renewal` };
}
