import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableTokenStore } from '../../../../shared/adapters/table-token-store.ts';
import { tables } from '../../../../shared/names.ts';
import { deriveKey } from '../../../../shared/tokens/data-key.ts';
import { seal } from '../../../../shared/tokens/seal.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { fixedDataKey } from '../../../support/fixed-data-key.ts';
import { startStorageAccounts } from '../../../support/storage-accounts.ts';
import { aToken, aTokenValue } from '../../../support/unsigned-token.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const installation = 'public 5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10';
const dataKey = fixedDataKey();

for (const { how, clients } of accounts.both) {
  describe(`tokens over ${how}`, () => {
    const table = clients.table(tables.tokens);
    const store = new TableTokenStore(table, dataKey, installation);

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
      table.upsertEntity({ partitionKey: tenantId, rowKey: 'graph', sealed }, 'Replace');

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

    test('lie in the table unreadable, with their expiry beside them', async () => {
      const { tenantId, value, expiresAt } = await written();
      const row = await table.getEntity(tenantId, 'graph');
      assert.deepEqual(row['expiresAt'], new Date(expiresAt));
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

    test('that are copied to another tenant are none', async () => {
      const { tenantId, value } = await written();
      const other = crypto.randomUUID();
      await putSealed(other, await sealedOf(tenantId));
      assert.equal(await store.read(other, 'graph'), undefined);
      assert.equal(await store.read(tenantId, 'graph'), value);
    });

    test('that are copied from another resource are none', async () => {
      const tenantId = crypto.randomUUID();
      const key = await deriveKey(dataKey, 'seal tokens');
      await putSealed(tenantId, seal(key, 'a token', `${installation} ${tenantId} outlook`));
      assert.equal(await store.read(tenantId, 'graph'), undefined);
      await putSealed(tenantId, seal(key, 'a token', `${installation} ${tenantId} graph`));
      assert.equal(await store.read(tenantId, 'graph'), 'a token');
    });

    test('of another installation on the same table are none', async () => {
      const { tenantId } = await written();
      for (const other of [`usgov ${installation.split(' ')[1]}`, `public ${crypto.randomUUID()}`]) {
        assert.equal(await new TableTokenStore(table, dataKey, other).read(tenantId, 'graph'), undefined);
      }
    });

    test('made with another data key are none', async () => {
      const { tenantId } = await written();
      const other = new TableTokenStore(table, fixedDataKey(8), installation);
      assert.equal(await other.read(tenantId, 'graph'), undefined);
    });

    test('changed in one bit are none, wherever it is', async () => {
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
        assert.equal(await store.read(tenantId, 'graph'), undefined, `byte ${at}`);
      }
      await putSealed(tenantId, sealed.toString('base64'));
      assert.equal(await store.read(tenantId, 'graph'), value);
    });

    test('that are cut short, empty, or no base64 are none', async () => {
      const { tenantId } = await written();
      const sealed = await sealedOf(tenantId);
      for (const changed of [sealed.slice(0, -8), sealed.slice(0, 40), '', '%%%', 'x'.repeat(400)]) {
        await putSealed(tenantId, changed);
        assert.equal(await store.read(tenantId, 'graph'), undefined);
      }
    });

    test('cannot be read or written while the data key cannot be had', async () => {
      const { tenantId, value } = await written();
      const locked = new TableTokenStore(table, { read: failing('VAULT_REFUSED') }, installation);
      await assert.rejects(locked.read(tenantId, 'graph'), withCode('VAULT_REFUSED'));
      await assert.rejects(locked.write(aToken({ tenantId })), withCode('VAULT_REFUSED'));
      assert.equal(await store.read(tenantId, 'graph'), value);
    });
  });
}
