import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TableClient } from '@azure/data-tables';
import { makeAppCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import type { JournalEntry } from '../../../../../local/cloud/journal.ts';
import { freePort } from '../../../../../local/free-port.ts';
import { vendor } from '../../../../support/cloud.ts';
import { aDataKeySetup, digestOf } from '../../../../support/data-keys.ts';
import { withCode } from '../../../../support/failing.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const { cloud, byIdentity } = accounts;
const { emptyTable, dataKeysIn, newestIn } = aDataKeySetup(accounts);
const program = fileURLToPath(new URL('../../../../support/data-key-process.ts', import.meta.url));

/** What the vault was asked, and answered, since a moment, without challenges. */
function vaultSince(index: number): string[] {
  const asked = ({ service, operation }: JournalEntry): boolean => service === 'vault' && operation !== 'challenge';
  return cloud.journal.entries
    .slice(index)
    .filter(asked)
    .map(({ operation, status }) => `${operation} ${status}`);
}

async function keyInAnotherProcess(table: TableClient): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
    IDENTITY_HEADER: cloud.identityHeader,
    CLIENT_ID: vendor.identityClientId,
    TABLE_URL: byIdentity.azurite.urls.table,
    TABLE: table.tableName,
    VAULT_URL: cloud.urls.vault,
    KEY: vendor.wrappingKeyName,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env, timeout: 15_000 });
  return stdout.trim();
}

/** The app's identity, which has the roles again when the test is over. */
function rolesFor(t: TestContext) {
  const identity = cloud.state.identities[0];
  assert.ok(identity);
  const { vaultRoles } = identity;
  t.after(() => {
    identity.vaultRoles = vaultRoles;
  });
  return { identity, vaultRoles };
}

for (const account of accounts.both) {
  describe(`the data key over ${account.how}`, () => {
    test('is made once and kept wrapped: the table never holds it', async () => {
      const table = await emptyTable(account);
      const since = cloud.journal.entries.length;
      const key = await newestIn(table);
      assert.equal(key.length, 32);
      // The second getKey is the cryptography client's own, before its first use.
      assert.deepEqual(vaultSince(since), ['getKey 200', 'getKey 200', 'wrapKey 200']);
      const rows: Record<string, unknown>[] = [];
      for await (const row of table.listEntities()) rows.push(row);
      assert.equal(rows.length, 1);
      const { wrapped, wrappingKey } = rows[0] ?? {};
      assert.equal(Buffer.from(String(wrapped), 'base64').length, 256);
      assert.match(String(wrappingKey), /^tenantpost-tokens\/[0-9a-f]{32}$/);
      for (const form of ['base64', 'base64url', 'hex'] as const) {
        assert.equal(JSON.stringify(rows).includes(Buffer.from(key).toString(form).slice(0, 20)), false);
      }
    });

    test('is asked for once by a process, however many want it at once', async () => {
      const table = await emptyTable(account);
      const dataKeys = dataKeysIn(table);
      const since = cloud.journal.entries.length;
      const keys = await Promise.all(Array.from({ length: 5 }, () => dataKeys.current()));
      assert.equal(new Set(keys).size, 1);
      assert.equal(await dataKeys.current(), keys[0]);
      assert.equal(await dataKeys.find(keys[0]?.id ?? ''), keys[0]);
      assert.equal(vaultSince(since).filter((one) => one.startsWith('wrapKey')).length, 1);
      assert.equal(vaultSince(since).filter((one) => one.startsWith('unwrapKey')).length, 0);
    });

    test('is unwrapped once by a process, however many tokens that it sealed are read at once', async () => {
      const table = await emptyTable(account);
      const { id } = await dataKeysIn(table).current();
      const dataKeys = dataKeysIn(table);
      const since = cloud.journal.entries.length;
      const keys = await Promise.all([...Array.from({ length: 5 }, () => dataKeys.find(id)), dataKeys.current()]);
      assert.equal(new Set(keys).size, 1);
      assert.equal(vaultSince(since).filter((one) => one.startsWith('unwrapKey')).length, 1);
    });

    test('is the same for all who find the table empty at once', async () => {
      for (let round = 0; round < 5; round += 1) {
        const table = await emptyTable(account);
        const racers = Array.from({ length: round === 0 ? 6 : 2 }, () => dataKeysIn(table));
        const keys = await Promise.all(racers.map(async (one) => (await one.current()).bytes));
        assert.equal(new Set(keys.map(digestOf)).size, 1);
        assert.equal(digestOf(await newestIn(table)), digestOf(keys[0] ?? new Uint8Array()));
      }
    });
  });
}

