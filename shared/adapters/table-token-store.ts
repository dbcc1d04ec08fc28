/** The shared token cache: one row a tenant and resource, the token encrypted and bound to them. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { type DataKey, deriveKey } from '../tokens/data-key.ts';
import { seal, unseal } from '../tokens/seal.ts';
import type { Resource, Token } from '../tokens/token.ts';
import type { TokenStore } from '../tokens/token-source.ts';
import { storageCall, unless } from './storage-clients.ts';

const row = z.object({ sealed: z.string() });

export class TableTokenStore implements TokenStore {
  readonly #table: TableClient;
  readonly #dataKey: DataKey;
  /** What tokens are bound to beside tenant and resource: the cloud and our client id. */
  readonly #installation: string;

  constructor(table: TableClient, dataKey: DataKey, installation: string) {
    this.#table = table;
    this.#dataKey = dataKey;
    this.#installation = installation;
  }

  async read(tenantId: string, resource: Resource): Promise<string | undefined> {
    const found = await storageCall('read a token', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(tenantId, resource)),
    );
    if (found === undefined) return undefined;
    // A row that does not decrypt was moved, changed, or made with a data key that is gone: it is no token.
    return unseal(await this.#key(), row.parse(found).sealed, this.#boundTo(tenantId, resource));
  }

  async write({ tenantId, resource, value, expiresAt }: Token): Promise<void> {
    const sealed = seal(await this.#key(), value, this.#boundTo(tenantId, resource));
    const entity = { partitionKey: tenantId, rowKey: resource, sealed, expiresAt: new Date(expiresAt) };
    await storageCall('write a token', () => this.#table.upsertEntity(entity, 'Replace'));
  }

  async remove(tenantId: string, resource: Resource): Promise<void> {
    await storageCall('remove a token', () =>
      unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(tenantId, resource)),
    );
  }

  #key(): Promise<Uint8Array> {
    return deriveKey(this.#dataKey, 'seal tokens');
  }

  #boundTo(tenantId: string, resource: Resource): string {
    return `${this.#installation} ${tenantId} ${resource}`;
  }
}
