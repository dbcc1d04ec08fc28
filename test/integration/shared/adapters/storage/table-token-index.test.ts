/** TableTokenStore as an index: what the timer plans by. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TableRenewalClaims } from '../../../../../shared/adapters/storage/table-renewal-claims.ts';
import { TableTokenStore } from '../../../../../shared/adapters/storage/table-token-store.ts';
import { resources } from '../../../../../shared/resource.ts';
import { shards } from '../../../../../shared/shard.ts';
import type { TokenInIndex } from '../../../../../shared/tokens/token-index.ts';
import { clientId } from '../../../../support/app-identity.ts';
import { failing } from '../../../../support/failing.ts';
import { fixedDataKeys } from '../../../../support/fixed-data-keys.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';
import { aToken } from '../../../../support/unsigned-token.ts';
import { everything } from '../../../../support/warming.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const installation = { cloud: 'public', authorityUrl: 'https://login.microsoftonline.com', clientId };
const dataKeys = fixedDataKeys();

for (const { how, clients } of accounts.both) {
  describe(`the index of tokens over ${how}`, () => {
    const table = clients.table('tokensofindex');
    const store = new TableTokenStore(table, dataKeys, installation);
    before(() => table.createTable());

    async function listed(count: number): Promise<readonly (readonly TokenInIndex[])[]> {
      const lists: TokenInIndex[][] = [];
      for (const shard of shards(count)) {
        const list: TokenInIndex[] = [];
        for await (const one of store.list(shard)) list.push(one);
        lists.push(list);
      }
      return lists;
    }
    const nameOf = ({ tenantId, resource }: TokenInIndex): string => `${tenantId} ${resource}`;

    test('lists each token once, over more rows than a page holds, and in one shard alone', async () => {
      const tenants = Array.from({ length: 600 }, () => crypto.randomUUID());
      const wanted = tenants.flatMap((tenantId) => resources.map((resource) => aToken({ tenantId, resource })));
      const next = wanted.values();
      const writer = async (): Promise<void> => {
        for (const token of next) await store.write(token);
      };
      await Promise.all(Array.from({ length: 16 }, writer));
      for (const count of [1, 3, 16]) {
        const lists = await listed(count);
        // A page has at most 1000 rows: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
        assert.deepEqual(lists.flat().map(nameOf).sort(), wanted.map(nameOf).sort());
        for (const [at, { from, before }] of shards(count).entries()) {
          assert.ok(lists[at]?.every(({ tenantId }) => tenantId >= from && tenantId < before));
        }
      }
      const [all = []] = await listed(1);
      const { issuedAt, expiresAt } = aToken();
      assert.ok(all.every((one) => one.issuedAt === issuedAt && one.expiresAt === expiresAt));
    });

    test('tells lives without a data key: nothing is decrypted, and no token is fetched', async () => {
      const fails = failing('VAULT_UNAVAILABLE');
      const locked = new TableTokenStore(table, { current: fails, find: fails }, installation);
      for await (const one of locked.list(everything)) {
        assert.deepEqual(Object.keys(one).sort(), ['expiresAt', 'issuedAt', 'resource', 'tenantId']);
        return;
      }
      assert.fail('nothing was listed');
    });

    test('leaves out claims, data keys, and rows that are no token', async () => {
      const before = new Set((await listed(1)).flat().map(nameOf));
      const tenantId = crypto.randomUUID();
      const claims = new TableRenewalClaims(table, Date.now);
      assert.equal(await claims.claim(tenantId, 'graph', Date.now() + 60_000), 'ours');
      const when = { issuedAt: new Date(), expiresAt: new Date() };
      const none = [
        { partitionKey: 'data-key', rowKey: '1', wrapped: '', createdAt: new Date() },
        { partitionKey: tenantId, rowKey: 'sharepoint', ...when },
        { partitionKey: tenantId, rowKey: 'graph', sealed: 'x' },
        { partitionKey: tenantId, rowKey: 'outlook', ...when, expiresAt: 'tomorrow' },
      ];
      for (const entity of none) await table.createEntity(entity);
      assert.deepEqual(new Set((await listed(1)).flat().map(nameOf)), before);
      assert.deepEqual(new Set((await listed(5)).flat().map(nameOf)), before);
    });
  });
}
