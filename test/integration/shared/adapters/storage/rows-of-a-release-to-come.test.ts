/**
 * After a rollback this release meets what a newer one has written: rows whose schema it does not know, which it leaves alone and
 * names, and columns that it does not know, which it keeps. docs/upgrade.md has the rule.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { startAzurite } from '../../../../../local/azurite.ts';
import type { RowKind } from '../../../../../shared/adapters/storage/row-schema.ts';
import { storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { TableAuditTrail } from '../../../../../shared/adapters/storage/table-audit-trail.ts';
import { TableCheckHistory } from '../../../../../shared/adapters/storage/table-check-history.ts';
import { TableConsoleSessions } from '../../../../../shared/adapters/storage/table-console-sessions.ts';
import { TableCredentialRecord } from '../../../../../shared/adapters/storage/table-credential-record.ts';
import { TableInvitationStore } from '../../../../../shared/adapters/storage/table-invitation-store.ts';
import { TableMailRetention } from '../../../../../shared/adapters/storage/table-mail-retention.ts';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { TableTenantStore } from '../../../../../shared/adapters/storage/table-tenant-store.ts';
import { TableTokenStore } from '../../../../../shared/adapters/storage/table-token-store.ts';
import { hours } from '../../../../../shared/clock.ts';
import { MailboxGate } from '../../../../../shared/mail/gate/mailbox-gate.ts';
import { tables } from '../../../../../shared/names.ts';
import { shards } from '../../../../../shared/shard.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoomWith } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { byKey, noCredential } from '../../../../support/storage-accounts.ts';
import { kindOf } from '../../../../support/stored-rows/kinds.ts';
import { ownAccount } from '../../../../support/stored-rows/own-account.ts';
import { storageFile, writeStorage } from '../../../../support/stored-rows/storage-file.ts';
import { dataKeysIn, written } from '../../../../support/stored-rows/write-everything.ts';
import { aToken } from '../../../../support/unsigned-token.ts';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'support', 'stored-rows');
const known = storageFile.parse(JSON.parse(readFileSync(join(folder, 'rows-0.1.0.json'), 'utf8')));

const azurite = await startAzurite();
after(() => azurite.stop());
const shared = storageClients(byKey(azurite.connectionString), noCredential);
const [everything] = shards(1);
assert.ok(everything);
const unreadable = withCode('ROW_UNREADABLE');

/** An account with the table of a kind of row, in which those are of a schema to come for which `which` says so. */
async function withNewer(name: string, kind: RowKind, which: (rowKey: string) => boolean = () => true) {
  const { table } = known.rows.find((row) => kindOf(row) === kind) ?? {};
  const there = known.rows.filter((row) => row.table === table);
  const rows = there.map((row) => {
    if (kindOf(row) !== kind || !which(row.rowKey)) return row;
    return { ...row, columns: { ...row.columns, schema: { type: 'Int32' as const, value: '2' } } };
  });
  assert.notDeepEqual(rows, there);
  const clients = await ownAccount(shared, name, table);
  await writeStorage(clients, { ...known, rows, messages: [] });
  return clients;
}

