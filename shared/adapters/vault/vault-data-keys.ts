/**
 * The installation's data keys: 32 random bytes each, wrapped by a key that never leaves Key Vault, kept in the tokens table.
 * Whoever copies the table has nothing; whoever may unwrap needs the vault's leave for it.
 */

import { odata, type TableClient } from '@azure/data-tables';
import type { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Clock, hours, minutes } from '../../clock.ts';
import { asTenantpostError, TenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { DataKey, DataKeys } from '../../tokens/data-key.ts';
import { rowSchemas, schemaOf } from '../storage/row-schema.ts';
import { storageCall, unless } from '../storage/storage-clients.ts';
import { insertIfAbsent } from '../storage/table-own-write.ts';
import { vaultCall } from './vault-call.ts';

const number = z.string().regex(/^[1-9]\d{0,5}$/);
const row = z.object({
  rowKey: number,
  schema: schemaOf('dataKey'),
  wrapped: z.base64(),
  wrappingKey: z.string(),
  createdAt: z.date(),
});
type Row = z.infer<typeof row>;

/**
 * The row's number and a digest of the wrapped key. Numbers begin anew when all rows are thrown away; what was made with the
 * former first key must not look as if it had been changed.
 */
const idOf = ({ rowKey, wrapped }: Pick<Row, 'rowKey' | 'wrapped'>): string =>
  `${rowKey}-${createHash('sha256').update(wrapped).digest('hex').slice(0, 8)}`;

const partitionKey = 'data-key';
const algorithm = 'RSA-OAEP-256';
const days = 24 * hours;

/**
 * So long a key makes new things; then the next one does. With random nonces a key may seal 2^32 values (NIST SP 800-38D,
 * 8.3); 100,000 tenants whose two tokens are renewed each 45 minutes need an eighth of that.
 */
const makesFor = 90 * days;

/** How soon every process has noticed the next one. */
const lookEvery = 1 * hours;

/** How long a key is kept after its successor: the longest that a link lives is thirty days, a token about one. */
const keptFor = 32 * days;

/** A failed look is not repeated at once: what is held goes on serving. */
const lookAgainAfter = 1 * minutes;

export interface VaultDataKeysOptions {
  readonly table: TableClient;
  readonly keys: Pick<KeyClient, 'getKey'>;
  /** Name of the wrapping key; a new data key is wrapped by its newest version. */
  readonly wrappingKeyName: string;
  /** @param key name and version, `tenantpost-tokens/0123...`: what is stored must hold in a vault restored elsewhere. */
  readonly cryptography: (key: string) => Pick<CryptographyClient, 'wrapKey' | 'unwrapKey'>;
  readonly now: Clock;
  readonly log: Log;
}

export class VaultDataKeys implements DataKeys {
  readonly #options: VaultDataKeysOptions;
  readonly #held = new Map<string, DataKey>();
  readonly #unwrapping = new Map<string, Promise<DataKey>>();
  #newest: DataKey | undefined;
  #lookAt = 0;
  #looking: Promise<DataKey> | undefined;

  constructor(options: VaultDataKeysOptions) {
    this.#options = options;
  }

  current(): Promise<DataKey> {
    if (this.#newest !== undefined && this.#options.now() < this.#lookAt) return Promise.resolve(this.#newest);
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async find(wanted: string): Promise<DataKey | undefined> {
    const held = this.#held.get(wanted);
    const [rowKey] = wanted.split('-');
    if (held !== undefined || !number.safeParse(rowKey).success) return held;
    const found = await this.#row(String(rowKey));
    return found === undefined || idOf(found) !== wanted ? undefined : this.#unwrap(found);
  }

  /** Whether the vault still unwraps the newest, past every cache: the right to that may have been taken away since. */
  async ask(): Promise<void> {
    const [newest] = await this.#rows();
    if (newest === undefined) await this.current();
    else await this.#unwrapNow(newest);
  }

  /** The timer's: makes the next key when the newest has served its time, and removes those that nothing can need any more. */
  async rotate(): Promise<void> {
    const { table, now, log } = this.#options;
    const rows = await this.#rows();
    const [newest] = rows;
    if (newest === undefined) {
      await this.current();
      return;
    }
    if (now() - newest.createdAt.getTime() >= makesFor) {
      const made = Number(newest.rowKey) + 1;
      await this.#create(made);
      log('information', 'data-key.followed', { id: String(made), before: newest.rowKey });
    }
    for (const [place, old] of rows.entries()) {
      const { rowKey } = old;
      const successor = rows[place - 1];
      if (successor === undefined || now() - successor.createdAt.getTime() < keptFor) continue;
      await storageCall('remove a data key', () =>
        unless('ResourceNotFound', undefined, () => table.deleteEntity(partitionKey, rowKey)),
      );
      this.#held.delete(idOf(old));
      log('information', 'data-key.removed', { id: rowKey });
    }
  }

  async #look(): Promise<DataKey> {
    const { now, log } = this.#options;
    try {
      const [newest] = await this.#rows();
      const key = newest === undefined ? await this.#create(1) : await this.#unwrap(newest);
      this.#newest = key;
      this.#lookAt = now() + lookEvery;
      return key;
    } catch (error) {
      if (this.#newest === undefined) throw error;
      log('warning', 'data-key.not-looked-up', { code: asTenantpostError(error).code });
      this.#lookAt = now() + lookAgainAfter;
      return this.#newest;
    }
  }

  async #row(rowKey: string): Promise<Row | undefined> {
    const found = await storageCall('read a data key', () =>
      unless('ResourceNotFound', undefined, () => this.#options.table.getEntity(partitionKey, rowKey)),
    );
    return found === undefined ? undefined : this.#readable(found);
  }

  /** Newest first. */
  async #rows(): Promise<readonly Row[]> {
    const queryOptions = { filter: odata`PartitionKey eq ${partitionKey}` };
    const rows = await storageCall('read the data keys', async () => {
      const found: Row[] = [];
      for await (const entity of this.#options.table.listEntities({ queryOptions })) {
        const readable = this.#readable(entity);
        if (readable !== undefined) found.push(readable);
      }
      return found;
    });
    return rows.sort((one, other) => Number(other.rowKey) - Number(one.rowKey));
  }

  /** One row that is no data key is told and passed over: what was made with the others is still good. */
  #readable(entity: { rowKey?: string }): Row | undefined {
    const { success, data } = row.safeParse(entity);
    if (success) return data;
    this.#options.log('error', 'data-key.row-unreadable', { id: entity.rowKey });
    return undefined;
  }

  /** One request to the vault for each key, however many tokens wait for it. */
  #unwrap(found: Row): Promise<DataKey> {
    const id = idOf(found);
    const held = this.#held.get(id);
    if (held !== undefined) return Promise.resolve(held);
    const running = this.#unwrapping.get(id);
    if (running !== undefined) return running;
    const started = this.#unwrapNow(found).finally(() => this.#unwrapping.delete(id));
    this.#unwrapping.set(id, started);
    return started;
  }

  async #unwrapNow(found: Row): Promise<DataKey> {
    const { cryptography } = this.#options;
    const { wrapped, wrappingKey } = found;
    // The version that wrapped it is written beside it, so a rotated wrapping key still unwraps.
    const { result } = await vaultCall('unwrap a data key', () =>
      cryptography(wrappingKey).unwrapKey(algorithm, Buffer.from(wrapped, 'base64')),
    );
    return this.#hold({ id: idOf(found), bytes: result });
  }

  async #create(place: number): Promise<DataKey> {
    const { table, keys, wrappingKeyName, cryptography, now } = this.#options;
    const { properties } = await vaultCall('read the wrapping key', () => keys.getKey(wrappingKeyName));
    if (properties.version === undefined) {
      throw new TenantpostError('VAULT_REFUSED', `Key ${wrappingKeyName} has no version.`);
    }
    const wrappingKey = `${wrappingKeyName}/${properties.version}`;
    const bytes = randomBytes(32);
    const { result } = await vaultCall('wrap a data key', () => cryptography(wrappingKey).wrapKey(algorithm, bytes));
    const rowKey = String(place);
    const wrapped = Buffer.from(result).toString('base64');
    const entity = {
      ...{ partitionKey, rowKey, schema: rowSchemas.dataKey },
      ...{ wrapped, wrappingKey, createdAt: new Date(now()) },
    };
    const written = await storageCall('write a data key', () => insertIfAbsent(table, entity));
    if (written !== undefined) return this.#hold({ id: idOf(entity), bytes });
    // Two processes that start together both make a key; the one that was inserted first is everybody's.
    const first = await this.#row(rowKey);
    if (first !== undefined) return this.#unwrap(first);
    throw new TenantpostError(
      'STORAGE_UNAVAILABLE',
      `The row of data key ${rowKey} is in the way of a new one and is none.`,
    );
  }

  #hold(key: DataKey): DataKey {
    this.#held.set(key.id, key);
    return key;
  }
}
