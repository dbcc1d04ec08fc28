/**
 * What the release before has left in tables and queues, kept as a file that its own code wrote, is read by this one; and what
 * this one writes is what that one can read, so that it can be put in place again. docs/upgrade.md has the rule.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { startAzurite } from '../../../../../local/azurite.ts';
import { rowSchemas } from '../../../../../shared/adapters/storage/row-schema.ts';
import { storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { TableAuditTrail } from '../../../../../shared/adapters/storage/table-audit-trail.ts';
import { TableCheckHistory } from '../../../../../shared/adapters/storage/table-check-history.ts';
import { TableConsoleSessions } from '../../../../../shared/adapters/storage/table-console-sessions.ts';
import { TableCredentialRecord } from '../../../../../shared/adapters/storage/table-credential-record.ts';
import { TableInvitationStore } from '../../../../../shared/adapters/storage/table-invitation-store.ts';
import { TableMailRetention } from '../../../../../shared/adapters/storage/table-mail-retention.ts';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { TableRenewalClaims } from '../../../../../shared/adapters/storage/table-renewal-claims.ts';
import { TableTenantStore } from '../../../../../shared/adapters/storage/table-tenant-store.ts';
import { TableTokenStore } from '../../../../../shared/adapters/storage/table-token-store.ts';
import { hours, minutes } from '../../../../../shared/clock.ts';
import { MailboxGate } from '../../../../../shared/mail/gate/mailbox-gate.ts';
import { CollectPoison } from '../../../../../shared/mail/operating/collect-poison.ts';
import { queues, tables } from '../../../../../shared/names.ts';
import { sealing } from '../../../../../shared/tokens/sealing.ts';
import { noTracing } from '../../../../../shared/tracing.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { aMailRoomWith } from '../../../../support/mail-room.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { byKey, noCredential } from '../../../../support/storage-accounts.ts';
import { kindOf } from '../../../../support/stored-rows/kinds.ts';
import { ownAccount } from '../../../../support/stored-rows/own-account.ts';
import {
  readStorage,
  type StorageFile,
  storageFile,
  type StoredRow,
  writeStorage,
} from '../../../../support/stored-rows/storage-file.ts';
import { dataKeysIn, uploadOf, writeEverything, written } from '../../../../support/stored-rows/write-everything.ts';
import { aTokenValue } from '../../../../support/unsigned-token.ts';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'support', 'stored-rows');
const before = storageFile.parse(JSON.parse(readFileSync(join(folder, 'rows-0.1.0.json'), 'utf8')));

const azurite = await startAzurite();
after(() => azurite.stop());
const shared = storageClients(byKey(azurite.connectionString), noCredential);
const log = recordingLog().log;

const schemaOf = ({ columns }: StoredRow): number => Number(columns['schema']?.value ?? 1);

describe(`rows of ${before.release}`, async () => {
  const clients = await ownAccount(shared, 'before');
  await writeStorage(clients, before);
  const mail = new TableMailStore(clients.table(tables.mail));

  test('are of every kind that there is', () => {
    assert.deepEqual([...new Set(before.rows.map(kindOf))].sort(), Object.keys(rowSchemas).sort());
  });

  test('are tenants, with what was asked, granted and set', async () => {
    const lines = recordingLog();
    const tenants = new TableTenantStore(clients.table(tables.tenants), lines.log);
    assert.deepEqual(await tenants.find(contoso), {
      ...{ id: contoso, state: 'active', since: noon - 24 * hours, objectId: 'eeeeeeee-0000-4000-8000-00000000000e' },
      ...{ delivery: 'exactly-once', onUnknown: 'resend', rights: ['Mail.Send', 'SMTP.SendAsApp'] },
      ...{ granted: ['Mail.Send'], domain: 'contoso.example', mailboxes: ['billing@contoso.example'], scoped: true },
    });
    const { tenants: listed, unreadable } = await tenants.page({});
    assert.deepEqual(
      [listed.map(({ id, state, code }) => [id, state, code]), unreadable, lines.lines],
      [
        [
          [contoso, 'active', undefined],
          [fabrikam, 'degraded', 'APP_BLOCKED'],
        ],
        undefined,
        [],
      ],
    );
  });

  test('are invitations, spent states, sessions of the console and the audit trail', async () => {
    const invitations = new TableInvitationStore(clients.table(tables.invitations));
    const { invitations: listed, unreadable } = await invitations.page({});
    const [used, revoked] = listed;
    assert.deepEqual([listed.length, unreadable, used?.usedBy, used?.rights], [2, undefined, contoso, ['Mail.Send']]);
    assert.deepEqual([revoked?.revokedAt, revoked?.expiresAt], [noon + 1 * hours, noon + 72 * hours]);
    assert.equal(await invitations.consumeState('state-1', noon), false);
    assert.equal(await new TableConsoleSessions(clients.table(tables.invitations)).has('session-1'), true);
    const [event] = await new TableAuditTrail(clients.table(tables.consents)).newest(contoso, 10);
    assert.deepEqual([event?.kind, event?.at], ['tenant-active', noon]);
  });

  test('are tokens that open, data keys, claims, and what is remembered of credential and checks', async () => {
    const table = clients.table(tables.tokens);
    const dataKeys = dataKeysIn(clients);
    const tokens = new TableTokenStore(table, dataKeys, written.installation);
    assert.equal(await tokens.read(contoso, 'graph'), aTokenValue());
    const index = [];
    for await (const one of tokens.list({ index: 0, from: '', before: 'z' })) index.push(one);
    assert.deepEqual(index, [{ tenantId: contoso, resource: 'graph', issuedAt: noon, expiresAt: noon + 1 * hours }]);
    const claims = new TableRenewalClaims(table, () => noon + 1000);
    assert.equal(await claims.claim(contoso, 'graph', noon), 'theirs');
    assert.deepEqual(await claims.claim(contoso, 'outlook', noon), {
      ...{ code: 'ENTRA_THROTTLED', aadsts: 90055, retryAfterSeconds: 59 },
    });
    const { uses, warnings } = await new TableCredentialRecord(clients.table(tables.credentials)).read();
    assert.deepEqual([uses.map(({ proofId }) => proofId), warnings.map(({ days }) => days)], [['a1b2'], [30]]);
    const [failing] = await new TableCheckHistory(clients.table(tables.checks)).read(contoso);
    assert.deepEqual([failing?.code, failing?.since], ['STORAGE_UNAVAILABLE', noon]);
  });

  test('are outcomes, poison, gates and the place where retention left off', async () => {
    const { items, unreadable } = await mail.list(contoso, { pageSize: 100 });
    const outcomes = before.rows.filter((row) => kindOf(row) === 'outcome' && row.partitionKey === contoso);
    assert.deepEqual(
      [items.map(({ id, state }) => [id, state]), unreadable],
      [outcomes.map(({ rowKey, columns }) => [rowKey, columns['state']?.value]), undefined],
    );
    const poison = await mail.listPoison(contoso, { pageSize: 10 });
    assert.deepEqual(
      poison.items.map(({ id, state }) => [id, state]),
      [
        ['failed', 'failed'],
        ['unknown', 'unknown'],
      ],
    );
    assert.equal(JSON.parse(poison.items[0]?.text ?? '').from, 'failed@contoso.example');
    const held = await mail.readGate(contoso, 'held@contoso.example');
    assert.deepEqual([held?.gate.hold?.by, held?.gate.hold?.until], ['operator', noon + 90 * minutes]);
    const { rowKey: gate = '' } = before.rows.find(({ rowKey }) => rowKey.startsWith('!gate blast')) ?? {};
    assert.ok(gate !== '');
    assert.equal((await mail.readGate(contoso, 'blast@contoso.example'))?.gate.used.messages.length, 1);
    assert.equal(await new TableMailRetention(clients.table(tables.mail)).read('rows'), 'where-it-left-off');
  });

  test('and its messages come to the end that they had before them, each job at most once', async () => {
    const { killed } = await settle(clients, mail);
    // What a killed worker had begun goes on where it was: nothing of it is uploaded twice.
    assert.equal(killed, written.uploadUrl);
    const { items } = await mail.list(contoso, { pageSize: 100 });
    const standing = Object.fromEntries(items.map(({ id, state }) => [id, state]));
    assert.deepEqual(standing, {
      ...Object.fromEntries(['base64', 'later', 'plain', 'resend', 'sent', 'submitted'].map((id) => [id, 'sent'])),
      ...Object.fromEntries(['killed', 'throttled', 'untold', 'upload'].map((id) => [id, 'sent'])),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((at) => [`blast-${at}`, 'sent'])),
      ...{ cancelled: 'cancelled', 'cancelled-before': 'cancelled', failed: 'failed', 'given-up': 'failed' },
      ...{ unknown: 'unknown' },
    });
  });
});

/** Everything on the queues is handled, hours later, by this release. @returns what the carrier was told of uploads. */
async function settle(clients: Awaited<ReturnType<typeof ownAccount>>, store: TableMailStore) {
  const at = (): number => noon + 3 * hours;
  const gate = new MailboxGate(store, at, () => Promise.resolve());
  const room = aMailRoomWith({ store, gate, now: at, wait: () => Promise.resolve() });
  const { sendMail, sent, carrier, published } = room;
  const seal = sealing(dataKeysIn(clients, at), 'seal uploads');
  const uploads: Record<string, string | undefined> = {};
  carrier.answer = async ({ mail: { job }, progress }) => {
    const { sealedUrl } = progress?.upload ?? {};
    if (sealedUrl !== undefined) uploads[job.id] = await seal.unseal(sealedUrl, uploadOf(job.id));
    return { requestId: 'request-3' };
  };
  // The mailbox is asked about the job of the killed worker, and has its draft.
  carrier.find = ({ progress }) =>
    Promise.resolve(progress === undefined ? { kind: 'not-sent' } : { kind: 'not-sent', progress });
  const texts = async (queue: string): Promise<string[]> => {
    const { receivedMessageItems } = await clients.queue(queue).receiveMessages({ numberOfMessages: 32 });
    return receivedMessageItems.map(({ messageText }) => messageText);
  };
  for (const queue of [queues.mailGraph, queues.mailGraphDue]) {
    for (const text of await texts(queue)) await sendMail.handle(text);
  }
  const collector = new CollectPoison({
    ...{ ...room, store, transport: 'graph', times: { messageLock: 0, settle: 0 }, now: at, log },
    tracing: noTracing,
  });
  for (const text of await texts(queues.mailGraphPoison)) await collector.handle(text);
  // Some were given a turn: each until it has gone.
  for (let round = 0; round < 5 && room.queue.messages.length > 0; round += 1) {
    for (const text of room.queue.messages.splice(0)) await sendMail.handle(text);
  }
  const ids = sent.map(({ job }) => job.id);
  assert.deepEqual(ids.length, new Set(ids).size, ids.join(' '));
  assert.ok(published.some(({ id }) => id === 'untold'));
  return uploads;
}