describe('the data key', () => {
  test('is unwrapped by another process, which makes none', async () => {
    const table = await emptyTable();
    const key = await newestIn(table);
    const since = cloud.journal.entries.length;
    assert.equal(await keyInAnotherProcess(table), digestOf(key));
    assert.deepEqual(vaultSince(since), ['getKey 200', 'unwrapKey 200']);
  });

  test('is the same in two processes that start together', async () => {
    const table = await emptyTable();
    const [one, other] = await Promise.all([keyInAnotherProcess(table), keyInAnotherProcess(table)]);
    assert.match(one ?? '', /^[0-9a-f]{64}$/);
    assert.equal(one, other);
  });

  test('wrapped by a version that is no longer the newest is still unwrapped, by that version', async () => {
    const table = await emptyTable();
    const key = await newestIn(table);
    const { privateJwk } = await makeAppCertificate('the next wrapping key');
    const version = crypto.randomUUID().replaceAll('-', '');
    const created = Math.floor(Date.now() / 1000) + 1;
    const next = { name: vendor.wrappingKeyName, version, jwk: privateJwk, created };
    cloud.state.vaultKeys.push({ ...next, operations: ['wrapKey', 'unwrapKey'] });

    assert.equal(digestOf(await newestIn(table)), digestOf(key));
    const fresh = await emptyTable();
    const freshKey = await newestIn(fresh);
    assert.equal((await fresh.getEntity('data-key', '1'))['wrappingKey'], `${vendor.wrappingKeyName}/${version}`);
    assert.equal(digestOf(await newestIn(fresh)), digestOf(freshKey));
  });

  test('is unwrapped in whichever vault has the key: what is stored names no vault', async () => {
    const table = await emptyTable();
    await newestIn(table);
    const stored = JSON.stringify(await table.getEntity('data-key', '1'));
    assert.equal(stored.includes(new URL(cloud.urls.vault).host), false);
  });

  test('is asked for again after a failure, and held after that', async (t) => {
    const table = await emptyTable();
    const dataKeys = dataKeysIn(table);
    const { identity, vaultRoles } = rolesFor(t);
    identity.vaultRoles = [];
    await assert.rejects(dataKeys.current(), withCode('VAULT_REFUSED'));
    await assert.rejects(dataKeys.current(), withCode('VAULT_REFUSED'));
    identity.vaultRoles = vaultRoles;
    const key = await dataKeys.current();
    identity.vaultRoles = [];
    assert.equal(await dataKeys.current(), key);
    assert.equal(await dataKeys.find(key.id), key);
  });

  test('is unwrapped anew by who asks whether that still can be, although it is held', async (t) => {
    const table = await emptyTable();
    const dataKeys = dataKeysIn(table);
    const { identity } = rolesFor(t);
    await dataKeys.ask();
    const key = await dataKeys.current();
    // Who may read the wrapping key cannot yet unwrap with it.
    identity.vaultRoles = ['Key Vault Reader'];
    await assert.rejects(dataKeys.ask(), withCode('VAULT_REFUSED'));
    assert.equal(await dataKeys.current(), key);
  });

  test('is not made anew, nor written over, when its row cannot be unwrapped', async () => {
    const table = await emptyTable();
    await newestIn(table);
    const row = await table.getEntity('data-key', '1');
    const wrapped = Buffer.alloc(256, 1).toString('base64');
    await table.updateEntity({ partitionKey: 'data-key', rowKey: '1', wrapped }, 'Merge');
    await assert.rejects(newestIn(table), { name: 'TenantpostError' });
    const gone = `${vendor.wrappingKeyName}/${'0'.repeat(32)}`;
    await table.updateEntity({ partitionKey: 'data-key', rowKey: '1', wrappingKey: gone }, 'Merge');
    await assert.rejects(newestIn(table), withCode('VAULT_REFUSED'));
    const now = await table.getEntity('data-key', '1');
    assert.deepEqual([now['wrapped'], now['wrappingKey']], [wrapped, gone]);
    assert.notEqual(row['wrapped'], wrapped);
  });

  test('cannot be made with a wrapping key that the vault lacks', async () => {
    const table = await emptyTable();
    await assert.rejects(dataKeysIn(table, { wrappingKeyName: 'no-such-key' }).current(), withCode('VAULT_REFUSED'));
    await assert.rejects(table.getEntity('data-key', '1'), { statusCode: 404 });
  });

  test('cannot be had, nor is one made, while the vault is away', async () => {
    const table = await emptyTable();
    const away = vaultClients(`https://localhost:${await freePort()}`, managedIdentity(cloud));
    await assert.rejects(dataKeysIn(table, away).current(), withCode('VAULT_UNAVAILABLE'));
    await assert.rejects(table.getEntity('data-key', '1'), { statusCode: 404 });
  });
});
