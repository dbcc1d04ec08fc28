import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TableClient } from '@azure/data-tables';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import type { JournalEntry } from '../../../../local/cloud/journal.ts';
import { freePort } from '../../../../local/free-port.ts';
import { VaultDataKeys, type VaultDataKeysOptions } from '../../../../shared/adapters/vault-data-keys.ts';
import { hours, minutes } from '../../../../shared/clock.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { vendor } from '../../../support/cloud.ts';
import { withCode } from '../../../support/failing.ts';
import { managedIdentity } from '../../../support/managed-identity.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { startStorageAccounts } from '../../../support/storage-accounts.ts';
import { vaultClients } from '../../../support/vault-clients.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const { cloud, byIdentity } = accounts;
const vault = () => vaultClients(cloud.urls.vault, managedIdentity(cloud));
const program = fileURLToPath(new URL('../../../support/data-key-process.ts', import.meta.url));
const digestOf = (key: Uint8Array): string => createHash('sha256').update(key).digest('hex');

let count = 0;

/** A table of the account that holds nothing yet: the data key is one to a table. */
async function emptyTable(account = byIdentity): Promise<TableClient> {
  const table = account.clients.table(`tokens${(count += 1)}`);
  await table.createTable();
  return table;
}

function dataKeysIn(table: TableClient, overrides: Partial<VaultDataKeysOptions> = {}): VaultDataKeys {
  const log = recordingLog();
  return new VaultDataKeys({
    ...vault(),
    table,
    wrappingKeyName: vendor.wrappingKeyName,
    now: () => noon,
    log: log.log,
    ...overrides,
  });
}

const newestIn = async (table: TableClient): Promise<Uint8Array> => (await dataKeysIn(table).current()).bytes;

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
      assert.equal(await dataKeys.find('1'), keys[0]);
      assert.equal(vaultSince(since).filter((one) => one.startsWith('wrapKey')).length, 1);
      assert.equal(vaultSince(since).filter((one) => one.startsWith('unwrapKey')).length, 0);
    });

    test('is unwrapped once by a process, however many tokens that it sealed are read at once', async () => {
      const table = await emptyTable(account);
      await newestIn(table);
      const dataKeys = dataKeysIn(table);
      const since = cloud.journal.entries.length;
      const keys = await Promise.all([...Array.from({ length: 5 }, () => dataKeys.find('1')), dataKeys.current()]);
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
    const identity = cloud.state.identities[0];
    assert.ok(identity);
    const { vaultRoles } = identity;
    t.after(() => {
      identity.vaultRoles = vaultRoles;
    });
    identity.vaultRoles = [];
    await assert.rejects(dataKeys.current(), withCode('VAULT_REFUSED'));
    await assert.rejects(dataKeys.current(), withCode('VAULT_REFUSED'));
    identity.vaultRoles = vaultRoles;
    const key = await dataKeys.current();
    identity.vaultRoles = [];
    assert.equal(await dataKeys.current(), key);
    assert.equal(await dataKeys.find('1'), key);
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

describe('a data key that has served its time', () => {
  const days = 24 * hours;

  /** Processes over one table, with one clock and one log. */
  async function anInstallation() {
    const table = await emptyTable();
    const clock = settableClock();
    const log = recordingLog();
    const process = (overrides: Partial<VaultDataKeysOptions> = {}): VaultDataKeys =>
      dataKeysIn(table, { now: clock.now, log: log.log, ...overrides });
    const ids = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { rowKey } of table.listEntities()) if (rowKey !== undefined) found.push(rowKey);
      return found.sort();
    };
    return { table, clock, log, process, ids };
  }

  test('is followed by the next after ninety days, and not before', async () => {
    const { clock, log, process, ids } = await anInstallation();
    const timer = process();
    await timer.rotate();
    assert.deepEqual(await ids(), ['1']);
    clock.advance(90 * days - 1);
    await timer.rotate();
    assert.deepEqual(await ids(), ['1']);
    clock.advance(1);
    await timer.rotate();
    assert.deepEqual(await ids(), ['1', '2']);
    await timer.rotate();
    assert.deepEqual(await ids(), ['1', '2']);
    assert.deepEqual(log.lines, [
      { level: 'information', event: 'data-key.followed', detail: { id: '2', before: '1' } },
    ]);
  });

  test('makes nothing more as soon as a process has noticed the next, an hour later at most', async () => {
    const { clock, process } = await anInstallation();
    const sender = process();
    const first = await sender.current();
    clock.advance(90 * days);
    await sender.current();
    await process().rotate();
    assert.equal(await sender.current(), first);
    clock.advance(1 * hours);
    const second = await sender.current();
    assert.equal(second.id, '2');
    assert.notEqual(digestOf(second.bytes), digestOf(first.bytes));
    assert.equal(digestOf((await process().current()).bytes), digestOf(second.bytes));
  });

  test('is still found, here and by a process that starts now', async () => {
    const { clock, process } = await anInstallation();
    const sender = process();
    const first = await sender.current();
    clock.advance(91 * days);
    await process().rotate();
    assert.equal(await sender.find('1'), first);
    assert.equal(digestOf((await process().find('1'))?.bytes ?? new Uint8Array()), digestOf(first.bytes));
  });

  test('is removed 32 days after the next was made, and is nothing then', async () => {
    const { clock, log, process, ids } = await anInstallation();
    const timer = process();
    await timer.current();
    clock.advance(90 * days);
    await timer.rotate();
    clock.advance(32 * days - 1);
    await timer.rotate();
    assert.deepEqual(await ids(), ['1', '2']);
    clock.advance(1);
    await timer.rotate();
    assert.deepEqual(await ids(), ['2']);
    assert.equal(await timer.find('1'), undefined);
    assert.equal(await process().find('1'), undefined);
    assert.deepEqual(log.events(), ['data-key.followed', 'data-key.removed']);
  });

  test('is never removed while it is the newest, though nobody rotated for years', async () => {
    const { clock, process, ids } = await anInstallation();
    await process().current();
    clock.advance(1000 * days);
    await process().rotate();
    assert.deepEqual(await ids(), ['1', '2']);
  });

  test('is followed by one, whichever of two processes is quicker, and both know the same', async () => {
    const { clock, process, ids } = await anInstallation();
    await process().current();
    for (let round = 2; round < 6; round += 1) {
      clock.advance(90 * days);
      const both = [process(), process(), process()];
      await Promise.all(both.map((one) => one.rotate()));
      const keys = await Promise.all(both.map((one) => one.current()));
      assert.deepEqual([...new Set(keys.map(({ id }) => id))], [String(round)]);
      assert.equal(new Set(keys.map(({ bytes }) => digestOf(bytes))).size, 1);
    }
    assert.ok((await ids()).length <= 3);
  });

  test('goes on serving while the vault is away, and what was sealed with it is still read', async () => {
    const { clock, log, process } = await anInstallation();
    const vaultIsAway = { is: false };
    const real = vault();
    const sender = process({
      cryptography: (key) => {
        if (vaultIsAway.is) throw Object.assign(new Error('no vault'), { code: 'ECONNREFUSED' });
        return real.cryptography(key);
      },
    });
    const first = await sender.current();
    clock.advance(90 * days);
    await process().rotate();
    vaultIsAway.is = true;
    assert.equal(await sender.current(), first);
    assert.equal(await sender.find('1'), first);
    assert.deepEqual(log.events().slice(1), ['data-key.not-looked-up']);
    // It is not asked at each call.
    assert.equal(await sender.current(), first);
    assert.equal(log.events().length, 2);
    vaultIsAway.is = false;
    clock.advance(1 * minutes);
    assert.equal((await sender.current()).id, '2');
  });

  test('is not followed while the vault is away, and the timer says so', async () => {
    const { clock, process, ids } = await anInstallation();
    await process().current();
    clock.advance(90 * days);
    const away = vaultClients(`https://localhost:${await freePort()}`, managedIdentity(cloud));
    await assert.rejects(process(away).rotate(), withCode('VAULT_UNAVAILABLE'));
    assert.deepEqual(await ids(), ['1']);
  });
});

