import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableTenantStore } from '../../../../../shared/adapters/storage/table-tenant-store.ts';
import { tables } from '../../../../../shared/names.ts';
import { type Shard, shards } from '../../../../../shared/shard.ts';
import { type Tenant, tenantStates } from '../../../../../shared/tenants/tenant.ts';
import { withCode } from '../../../../support/failing.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';
import { everything } from '../../../../support/warming.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

async function listed(store: TableTenantStore, shard: Shard = everything): Promise<Tenant[]> {
  const found: Tenant[] = [];
  for await (const tenant of store.list(shard)) found.push(tenant);
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

    test('come back with what was asked of them and granted, and lose it with the next write', async () => {
      const asked = aTenant({
        id: crypto.randomUUID(),
        rights: ['Mail.Send', 'SMTP.SendAsApp'],
        granted: ['Mail.Send'],
        domain: 'contoso.example',
        mailboxes: Array.from({ length: 100 }, (_, at) => `${'ü'.repeat(30)}.${at}@${'x'.repeat(60)}.example`),
        scoped: true,
        claimed: true,
      });
      await store.save(asked);
      assert.deepEqual(await store.find(asked.id), asked);
      await store.save({ id: asked.id, state: 'removed', since: 7 });
      assert.deepEqual(await store.find(asked.id), { id: asked.id, state: 'removed', since: 7 });
    });

    test('are replaced by the one who knows them as they are, and by nobody else', async () => {
      const id = crypto.randomUUID();
      const [first, second] = [aPendingTenant({ id }), aTenant({ id, granted: ['Mail.Send'] })];
      assert.equal(await store.replace(undefined, first), true);
      assert.equal(await store.replace(undefined, second), false, 'there is a row');
      assert.equal(await store.replace({ ...first, since: 1 }, second), false, 'it was another');
      assert.deepEqual(await store.find(id), first);
      await store.setDelivery(id, { delivery: 'exactly-once' });
      assert.equal(await store.replace(first, second), true, 'the delivery is no part of it');
      assert.deepEqual(await store.find(id), { ...second, delivery: 'exactly-once' });
      assert.equal(await store.replace(aTenant({ id: crypto.randomUUID() }), second), false, 'there is no such row');
    });

    test('are replaced by one of many who try at once, while others set the delivery', async () => {
      const id = crypto.randomUUID();
      const known = aPendingTenant({ id });
      await store.save(known);
      const tries = Array.from({ length: 10 }, (_, at) => store.replace(known, aTenant({ id, since: at })));
      const deliveries = [1, 2].map(() => store.setDelivery(id, { onUnknown: 'resend' }));
      const [written] = await Promise.all([Promise.all(tries), Promise.all(deliveries)]);
      assert.equal(written.filter((one) => one).length, 1);
      const winner = written.indexOf(true);
      assert.deepEqual(await store.find(id), { ...aTenant({ id, since: winner }), onUnknown: 'resend' });
    });

    test('are listed by state, page by page, each once', async () => {
      const removed = Array.from({ length: 5 }, () => aTenant({ id: crypto.randomUUID(), state: 'removed' }));
      for (const one of removed) await store.save(one);
      const found: Tenant[] = [];
      let continuation: string | undefined;
      do {
        const page = await store.page({ state: 'removed', limit: 2, continuation });
        assert.ok(page.tenants.length <= 2);
        found.push(...page.tenants);
        ({ continuation } = page);
      } while (continuation !== undefined);
      assert.ok(found.every(({ state }) => state === 'removed'));
      assert.ok(removed.every(({ id }) => found.filter((one) => one.id === id).length === 1));
      await assert.rejects(store.page({ state: 'active', continuation: 'junk' }), withCode('REQUEST_INVALID'));
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

    test('keep their delivery when the state moves, and their state when the delivery is set', async () => {
      const id = crypto.randomUUID();
      await store.save(aPendingTenant({ id }));
      assert.equal(await store.setDelivery(id, { delivery: 'exactly-once', onUnknown: 'resend' }), true);
      const kept = { delivery: 'exactly-once', onUnknown: 'resend' } as const;
      assert.deepEqual(await store.find(id), { ...aPendingTenant({ id }), ...kept });
      // Whoever moves the state read the row before the delivery was set.
      await store.save(aTenant({ id }));
      assert.deepEqual(await store.find(id), { ...aTenant({ id }), ...kept });
      assert.equal(await store.setDelivery(id, { delivery: 'standard' }), true);
      assert.deepEqual(await store.find(id), { ...aTenant({ id }), delivery: 'standard' });
      await store.setDelivery(id, {});
      assert.deepEqual(await store.find(id), aTenant({ id }));
    });

    test('are not made by setting the delivery of one that is not there', async () => {
      const id = crypto.randomUUID();
      assert.equal(await store.setDelivery(id, { delivery: 'standard' }), false);
      assert.equal(await store.find(id), undefined);
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
      const found = await listed(new TableTenantStore(table, log));
      assert.deepEqual(
        found.filter(({ id }) => id === newer),
        [{ id: newer, state: 'pending', since: 1 }],
      );
      assert.deepEqual(lines, [{ level: 'error', event: 'tenant.row-unreadable', detail: { tenantId: broken } }]);
      for (const id of [broken, newer]) await table.deleteEntity(id, id);
    });

    test('are listed in whatever state, over more rows than a page holds, and each in one shard alone', async () => {
      const known = (await listed(store)).map(({ id }) => id);
      const added = Array.from({ length: 1300 }, (_, at) =>
        aTenant({ id: crypto.randomUUID(), state: tenantStates[at % tenantStates.length] ?? 'active' }),
      );
      const next = added.values();
      const saver = async (): Promise<void> => {
        for (const tenant of next) await store.save(tenant);
      };
      await Promise.all(Array.from({ length: 16 }, saver));

      // A page has at most 1000 rows: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
      for (const count of [1, 3]) {
        const found: Tenant[] = [];
        for (const shard of shards(count)) {
          const part = await listed(store, shard);
          assert.ok(part.every(({ id }) => id >= shard.from && id < shard.before));
          found.push(...part);
        }
        assert.deepEqual(ids(found), [...known, ...ids(added)].sort());
        const states = new Map(found.map(({ id, state }) => [id, state]));
        assert.ok(added.every(({ id, state }) => states.get(id) === state));
      }
    });

    test('of a table that is missing are not taken for tenants that never consented', async () => {
      const elsewhere = new TableTenantStore(clients.table('nosuchtable'), recordingLog().log);
      await assert.rejects(elsewhere.find(crypto.randomUUID()), withCode('STORAGE_UNAVAILABLE'));
    });
  });
}
