/** VaultDataKeys over the months, by a clock that need not be waited for; and with rows that somebody has changed. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { VaultDataKeys, VaultDataKeysOptions } from '../../../../../shared/adapters/vault/vault-data-keys.ts';
import { hours, minutes } from '../../../../../shared/clock.ts';
import { freePort } from '../../../../../local/free-port.ts';
import { noon, settableClock } from '../../../../support/clock.ts';
import { aDataKeySetup, digestOf } from '../../../../support/data-keys.ts';
import { withCode } from '../../../../support/failing.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const { cloud } = accounts;
const { vault, emptyTable, dataKeysIn, newestIn } = aDataKeySetup(accounts);

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
    assert.match(second.id, /^2-/);
    assert.notEqual(digestOf(second.bytes), digestOf(first.bytes));
    assert.equal(digestOf((await process().current()).bytes), digestOf(second.bytes));
  });

  test('is still found, here and by a process that starts now', async () => {
    const { clock, process } = await anInstallation();
    const sender = process();
    const first = await sender.current();
    clock.advance(91 * days);
    await process().rotate();
    assert.equal(await sender.find(first.id), first);
    assert.equal(digestOf((await process().find(first.id))?.bytes ?? new Uint8Array()), digestOf(first.bytes));
  });

  test('is removed 32 days after the next was made, and is nothing then', async () => {
    const { clock, log, process, ids } = await anInstallation();
    const timer = process();
    const { id } = await timer.current();
    clock.advance(90 * days);
    await timer.rotate();
    clock.advance(32 * days - 1);
    await timer.rotate();
    assert.deepEqual(await ids(), ['1', '2']);
    clock.advance(1);
    await timer.rotate();
    assert.deepEqual(await ids(), ['2']);
    assert.equal(await timer.find(id), undefined);
    assert.equal(await process().find(id), undefined);
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
      assert.equal(new Set(keys.map(({ id }) => id)).size, 1);
      assert.match(keys[0]?.id ?? '', new RegExp(`^${round}-`));
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
    assert.equal(await sender.find(first.id), first);
    assert.deepEqual(log.events().slice(1), ['data-key.not-looked-up']);
    // It is not asked at each call.
    assert.equal(await sender.current(), first);
    assert.equal(log.events().length, 2);
    vaultIsAway.is = false;
    clock.advance(1 * minutes);
    assert.match((await sender.current()).id, /^2-/);
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

describe('after all data keys were thrown away', () => {
  async function anInstallation() {
    const table = await emptyTable();
    const clock = settableClock();
    const dataKeys = dataKeysIn(table, { now: clock.now });
    const old = await dataKeys.current();
    await table.deleteEntity('data-key', '1');
    return { table, clock, dataKeys, old };
  }

  test('what was made with one of them is not taken for what was changed: its key is none of those that are kept', async () => {
    const { table, old } = await anInstallation();
    const dataKeys = dataKeysIn(table);
    const { id, bytes } = await dataKeys.current();
    assert.notEqual(id, old.id);
    assert.notEqual(digestOf(bytes), digestOf(old.bytes));
    assert.equal(await dataKeys.find(old.id), undefined);
  });

  test('a process that was not restarted makes new things with the new one, an hour later at most', async () => {
    const { table, clock, dataKeys, old } = await anInstallation();
    const next = await dataKeysIn(table).current();
    assert.equal(digestOf((await dataKeys.find(next.id))?.bytes ?? new Uint8Array()), digestOf(next.bytes));
    assert.equal(await dataKeys.current(), old);
    clock.advance(1 * hours);
    assert.equal(digestOf((await dataKeys.current()).bytes), digestOf(next.bytes));
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
      assert.match((await dataKeys.current()).id, /^1-/);
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
    assert.match((await dataKeys.current()).id, /^1-/);
  });

  test('is not asked for by a name that is none', async () => {
    const table = await emptyTable();
    const dataKeys = dataKeysIn(table);
    const { id } = await dataKeys.current();
    for (const name of [
      '',
      '0',
      '1',
      '01',
      '-1',
      '1 ',
      "1' or true",
      '9999999',
      '../1',
      `0${id}`,
      `${id}0`,
      '1-00000000',
    ]) {
      assert.equal(await dataKeys.find(name), undefined, name);
    }
  });
});
