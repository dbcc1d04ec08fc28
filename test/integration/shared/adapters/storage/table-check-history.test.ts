import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableCheckHistory } from '../../../../../shared/adapters/storage/table-check-history.ts';
import { tables } from '../../../../../shared/names.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { startStorageAccounts, storageThatIsDown } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const consent = { key: 'consent', code: 'APP_NOT_IN_TENANT', since: noon - 7, seenAt: noon } as const;
const signIn = { key: 'smtp-sign-in 0123456789abcdef', code: 'SMTP_AUTH_DISABLED', since: noon, seenAt: noon } as const;

for (const { how, clients } of accounts.both) {
  describe(`since when checks have failed, over ${how}`, () => {
    const table = clients.table(tables.checks);
    const history = new TableCheckHistory(table);

    test('is kept by tenant, replaced, and forgotten once', async () => {
      assert.deepEqual(await history.read(contoso), []);
      await history.write(contoso, { kept: [consent, signIn], gone: [] });
      await history.write(fabrikam, { kept: [consent], gone: ['never-there'] });
      assert.deepEqual(await history.read(contoso), [consent, signIn]);
      const later = { ...consent, seenAt: noon + 5 };
      await history.write(contoso, { kept: [later], gone: [signIn.key] });
      await history.write(contoso, { kept: [], gone: [signIn.key] });
      assert.deepEqual(await history.read(contoso), [later]);
      assert.deepEqual(await history.read(fabrikam), [consent]);
    });

    test('is not read from a row that a later version has written', async () => {
      await table.createEntity({ partitionKey: 'other', rowKey: 'consent', code: 'NOT_YET', since: new Date() });
      assert.deepEqual(await history.read('other'), []);
    });
  });
}

test('a table that is away says so', async () => {
  const history = new TableCheckHistory((await storageThatIsDown()).table(tables.checks));
  await assert.rejects(history.read(contoso), withCode('STORAGE_UNAVAILABLE'));
});