describe('a row whose schema is newer', () => {
  test('of a tenant: is named when it is asked for, left out of lists and of the timer, and not written over', async () => {
    const table = (await withNewer('tenant', 'tenant', (id) => id === contoso)).table(tables.tenants);
    const log = recordingLog();
    const tenants = new TableTenantStore(table, log.log);
    await assert.rejects(tenants.find(contoso), unreadable);
    await assert.rejects(tenants.save({ id: contoso, state: 'revoked', since: noon }), unreadable);
    await assert.rejects(
      tenants.replace({ id: contoso, state: 'active', since: noon }, { id: contoso, state: 'revoked', since: noon }),
      unreadable,
    );
    const { state, schema } = await table.getEntity<{ state: string; schema: number }>(contoso, contoso);
    assert.deepEqual([state, schema], ['active', 2]);
    const page = await tenants.page({});
    assert.deepEqual([page.tenants.map(({ id }) => id), page.unreadable], [[fabrikam], 1]);
    const listed: string[] = [];
    for await (const { id } of tenants.list(everything)) listed.push(id);
    assert.deepEqual([listed, log.events()], [[fabrikam], ['tenant.row-unreadable']]);
  });

  test('of an invitation: is named, left out of the list, and cannot be used or revoked', async () => {
    const first = 'aaaaaaaa-0000-4000-8000-000000000001';
    const clients = await withNewer('invitation', 'invitation', (id) => id === first);
    const invitations = new TableInvitationStore(clients.table(tables.invitations));
    for (const call of [invitations.find(first), invitations.bind(first, fabrikam), invitations.revoke(first, noon)]) {
      await assert.rejects(call, unreadable);
    }
    const page = await invitations.page({});
    assert.deepEqual([page.invitations.length, page.unreadable], [1, 1]);
    assert.equal(await invitations.consumeState('state-1', noon), false);
  });

  test('of an outcome or in poison: is named, and the rest of the list is there with how many are missing', async () => {
    const store = new TableMailStore((await withNewer('outcome', 'outcome', (id) => id === 'sent')).table(tables.mail));
    await assert.rejects(store.read(contoso, 'sent'), unreadable);
    const page = await store.list(contoso, { pageSize: 100 });
    const all = known.rows.filter((row) => kindOf(row) === 'outcome' && row.partitionKey === contoso).length;
    assert.deepEqual([page.items.length, page.unreadable], [all - 1, 1]);

    const clients = await withNewer('poison', 'poisonEntry', (key) => key === '!poison failed');
    const poison = await new TableMailStore(clients.table(tables.mail)).listPoison(contoso, { pageSize: 10 });
    assert.deepEqual([poison.items.map(({ id }) => id), poison.unreadable], [['unknown'], 1]);
  });

  test('of a gate or an outcome: its mail waits, unsent and with no try spent, and other mail leaves', async () => {
    const clients = await withNewer('gate', 'gate', (key) => key.startsWith('!gate sent@'));
    const store = new TableMailStore(clients.table(tables.mail));
    const gate = new MailboxGate(
      store,
      () => noon,
      () => Promise.resolve(),
    );
    const room = aMailRoomWith({ store, gate });
    await room.sendMail.handle(JSON.stringify(aMailJob({ id: 'a', from: 'sent@contoso.example' })), 5);
    await room.sendMail.handle(JSON.stringify(aMailJob({ id: 'b', from: 'other@contoso.example' })), 5);
    assert.deepEqual(
      room.sent.map(({ job }) => job.id),
      ['b'],
    );
    assert.deepEqual(
      room.queue.returned.map(({ delayMilliseconds }) => delayMilliseconds),
      [60_000],
    );
    assert.deepEqual(
      (await store.listPoison(contoso, { pageSize: 10 })).items.map(({ id }) => id),
      ['failed', 'unknown'],
    );

    const tenants = new TableTenantStore((await withNewer('mails', 'tenant')).table(tables.tenants), room.log.log);
    const other = aMailRoomWith({ tenants });
    await other.sendMail.handle(JSON.stringify(aMailJob()), 5);
    assert.deepEqual([other.sent, other.queue.returned.length, other.outcomes.poisoned], [[], 1, []]);
  });

  test('of mail: is left where it is by retention, which removes what else is over', async () => {
    const clients = await withNewer('old', 'outcome', (id) => id === 'sent' || id === 'failed');
    const table = clients.table(tables.mail);
    const old = new TableMailRetention(table);
    const ages = { endedBefore: noon + 24 * hours, gatesIdleSince: 0 };
    const { failed } = await old.sweep(ages, undefined);
    assert.equal(failed, 2);
    const left = (await new TableMailStore(table).list(contoso, { pageSize: 100 })).unreadable;
    assert.deepEqual([left, (await old.sweep(ages, undefined)).removed], [2, 0]);
    assert.equal(
      await new TableMailRetention((await withNewer('place', 'retentionPosition')).table(tables.mail)).read('rows'),
      undefined,
    );
  });

  test('of what can be made anew counts as missing: a token, a session, a failing check, an event', async () => {
    const tokens = (await withNewer('token', 'token')).table(tables.tokens);
    const store = new TableTokenStore(tokens, dataKeysIn({ ...shared, table: () => tokens }), written.installation);
    assert.equal(await store.read(contoso, 'graph'), undefined);
    for await (const one of store.list(everything)) assert.fail(one.tenantId);
    await store.write(aToken());
    assert.equal(await store.read(contoso, 'graph'), aToken().value);

    const sessions = new TableConsoleSessions((await withNewer('session', 'consoleSession')).table(tables.invitations));
    assert.deepEqual([await sessions.has('session-1'), await sessions.removeAll()], [false, 1]);
    const checks = new TableCheckHistory((await withNewer('checks', 'failingCheck')).table(tables.checks));
    assert.deepEqual(await checks.read(contoso), []);
    const audit = new TableAuditTrail((await withNewer('audit', 'consentEvent')).table(tables.consents));
    assert.deepEqual(await audit.newest(contoso, 10), []);
  });

  test('of the credential: is named, since whether an old certificate may go is asked of its record', async () => {
    for (const kind of ['credentialUse', 'expiryWarning'] as const) {
      const clients = await withNewer(kind.toLowerCase(), kind);
      await assert.rejects(new TableCredentialRecord(clients.table(tables.credentials)).read(), unreadable);
    }
  });

  test('of a data key: is told, and what it has sealed is asked for anew and not taken for forged', async () => {
    const clients = await withNewer('keys', 'dataKey');
    const table = clients.table(tables.tokens);
    const tokens = new TableTokenStore(table, dataKeysIn(clients), written.installation);
    assert.equal(await tokens.read(contoso, 'graph'), undefined);
  });
});