describe('a row of the data keys that is none', () => {
  async function withBroken(row: Record<string, unknown>) {
    const table = await emptyTable();
    await newestIn(table);
    await table.createEntity({ partitionKey: 'data-key', ...row } as { partitionKey: string; rowKey: string });
    return table;
  }

  for (const row of [
    { rowKey: '2', wrapped: '%%%', wrappingKey: 'x/y', createdAt: new Date(noon) },
    { rowKey: '2' },
    { rowKey: 'newest', wrapped: 'AAAA', wrappingKey: 'x/y', createdAt: new Date(noon) },
  ]) {
    test(`is told and passed over: what was made with the others is still good (${JSON.stringify(row)})`, async () => {
      const table = await withBroken(row);
      const log = recordingLog();
      const dataKeys = dataKeysIn(table, { log: log.log });
      assert.equal((await dataKeys.current()).id, '1');
      assert.equal(await dataKeys.find(row.rowKey), undefined);
      assert.deepEqual(log.lines[0], {
        level: 'error',
        event: 'data-key.row-unreadable',
        detail: { id: row.rowKey },
      });
    });
  }

  test('is not written over by the next key', async () => {
    const table = await withBroken({ rowKey: '2', wrapped: 'changed', createdAt: new Date(noon) });
    const dataKeys = dataKeysIn(table, { now: () => noon + 90 * 24 * hours });
    await assert.rejects(dataKeys.rotate(), withCode('STORAGE_UNAVAILABLE'));
    assert.equal((await table.getEntity('data-key', '2'))['wrapped'], 'changed');
    assert.equal((await dataKeys.current()).id, '1');
  });

  test('is not asked for by a name that is none', async () => {
    const table = await emptyTable();
    const dataKeys = dataKeysIn(table);
    await dataKeys.current();
    for (const name of ['', '0', '01', '-1', '1 ', "1' or true", '9999999', '../1']) {
      assert.equal(await dataKeys.find(name), undefined, name);
    }
  });
});
