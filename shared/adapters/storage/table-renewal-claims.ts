/** Claims on renewals: a row beside each token's own in the `tokens` table, which Azure Tables lets one writer win. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type Clock, seconds } from '../../clock.ts';
import { errorCodes } from '../../errors.ts';
import type { RenewalClaims, SharedFailure } from '../../tokens/shared-renewal.ts';
import type { Resource } from '../../resource.ts';
import { rowSchemas } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent, replaceIfUnchanged } from './table-own-write.ts';

const row = z.object({
  etag: z.string(),
  // A row that cannot be read would else keep everybody from claiming for good.
  until: z.date().catch(new Date(0)),
  code: z.string().optional(),
  aadsts: z.number().optional().catch(undefined),
  retryAt: z.date().optional().catch(undefined),
});
const knownCode = z.enum(errorCodes);

/** At least so long after a failure nobody asks again for the same: whoever needs the token puts its job back anyway. */
const failureCounts = 5 * seconds;

export class TableRenewalClaims implements RenewalClaims {
  readonly #table: TableClient;
  readonly #now: Clock;
  /** The versions of the rows that are this process's claims. */
  readonly #ours = new Map<string, string>();

  constructor(table: TableClient, now: Clock) {
    this.#table = table;
    this.#now = now;
  }

  claim(tenantId: string, resource: Resource, until: number): Promise<'ours' | 'theirs' | SharedFailure> {
    return storageCall('claim the renewal of a token', () => this.#claim(tenantId, resource, until));
  }

  async release(tenantId: string, resource: Resource, failure: SharedFailure | undefined): Promise<void> {
    const key = keyOf(tenantId, resource);
    const etag = this.#ours.get(nameOf(key));
    if (etag === undefined) return;
    this.#ours.delete(nameOf(key));
    // On condition: a claim that was ended too late is another process's by now.
    await storageCall('end the claim on the renewal of a token', async () => {
      if (failure === undefined) {
        const end = () => this.#table.deleteEntity(key.partitionKey, key.rowKey, { etag });
        await unless('UpdateConditionNotSatisfied', undefined, () => unless('ResourceNotFound', undefined, end));
        return;
      }
      const { code, aadsts, retryAfterSeconds } = failure;
      const soonest = this.#now() + failureCounts;
      const retryAt = this.#now() + (retryAfterSeconds ?? 0) * seconds;
      const entity = {
        ...key,
        schema: rowSchemas.renewalClaim,
        until: new Date(Math.max(soonest, retryAt)),
        code,
        ...(aadsts !== undefined && { aadsts }),
        ...(retryAfterSeconds !== undefined && { retryAt: new Date(retryAt) }),
      };
      await unless('ResourceNotFound', undefined, () => replaceIfUnchanged(this.#table, entity, etag));
    });
  }

  async #claim(tenantId: string, resource: Resource, until: number): Promise<'ours' | 'theirs' | SharedFailure> {
    const key = keyOf(tenantId, resource);
    const entity = { ...key, schema: rowSchemas.renewalClaim, until: new Date(until) };
    const found = await unless('ResourceNotFound', undefined, () =>
      this.#table.getEntity(key.partitionKey, key.rowKey),
    );
    if (found === undefined) return this.#won(key, await insertIfAbsent(this.#table, entity));
    const { etag, code, aadsts, retryAt, ...held } = row.parse(found);
    const at = this.#now();
    const counts = held.until.getTime() > at;
    if (counts && code === undefined) return 'theirs';
    const known = knownCode.safeParse(code);
    if (counts && known.success) {
      const retryAfterSeconds = retryAt && Math.max(1, Math.ceil((retryAt.getTime() - at) / seconds));
      return { code: known.data, aadsts, retryAfterSeconds };
    }
    // It has ended, or a later version met what this one has no words for: this process asks for itself.
    return this.#won(
      key,
      await unless('ResourceNotFound', undefined, () => replaceIfUnchanged(this.#table, entity, etag)),
    );
  }

  #won(key: Key, etag: string | undefined): 'ours' | 'theirs' {
    if (etag === undefined) return 'theirs';
    this.#ours.set(nameOf(key), etag);
    return 'ours';
  }
}

interface Key {
  readonly partitionKey: string;
  readonly rowKey: string;
}

function keyOf(tenantId: string, resource: Resource): Key {
  return { partitionKey: tenantId, rowKey: `${resource} renewal` };
}

const nameOf = ({ partitionKey, rowKey }: Key): string => `${partitionKey} ${rowKey}`;
