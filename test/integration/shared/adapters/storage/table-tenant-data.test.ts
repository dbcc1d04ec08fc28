import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableTenantData } from '../../../../../shared/adapters/storage/table-tenant-data.ts';
import { minutes } from '../../../../../shared/clock.ts';
import { tables } from '../../../../../shared/names.ts';
import { noon } from '../../../../support/clock.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

for (const { how, clients } of accounts.both) {
  describe(`what is kept of a tenant, over ${how}`, () => {
    const [mail, tokens] = [clients.table(tables.mail), clients.table(tables.tokens)];
    const kindOf = (rowKey: string): string => (rowKey.startsWith('!') ? 'gates' : 'outcomes');
    const places = [
      { table: mail, kindOf },
      { table: tokens, kindOf: () => 'tokens' },
    ];

    async function keep(tenantId: string, outcomes: number): Promise<void> {
      const put = (rowKey: string) => mail.createEntity({ partitionKey: tenantId, rowKey });
      await Promise.all(Array.from({ length: outcomes }, (_, at) => put(`job ${at}`)));
      await put('!gate anna@contoso.example');
      await tokens.createEntity({ partitionKey: tenantId, rowKey: 'graph' });
    }

    async function kept(tenantId: string): Promise<number> {
      let count = 0;
      for (const table of [mail, tokens]) {
        const rows = table.listEntities({ queryOptions: { filter: `PartitionKey eq '${tenantId}'` } });
        for await (const _ of rows) count += 1;
      }
      return count;
    }

    test('is erased, more than one page of it, and counted; nothing of another tenant is', async () => {
      const [ours, other] = [crypto.randomUUID(), crypto.randomUUID()];
      await keep(ours, 230);
      await keep(other, 1);
      const data = new TableTenantData(places, () => noon);
      const expected = { deleted: { outcomes: 230, gates: 1, tokens: 1 }, isWhole: true };
      assert.deepEqual(await data.erase(ours), expected);
      assert.deepEqual([await kept(ours), await kept(other)], [0, 3]);
      assert.deepEqual(await data.erase(ours), { deleted: {}, isWhole: true });
    });

    test('is left in part when time is up, and the answer says so', async () => {
      const tenantId = crypto.randomUUID();
      await keep(tenantId, 150);
      let at = noon;
      const data = new TableTenantData(places, () => (at += 1.5 * minutes));
      const { isWhole, deleted } = await data.erase(tenantId);
      assert.equal(isWhole, false);
      assert.ok((await kept(tenantId)) === 152 - Object.values(deleted).reduce((sum, one) => sum + one, 0));
      assert.equal((await new TableTenantData(places, () => noon).erase(tenantId)).isWhole, true);
      assert.equal(await kept(tenantId), 0);
    });

    test('may be erased by two at once', async () => {
      const tenantId = crypto.randomUUID();
      await keep(tenantId, 120);
      const data = new TableTenantData(places, () => noon);
      await Promise.all([data.erase(tenantId), data.erase(tenantId)]);
      assert.equal(await kept(tenantId), 0);
    });
  });
}
