import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Installation, TableTokenStore } from '../../../../../shared/adapters/storage/table-token-store.ts';
import { tables } from '../../../../../shared/names.ts';
import type { Resource } from '../../../../../shared/resource.ts';
import type { Token } from '../../../../../shared/tokens/token.ts';
import { clientId } from '../../../../support/app-identity.ts';
import { failing, withCode } from '../../../../support/failing.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { fixedDataKeys } from '../../../../support/fixed-data-keys.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';
import { aToken, aTokenValue } from '../../../../support/unsigned-token.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const installation: Installation = {
  cloud: 'public',
  authorityUrl: 'https://login.microsoftonline.com',
  clientId,
};
const dataKeys = fixedDataKeys();

for (const { how, clients } of accounts.both) {
  describe(`tokens over ${how}`, () => {
    const table = clients.table(tables.tokens);
    const store = new TableTokenStore(table, dataKeys, installation);

    /** A token in the table, of a tenant that no other test knows. */
    async function written(overrides: Parameters<typeof aToken>[0] = {}) {
      const tenantId = crypto.randomUUID();
      const token = aToken({ tenantId, value: aTokenValue({ tid: tenantId }), ...overrides });
      await store.write(token);
      return token;
    }

    async function sealedOf(tenantId: string): Promise<string> {
      const { sealed } = await table.getEntity(tenantId, 'graph');
      assert.ok(typeof sealed === 'string');
      return sealed;
    }

    const putSealed = (tenantId: string, sealed: string) =>
      table.upsertEntity({ partitionKey: tenantId, rowKey: 'graph', sealed, dataKey: '1' }, 'Replace');

    /** Copies the row of one token, every property of it, to where another one belongs. */
    async function copied(from: Token, tenantId: string, resource: Resource): Promise<void> {
      const { sealed, dataKey, issuedAt, expiresAt } = await table.getEntity(from.tenantId, from.resource);
      const row = { partitionKey: tenantId, rowKey: resource, sealed, dataKey, issuedAt, expiresAt };
      await table.upsertEntity(row, 'Replace');
    }

    test('come back as they were written, and the last one written counts', async () => {
      const { tenantId, value } = await written();
      assert.equal(await store.read(tenantId, 'graph'), value);
      const next = aToken({ tenantId, value: aTokenValue({ tid: tenantId, jti: 'next' }) });
      await store.write(next);
      assert.equal(await store.read(tenantId, 'graph'), next.value);
    });

    test('are unknown until they are written, and after they were removed', async () => {
      assert.equal(await store.read(crypto.randomUUID(), 'graph'), undefined);
      const { tenantId } = await written();
      await store.remove(tenantId, 'graph');
      assert.equal(await store.read(tenantId, 'graph'), undefined);
      await store.remove(tenantId, 'graph');
    });

    test('of the size that Entra issues at most fit', async () => {
      const { tenantId, value } = await written({ value: `${'x'.repeat(16_000)}.y.z` });
      assert.equal(await store.read(tenantId, 'graph'), value);
    });

    test('lie in the table unreadable, with their life and the name of their data key beside them', async () => {
      const { tenantId, value, issuedAt, expiresAt } = await written();
      const row = await table.getEntity(tenantId, 'graph');
      const { dataKey } = row;
      assert.deepEqual([row['issuedAt'], row['expiresAt']], [new Date(issuedAt), new Date(expiresAt)]);
      assert.equal(dataKey, '1');
      const stored = JSON.stringify(row);
      for (const part of value.split('.').filter((text) => text !== '')) {
        assert.equal(stored.includes(part), false);
        assert.equal(stored.includes(Buffer.from(part).toString('base64').slice(4, -4)), false);
      }
      // A nonce of its own for each: the same token twice is two different rows.
      const before = await sealedOf(tenantId);
      await store.write(aToken({ tenantId, value, expiresAt }));
      assert.notEqual(await sealedOf(tenantId), before);
    });

    test('whose row is copied to another tenant are refused as wrong there, and stand where they were', async () => {
      const token = await written();
      const other = crypto.randomUUID();
      await copied(token, other, 'graph');
      const { code, detail } = await failureOf(store.read(other, 'graph'));
      assert.deepEqual([code, detail], ['TOKEN_WRONG', { tenantId: other, resource: 'graph' }]);
      assert.equal(await store.read(token.tenantId, 'graph'), token.value);
    });

    test('whose row is copied to the other resource are refused as wrong there, either way', async () => {
      const graph = await written();
      await copied(graph, graph.tenantId, 'outlook');
      await assert.rejects(store.read(graph.tenantId, 'outlook'), withCode('TOKEN_WRONG'));
      const outlook = await written({ resource: 'outlook' });
      await copied(outlook, outlook.tenantId, 'graph');
      await assert.rejects(store.read(outlook.tenantId, 'graph'), withCode('TOKEN_WRONG'));
      assert.equal(await store.read(outlook.tenantId, 'outlook'), outlook.value);
    });

    for (const [what, elsewhere] of Object.entries({
      'of another app': { clientId: '0a0a0a0a-0000-4000-8000-0000000000aa' },
      'in another cloud': { cloud: 'usgov' },
      'of another authority': { authorityUrl: 'https://login.microsoftonline.us' },
    })) {
      test(`of an installation ${what}, under the same data key, are refused as wrong, either way`, async () => {
        const token = await written();
        const other = new TableTokenStore(table, dataKeys, { ...installation, ...elsewhere });
        await assert.rejects(other.read(token.tenantId, 'graph'), withCode('TOKEN_WRONG'));
        assert.equal(await store.read(token.tenantId, 'graph'), token.value);
        await other.write(token);
        await assert.rejects(store.read(token.tenantId, 'graph'), withCode('TOKEN_WRONG'));
      });
    }

    test('under a data key that is kept no more are none: they have ended long ago', async () => {
      const { tenantId, value } = await written();
      const later = new TableTokenStore(table, fixedDataKeys(8, '2'), installation);
      assert.equal(await later.read(tenantId, 'graph'), undefined);
      assert.equal(await store.read(tenantId, 'graph'), value);
    });

    test('that name another data key than the one that made them are refused as wrong', async () => {
      const { tenantId } = await written();
      const other = new TableTokenStore(table, fixedDataKeys(8), installation);
      await assert.rejects(other.read(tenantId, 'graph'), withCode('TOKEN_WRONG'));
    });

    test('changed in one bit are refused as wrong, wherever it is', async () => {
      const { tenantId, value } = await written();
      const sealed = Buffer.from(await sealedOf(tenantId), 'base64');
      for (const at of [
        0,
        11,
        12,
        Math.floor(sealed.length / 2),
        sealed.length - 17,
        sealed.length - 16,
        sealed.length - 1,
      ]) {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        await putSealed(tenantId, changed.toString('base64'));
        await assert.rejects(store.read(tenantId, 'graph'), withCode('TOKEN_WRONG'), `byte ${at}`);
      }
      await putSealed(tenantId, sealed.toString('base64'));
      assert.equal(await store.read(tenantId, 'graph'), value);
    });

    test('that are cut short, empty, no base64 or no text are refused as wrong, and mended by the next write', async () => {
      const token = await written();
      const { tenantId } = token;
      const sealed = await sealedOf(tenantId);
      for (const changed of [sealed.slice(0, -8), sealed.slice(0, 40), '', '%%%', 'x'.repeat(400)]) {
        await putSealed(tenantId, changed);
        await assert.rejects(store.read(tenantId, 'graph'), withCode('TOKEN_WRONG'));
      }
      for (const row of [{}, { sealed }, { sealed: 7, dataKey: '1' }, { sealed, dataKey: 1 }]) {
        await table.upsertEntity({ partitionKey: tenantId, rowKey: 'graph', ...row }, 'Replace');
        await assert.rejects(store.read(tenantId, 'graph'), withCode('TOKEN_WRONG'));
      }
      await store.write(token);
      assert.equal(await store.read(tenantId, 'graph'), token.value);
    });

    test('of a table that is missing are not taken for tokens that nobody has', async () => {
      const elsewhere = new TableTokenStore(clients.table('nosuchtable'), dataKeys, installation);
      await assert.rejects(elsewhere.read(crypto.randomUUID(), 'graph'), withCode('STORAGE_UNAVAILABLE'));
    });

    test('cannot be read or written while the data key cannot be had', async () => {
      const { tenantId, value } = await written();
      const fails = failing('VAULT_REFUSED');
      const locked = new TableTokenStore(table, { current: fails, find: fails }, installation);
      await assert.rejects(locked.read(tenantId, 'graph'), withCode('VAULT_REFUSED'));
      await assert.rejects(locked.write(aToken({ tenantId })), withCode('VAULT_REFUSED'));
      assert.equal(await store.read(tenantId, 'graph'), value);
    });
  });
}
