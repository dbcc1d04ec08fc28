/**
 * The installation's data key: 32 random bytes, wrapped by a key that never leaves Key Vault, kept in the tokens table.
 * Whoever copies the table has nothing; whoever may unwrap needs the vault's leave for it.
 */

import type { TableClient } from '@azure/data-tables';
import type { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { TenantpostError } from '../errors.ts';
import type { DataKey } from '../tokens/data-key.ts';
import { storageCall, unless } from './storage-clients.ts';
import { insertIfAbsent } from './table-own-write.ts';
import { vaultCall } from './vault-call.ts';

const row = z.object({ wrapped: z.base64(), wrappingKey: z.string() });

const partitionKey = 'data-key';
const rowKey = '1';
const algorithm = 'RSA-OAEP-256';

export interface VaultDataKeyOptions {
  readonly table: TableClient;
  readonly keys: Pick<KeyClient, 'getKey'>;
  /** Name of the wrapping key; a new data key is wrapped by its newest version. */
  readonly wrappingKeyName: string;
  /** @param key name and version, `tenantpost-tokens/0123...`: what is stored must hold in a vault restored elsewhere. */
  readonly cryptography: (key: string) => CryptographyClient;
}

export class VaultDataKey implements DataKey {
  readonly #options: VaultDataKeyOptions;
  #held: Promise<Uint8Array> | undefined;

  constructor(options: VaultDataKeyOptions) {
    this.#options = options;
  }

  read(): Promise<Uint8Array> {
    // A failure is not kept: the next caller asks the vault again.
    this.#held ??= this.#load().catch((error: unknown) => {
      this.#held = undefined;
      throw error;
    });
    return this.#held;
  }

  async #load(): Promise<Uint8Array> {
    const { table, cryptography } = this.#options;
    const found = await storageCall('read the data key', () =>
      unless('ResourceNotFound', undefined, () => table.getEntity(partitionKey, rowKey)),
    );
    if (found === undefined) return this.#create();
    // The version that wrapped it is written beside it, so a rotated wrapping key still unwraps.
    const { wrapped, wrappingKey } = row.parse(found);
    const unwrapped = await vaultCall('unwrap the data key', () =>
      cryptography(wrappingKey).unwrapKey(algorithm, Buffer.from(wrapped, 'base64')),
    );
    return unwrapped.result;
  }

  async #create(): Promise<Uint8Array> {
    const { table, keys, wrappingKeyName, cryptography } = this.#options;
    const { properties } = await vaultCall('read the wrapping key', () => keys.getKey(wrappingKeyName));
    if (properties.version === undefined) {
      throw new TenantpostError('VAULT_REFUSED', `Key ${wrappingKeyName} has no version.`);
    }
    const wrappingKey = `${wrappingKeyName}/${properties.version}`;
    const key = randomBytes(32);
    const { result } = await vaultCall('wrap the data key', () => cryptography(wrappingKey).wrapKey(algorithm, key));
    const entity = { partitionKey, rowKey, wrapped: Buffer.from(result).toString('base64'), wrappingKey };
    const written = await storageCall('write the data key', () => insertIfAbsent(table, entity));
    // Two processes that start together both make a key; the one that was inserted first is everybody's.
    return written === undefined ? this.#load() : key;
  }
}
