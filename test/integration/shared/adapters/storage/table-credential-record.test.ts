import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { startAzurite } from '../../../../../local/azurite.ts';
import { storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { TableCredentialRecord } from '../../../../../shared/adapters/storage/table-credential-record.ts';
import { minutes, seconds } from '../../../../../shared/clock.ts';
import { tables } from '../../../../../shared/names.ts';
import type { ProofUse } from '../../../../../shared/tokens/credential-record.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { startLossyProxy } from '../../../../support/lossy-proxy.ts';
import { byKey, noCredential, startStorageAccounts, storageThatIsDown } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

/** A thumbprint has all characters of base64url. */
const one: ProofUse = {
  proofId: 'aB-_9zQ1kUu7yJ0W4mXb2cVtR8sLpEo5nHdGfIiKqTw',
  kind: 'certificate',
  usedAt: noon,
  expiresAt: noon + 7,
  registeredAs: 'AB12',
};

for (const { how, clients } of accounts.both) {
  describe(`the record of the credential over ${how}`, () => {
    const table = clients.table(tables.credentials);
    const record = new TableCredentialRecord(table);

    beforeEach(async () => {
      for await (const { partitionKey = '', rowKey = '' } of table.listEntities()) {
        await table.deleteEntity(partitionKey, rowKey);
      }
    });

    test('is empty until something is noted', async () => {
      assert.deepEqual(await record.read(), { uses: [], warnings: [] });
    });

    test('keeps of each proof its first and its newest use, and what is known of it', async () => {
      const other: ProofUse = { proofId: '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33', kind: 'managed-identity', usedAt: 1 };
      await record.noteUse(one);
      await record.noteUse(other);
      await record.noteUse({ ...one, usedAt: noon + 10 * minutes });
      const { uses } = await record.read();
      assert.deepEqual(
        [...uses].sort((a, b) => b.usedAt - a.usedAt),
        [
          { ...one, usedAt: noon + 10 * minutes, firstUsedAt: noon },
          { ...other, firstUsedAt: 1 },
        ],
      );
    });

    test('does not take an older use for the newest: it may have been held up on its way', async () => {
      await record.noteUse(one);
      for (const usedAt of [noon - 1, noon]) await record.noteUse({ ...one, usedAt, registeredAs: 'CD34' });
      assert.deepEqual((await record.read()).uses, [{ ...one, firstUsedAt: noon }]);
    });

    test('is right to a minute when many instances note the same proof at once, first and later', async () => {
      for (const at of [noon, noon + 10 * minutes]) {
        await Promise.all(Array.from({ length: 32 }, (_, n) => record.noteUse({ ...one, usedAt: at + n * seconds })));
        const [use, ...more] = (await record.read()).uses;
        assert.deepEqual(more, []);
        assert.ok(use !== undefined && use.usedAt >= at && use.usedAt < at + 32 * seconds);
        assert.ok(use.firstUsedAt >= noon && use.firstUsedAt < noon + 32 * seconds);
      }
    });

    test('is not written again for a use less than a minute later', async () => {
      await record.noteUse(one);
      await record.noteUse({ ...one, usedAt: noon + 1 * minutes - 1 });
      assert.equal((await record.read()).uses[0]?.usedAt, noon);
      await record.noteUse({ ...one, usedAt: noon + 1 * minutes });
      assert.equal((await record.read()).uses[0]?.usedAt, noon + 1 * minutes);
    });

    test('lets one of many warn first, once for each proof, its end and step', async () => {
      const warning = { proofId: one.proofId, expiresAt: noon, days: 30 };
      const answers = await Promise.all(Array.from({ length: 16 }, () => record.firstWarning(warning)));
      assert.equal(answers.filter(Boolean).length, 1);
      assert.equal(await record.firstWarning(warning), false);
      assert.equal(await record.firstWarning({ ...warning, days: 14 }), true);
      assert.equal(await record.firstWarning({ ...warning, proofId: 'other' }), true);
      assert.equal(await record.firstWarning({ ...warning, expiresAt: noon + 1 }), true);
      const { uses, warnings } = await record.read();
      assert.deepEqual(uses, []);
      assert.deepEqual(
        warnings.map(({ proofId, expiresAt, days }) => `${proofId} ${expiresAt - noon} ${days}`).sort(),
        [`${one.proofId} 0 14`, `${one.proofId} 0 30`, `${one.proofId} 1 30`, 'other 0 30'].sort(),
      );
    });

    test('that somebody wrote something else into is refused, not guessed at', async () => {
      await table.createEntity({ partitionKey: 'use', rowKey: 'x', kind: 'password', usedAt: new Date(noon) });
      await assert.rejects(record.read(), withCode('ROW_UNREADABLE'));
    });
  });
}

describe('while storage is down', { concurrency: true }, () => {
  for (const [what, call] of [
    ['noting a use', (record) => record.noteUse(one)],
    ['reading the record', (record) => record.read()],
    ['claiming a warning', (record) => record.firstWarning({ proofId: 'x', expiresAt: noon, days: 1 })],
  ] as const satisfies readonly [string, (record: TableCredentialRecord) => Promise<unknown>][]) {
    test(`${what} is STORAGE_UNAVAILABLE`, async () => {
      const record = new TableCredentialRecord((await storageThatIsDown()).table(tables.credentials));
      await assert.rejects(call(record), withCode('STORAGE_UNAVAILABLE'));
    });
  }
});

describe('a write whose answer is lost', () => {
  test('is ours all the same: the warning is said, and the use is noted', async (t) => {
    const azurite = await startAzurite();
    t.after(() => azurite.stop());
    const proxy = await startLossyProxy(azurite.urls.table);
    t.after(() => proxy.stop());
    const text = azurite.connectionString.replace(new URL(azurite.urls.table).origin, proxy.url);
    const table = storageClients(byKey(text), noCredential).table(tables.credentials);
    await table.createTable();
    const record = new TableCredentialRecord(table);
    proxy.loseAnswerTo('POST');
    assert.equal(await record.firstWarning({ proofId: 'x', expiresAt: noon, days: 1 }), true);
    await record.noteUse(one);
    proxy.loseAnswerTo('PUT');
    await record.noteUse({ ...one, usedAt: noon + 1 * minutes });
    assert.equal((await record.read()).uses[0]?.usedAt, noon + 1 * minutes);
  });
});
