/** The shared token cache: one row a tenant and resource, the token encrypted and bound to them. */

import { odata, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { type DataKeys, deriveKey } from '../../tokens/data-key.ts';
import { seal, unseal } from '../../tokens/seal.ts';
import { type Resource, resources } from '../../resource.ts';
import type { Token } from '../../tokens/token.ts';
import type { TokenIndex, TokenInIndex } from '../../tokens/token-index.ts';
import type { TokenStore } from '../../tokens/token-source.ts';
import type { Shard } from '../../shard.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';
import { storageCall, unless } from './storage-clients.ts';

const row = z.object({ sealed: z.string(), dataKey: z.string() });
const version = z.object({ schema: schemaOf('token') });
const indexed = z.object({
  partitionKey: z.string(),
  rowKey: z.enum(resources),
  // A column that is asked for and not there comes as null.
  schema: schemaOf('token').nullable(),
  issuedAt: z.date(),
  expiresAt: z.date(),
});

/** What tokens are bound to beside tenant and resource. */
export interface Installation {
  readonly cloud: string;
  readonly authorityUrl: string;
  readonly clientId: string;
}

export class TableTokenStore implements TokenStore, TokenIndex {
  readonly #table: TableClient;
  readonly #dataKeys: DataKeys;
  readonly #installation: Installation;

  constructor(table: TableClient, dataKeys: DataKeys, installation: Installation) {
    this.#table = table;
    this.#dataKeys = dataKeys;
    this.#installation = installation;
  }

  async read(tenantId: string, resource: Resource): Promise<string | undefined> {
    const found = await storageCall('read a token', () =>
      unless('ResourceNotFound', undefined, () => this.#table.getEntity(tenantId, resource)),
    );
    if (found === undefined) return undefined;
    // What a newer release keeps is its own affair: this one asks Entra.
    if (!version.safeParse(found).success) return undefined;
    const { success, data } = row.safeParse(found);
    if (!success) throw wrong(tenantId, resource);
    const dataKey = await this.#dataKeys.find(data.dataKey);
    // A key that is not kept any more has outlived every token that was sealed with it.
    if (dataKey === undefined) return undefined;
    const value = unseal(deriveKey(dataKey, 'seal tokens'), data.sealed, this.#boundTo(tenantId, resource));
    if (value === undefined) throw wrong(tenantId, resource);
    return value;
  }

  async write({ tenantId, resource, value, issuedAt, expiresAt }: Token): Promise<void> {
    const dataKey = await this.#dataKeys.current();
    const entity = {
      partitionKey: tenantId,
      rowKey: resource,
      schema: rowSchemas.token,
      sealed: seal(deriveKey(dataKey, 'seal tokens'), value, this.#boundTo(tenantId, resource)),
      dataKey: dataKey.id,
      issuedAt: new Date(issuedAt),
      expiresAt: new Date(expiresAt),
    };
    await storageCall('write a token', () => this.#table.upsertEntity(entity, 'Replace'));
  }

  async remove(tenantId: string, resource: Resource): Promise<void> {
    await storageCall('remove a token', () =>
      unless('ResourceNotFound', undefined, () => this.#table.deleteEntity(tenantId, resource)),
    );
  }

  /** A thousand rows a page, and without the tokens themselves: nothing is decrypted. */
  async *list({ from, before }: Shard): AsyncIterable<TokenInIndex> {
    const ofResource = resources.map((resource) => odata`RowKey eq ${resource}`).join(' or ');
    const filter = `${odata`PartitionKey ge ${from} and PartitionKey lt ${before}`} and (${ofResource})`;
    const select = ['PartitionKey', 'RowKey', 'schema', 'issuedAt', 'expiresAt'];
    const pages = this.#table.listEntities({ queryOptions: { filter, select } }).byPage({ maxPageSize: 1000 });
    const iterator = pages[Symbol.asyncIterator]();
    for (;;) {
      const page = await storageCall('list the tokens', () => iterator.next());
      if (page.done === true) return;
      for (const entity of page.value) {
        const { success, data } = indexed.safeParse(entity);
        // What cannot be read counts as missing: its token is renewed, and the row is written anew.
        if (!success) continue;
        const { partitionKey: tenantId, rowKey: resource, issuedAt, expiresAt } = data;
        yield { tenantId, resource, issuedAt: issuedAt.getTime(), expiresAt: expiresAt.getTime() };
      }
    }
  }

  #boundTo(tenantId: string, resource: Resource): string {
    const { cloud, authorityUrl, clientId } = this.#installation;
    return JSON.stringify([cloud, authorityUrl, clientId, tenantId, resource]);
  }
}

function wrong(tenantId: string, resource: Resource): TenantpostError {
  const message = `The row of the ${resource} token of tenant ${tenantId} was changed, or belongs elsewhere.`;
  return new TenantpostError('TOKEN_WRONG', message, { detail: { tenantId, resource } });
}
