import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableTenantStore } from '../../../../shared/adapters/table-tenant-store.ts';
import { tables } from '../../../../shared/names.ts';
import type { Tenant, TenantState } from '../../../../shared/tenants/tenant.ts';
import { withCode } from '../../../support/failing.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { startStorageAccounts } from '../../../support/storage-accounts.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

async function listed(store: TableTenantStore, states: readonly TenantState[]): Promise<Tenant[]> {
  const found: Tenant[] = [];
  for await (const tenant of store.list(states)) found.push(tenant);
  return found;
}

const ids = (found: readonly Tenant[]): string[] => found.map(({ id }) => id).sort();

for (const { how, clients } of accounts.both) {
  describe(`tenants over ${how}`, () => {
    const table = clients.table(tables.tenants);
    const store = new TableTenantStore(table, recordingLog().log);

    test('come back as they were saved, with every field and with the least', async () => {
      const whole = aTenant({ id: crypto.randomUUID(), code: 'TENANT_PENDING' });
      const least: Tenant = { id: crypto.randomUUID(), state: 'active', since: 0 };
      await store.save(whole);
      await store.save(least);
      assert.deepEqual(await store.find(whole.id), whole);
      assert.deepEqual(await store.find(least.id), least);
    });

    test('are unknown until they are saved', async () => {
      assert.equal(await store.find(crypto.randomUUID()), undefined);
    });

    test('lose what the last write no longer says', async () => {
      const id = crypto.randomUUID();
      await store.save(aPendingTenant({ id }));
      const now: Tenant = { id, state: 'active', since: 1_800_000_000_000 };
      await store.save(now);
      assert.deepEqual(await store.find(id), now);
    });

    test('lie each in a partition of its own', async () => {
      const id = crypto.randomUUID();
      await store.save(aTenant({ id }));
      const { partitionKey, rowKey } = await table.getEntity(id, id);
      assert.deepEqual([partitionKey, rowKey], [id, id]);
    });

    test('are listed although one row is none, which is told, and a code of a later version is passed over', async () => {
      const [broken, newer] = [crypto.randomUUID(), crypto.randomUUID()];
      await table.createEntity({ partitionKey: broken, rowKey: broken, state: 'pending', since: 'yesterday' });
      await table.createEntity({
        partitionKey: newer,
        rowKey: newer,
        state: 'pending',
        since: 1,
        code: 'NOT_YET_KNOWN',
      });
      const { log, lines } = recordingLog();
      const found = await listed(new TableTenantStore(table, log), ['pending']);
      assert.deepEqual(
        found.filter(({ id }) => id === newer),
        [{ id: newer, state: 'pending', since: 1 }],
      );
      assert.deepEqual(lines, [{ level: 'error', event: 'tenant.row-unreadable', detail: { tenantId: broken } }]);
      for (const id of [broken, newer]) await table.deleteEntity(id, id);
    });

    test('are listed by state, over more rows than a page holds', async () => {
      const expected: Record<TenantState, string[]> = { active: [], pending: [], revoked: [] };
      for (const tenant of await listed(store, ['active', 'pending', 'revoked']))
        expected[tenant.state].push(tenant.id);
      const states = ['active', 'active', 'active', 'active', 'pending', 'revoked'] as const;
      const added = Array.from({ length: 1300 }, (_, at) =>
        aTenant({ id: crypto.randomUUID(), state: states[at % states.length] ?? 'active' }),
      );
      for (const { id, state } of added) expected[state].push(id);
      const next = added.values();
      const saver = async (): Promise<void> => {
        for (const tenant of next) await store.save(tenant);
      };
      await Promise.all(Array.from({ length: 16 }, saver));

      // A page has at most 1000 rows: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
      assert.deepEqual(
        ids(await listed(store, ['active', 'pending'])),
        [...expected.active, ...expected.pending].sort(),
      );
      assert.deepEqual(ids(await listed(store, ['revoked'])), expected.revoked.sort());
    });

    test('of no state are none', async () => {
      assert.equal((await listed(store, [])).length, 0);
    });

    test('of a table that is missing are not taken for tenants that never consented', async () => {
      const elsewhere = new TableTenantStore(clients.table('nosuchtable'), recordingLog().log);
      await assert.rejects(elsewhere.find(crypto.randomUUID()), withCode('STORAGE_UNAVAILABLE'));
    });
  });
}