describe('what this release writes', async () => {
  const clients = await ownAccount(shared, 'now');
  await writeEverything(clients);
  const now = await readStorage(clients, before.release);

  test(`has every column that ${before.release} has, of the same type, and no schema that it refuses`, () => {
    const counterparts = new Map(now.rows.map((row) => [placeOf(row), row]));
    assert.deepEqual([...counterparts.keys()].sort(), before.rows.map(placeOf).sort());
    for (const old of before.rows) {
      const place = placeOf(old);
      const columns: StoredRow['columns'] = counterparts.get(place)?.columns ?? {};
      for (const [name, { type }] of Object.entries(old.columns)) {
        assert.equal(columns[name]?.type, type, `${place}: ${name}`);
      }
      const row = { ...old, columns };
      assert.ok(schemaOf(row) <= schemaOf(old), `${place}: ${before.release} refuses schema ${schemaOf(row)}`);
      assert.equal(schemaOf(row), rowSchemas[kindOf(row)], place);
      assert.deepEqual(plain(row), plain({ ...old, columns: { ...columns, ...old.columns } }), place);
    }
  });

  test(`puts messages on the queues that ${before.release} takes`, () => {
    assert.deepEqual(now.messages.map(({ queue, text }) => `${queue} ${masked(text)}`).sort(), masks(before));
  });
});

const masks = ({ messages }: StorageFile): string[] =>
  messages.map(({ queue, text }) => `${queue} ${masked(text)}`).sort();

/** Versions of rows, and turns, which are spread by chance. */
const masked = (text: string): string =>
  text.replaceAll(/datetime'[^']+'/g, 'datetime').replace(/^tenantpost turn=\d+/, 'tenantpost turn=1');

const placeOf = ({ table, partitionKey, rowKey }: StoredRow): string =>
  `${table} ${partitionKey} ${rowKey.replace(/-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '')}`;

/** Chosen by chance: marks of writes, what is sealed, and what the gate has drawn lots for. */
const byChance =
  /^(?:writeId|sealed|dataKey|wrapped|uploadUrl|permits|notBefore|holdUntil|lastTurn|next|gapAt|booked\w+|used\w+|schema)$/;

const plain = ({ columns }: StoredRow): object =>
  Object.fromEntries(Object.entries(columns).filter(([name]) => !byChance.test(name)));