describe('a column that a newer release has added', () => {
  test('to an outcome and a gate: is still there when both have been replaced, again and again', async () => {
    const clients = await ownAccount(shared, 'columns', tables.mail);
    const table = clients.table(tables.mail);
    const store = new TableMailStore(table);
    const outcome = anOutcome({ id: 'again', state: 'failed', code: 'SEND_REJECTED', hadFailed: true });
    await store.commit(contoso, [{ kind: 'outcome', outcome }]);
    const later = { shade: 'blue', weight: { type: 'Int64', value: '9007199254740993' } } as const;
    await table.updateEntity({ partitionKey: contoso, rowKey: 'again', ...later }, 'Merge', { etag: '*' });
    const gate = new MailboxGate(
      store,
      () => noon,
      () => Promise.resolve(),
    );
    const { sendMail, carrier, sent } = aMailRoomWith({ store, gate });
    await sendMail.handle(JSON.stringify(aMailJob({ id: 'first' })));
    const gateKey = '!gate billing@contoso.example';
    await table.updateEntity({ partitionKey: contoso, rowKey: gateKey, hue: new Date(noon) }, 'Merge', { etag: '*' });

    carrier.answer = async ({ record }) => {
      await record({ draftId: 'AAMkAD', step: 'attaching', attached: 0 });
      return { requestId: 'request-1' };
    };
    await sendMail.handle(JSON.stringify(aMailJob({ id: 'again' })));
    assert.deepEqual(
      sent.map(({ job }) => job.id),
      ['first', 'again'],
    );
    const row = await table.getEntity(contoso, 'again');
    assert.deepEqual(
      [row['state'], row['shade'], row['weight'], row['code']],
      ['sent', 'blue', 9007199254740993n, undefined],
    );
    assert.deepEqual((await table.getEntity(contoso, gateKey))['hue'], new Date(noon));
  });

  test('to a tenant or an invitation: stays, since they are merged', async () => {
    const clients = await ownAccount(shared, 'merged', tables.tenants);
    const rows = known.rows.filter(({ table }) => table === tables.tenants);
    await writeStorage(clients, { ...known, rows, messages: [] });
    const table = clients.table(tables.tenants);
    await table.updateEntity({ partitionKey: contoso, rowKey: contoso, shade: 'blue' }, 'Merge', { etag: '*' });
    const tenants = new TableTenantStore(table, recordingLog().log);
    const tenant = await tenants.find(contoso);
    assert.ok(tenant && (await tenants.replace(tenant, { id: contoso, state: 'revoked', since: noon })));
    const row = await table.getEntity(contoso, contoso);
    assert.deepEqual([row['state'], row['shade']], ['revoked', 'blue']);
  });
});
