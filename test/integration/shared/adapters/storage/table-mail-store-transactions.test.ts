import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { emptyGate, type GateState, hold } from '../../../../../shared/mail/gate/gate-state.ts';
import type { Change, MailStore } from '../../../../../shared/mail/mail-store.ts';
import type { Outcome } from '../../../../../shared/mail/outcome.ts';
import { tables } from '../../../../../shared/names.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { anAsk, askTimes } from '../../../../support/gate.ts';
import { MemoryMailStore } from '../../../../support/memory-mail-store.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPoisonEntry } from '../../../../support/poison.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const stores: Record<string, MailStore> = { 'in memory, as the other tests have it': new MemoryMailStore() };
for (const { how, clients } of accounts.both) stores[`over ${how}`] = new TableMailStore(clients.table(tables.mail));

const outcomeChange = (outcome: Outcome, etag?: string): Change => ({ kind: 'outcome', outcome, etag });
const gateChange = (mailbox: string, gate: GateState, etag?: string): Change => ({ kind: 'gate', mailbox, gate, etag });

for (const [how, store] of Object.entries(stores)) {
  describe(`a transaction ${how}`, () => {
    const gate = askTimes(emptyGate, 6, anAsk({ bytes: 5_000_000, recipients: 20 }), noon).gate;
    const fresh = () => {
      const tenantId = crypto.randomUUID();
      return { tenantId, outcome: anOutcome({ tenantId }), mailbox: 'post@contoso.example' };
    };

    test('writes a claim and its permit, and gives the new version of each', async () => {
      const { tenantId, outcome, mailbox } = fresh();
      const etags = await store.commit(tenantId, [outcomeChange(outcome), gateChange(mailbox, gate)]);
      assert.deepEqual(await store.read(tenantId, outcome.id), { outcome, etag: etags?.[0] });
      assert.deepEqual(await store.readGate(tenantId, mailbox), { gate, etag: etags?.[1] });
      const next = { ...outcome, state: 'sent' as const };
      const again = await store.commit(tenantId, [
        outcomeChange(next, etags?.[0]),
        gateChange(mailbox, emptyGate, etags?.[1]),
      ]);
      assert.equal(again?.length, 2);
      assert.deepEqual(await store.read(tenantId, outcome.id), { outcome: next, etag: again[0] });
      assert.deepEqual(await store.readGate(tenantId, mailbox), { gate: emptyGate, etag: again[1] });
    });

    test('writes nothing when one of its rows is there already', async () => {
      const { tenantId, outcome, mailbox } = fresh();
      const [etag] = (await store.commit(tenantId, [outcomeChange(outcome)])) ?? [];
      const changes = [gateChange(mailbox, gate), outcomeChange({ ...outcome, tries: 9 })];
      assert.equal(await store.commit(tenantId, changes), undefined);
      assert.deepEqual(await store.read(tenantId, outcome.id), { outcome, etag });
      assert.equal(await store.readGate(tenantId, mailbox), undefined);
    });

    test('writes nothing when one of its rows has another version', async () => {
      const { tenantId, outcome, mailbox } = fresh();
      const [, past] = (await store.commit(tenantId, [outcomeChange(outcome), gateChange(mailbox, emptyGate)])) ?? [];
      assert.ok(await store.commit(tenantId, [gateChange(mailbox, gate, past)]));
      const other = { ...outcome, id: 'another' };
      const entry = aPoisonEntry({ tenantId });
      const changes = [outcomeChange(other), { kind: 'poison', entry } as const, gateChange(mailbox, emptyGate, past)];
      assert.equal(await store.commit(tenantId, changes), undefined);
      assert.equal(await store.read(tenantId, 'another'), undefined);
      assert.equal(await store.readPoison(tenantId, entry.id), undefined);
      assert.deepEqual((await store.readGate(tenantId, mailbox))?.gate, gate);
    });

    test('writes nothing when one of its rows is gone', async () => {
      const { tenantId, outcome, mailbox } = fresh();
      const etag = 'W/"datetime\'2026-01-01T00%3A00%3A00.0000000Z\'"';
      const changes = [outcomeChange(outcome), gateChange(mailbox, gate, etag)];
      assert.equal(await store.commit(tenantId, changes), undefined);
      assert.equal(await store.read(tenantId, outcome.id), undefined);
    });

    test('asked for twice at once is written once', async () => {
      const { tenantId, mailbox } = fresh();
      const [etag] = (await store.commit(tenantId, [gateChange(mailbox, emptyGate)])) ?? [];
      const rivals = Array.from({ length: 6 }, (_, at) => anOutcome({ tenantId, id: `rival-${at}` }));
      const written = await Promise.all(
        rivals.map((one) => store.commit(tenantId, [outcomeChange(one), gateChange(mailbox, gate, etag)])),
      );
      assert.equal(written.filter((etags) => etags !== undefined).length, 1);
      const there = await Promise.all(rivals.map(({ id }) => store.read(tenantId, id)));
      assert.deepEqual(
        there.map((row) => row !== undefined),
        written.map((etags) => etags !== undefined),
      );
    });

    test('writes 99 rows', async () => {
      const { tenantId } = fresh();
      const many = Array.from({ length: 99 }, (_, at) => outcomeChange(anOutcome({ tenantId, id: `job-${at}` })));
      const etags = await store.commit(tenantId, many);
      assert.equal(etags?.length, 99);
      assert.equal((await store.read(tenantId, 'job-98'))?.etag, etags[98]);
    });

    test('writes a failure with its poison entry, over the entry of the failure before', async () => {
      const { tenantId, outcome, mailbox } = fresh();
      const [etag] = (await store.commit(tenantId, [outcomeChange(outcome)])) ?? [];
      await store.commit(tenantId, [{ kind: 'poison', entry: aPoisonEntry({ tenantId }) }]);
      const entry = aPoisonEntry({ tenantId, at: noon + 1, text: 'x' });
      const failed = { ...outcome, state: 'failed' as const };
      const changes = [outcomeChange(failed, etag), { kind: 'poison', entry } as const, gateChange(mailbox, gate)];
      assert.ok(await store.commit(tenantId, changes));
      assert.deepEqual((await store.readPoison(tenantId, entry.id))?.entry, entry);
      assert.deepEqual((await store.read(tenantId, outcome.id))?.outcome, failed);
    });

    test('removes a poison entry, and does nothing where there is none', async () => {
      const { tenantId } = fresh();
      const entry = aPoisonEntry({ tenantId });
      await store.commit(tenantId, [{ kind: 'poison', entry }]);
      for (let round = 0; round < 2; round += 1) {
        assert.ok(await store.commit(tenantId, [{ kind: 'no-poison', id: entry.id }]));
        assert.equal(await store.readPoison(tenantId, entry.id), undefined);
      }
    });

    test('removes a poison entry at one version, and leaves the one that has come since', async () => {
      const { tenantId } = fresh();
      const [first, second] = [aPoisonEntry({ tenantId }), aPoisonEntry({ tenantId, at: noon + 1 })];
      await store.commit(tenantId, [{ kind: 'poison', entry: first }]);
      const { etag } = (await store.readPoison(tenantId, first.id)) ?? {};
      await store.commit(tenantId, [{ kind: 'poison', entry: second }]);
      assert.ok(await store.commit(tenantId, [{ kind: 'no-poison', id: first.id, etag }]));
      const now = await store.readPoison(tenantId, first.id);
      assert.deepEqual(now?.entry, second);
      assert.ok(await store.commit(tenantId, [{ kind: 'no-poison', id: first.id, etag: now.etag }]));
      assert.equal(await store.readPoison(tenantId, first.id), undefined);
    });

    test('keeps the gates of mailboxes apart, whatever their addresses are made of', async () => {
      const { tenantId } = fresh();
      const mailboxes = [
        'a@contoso.example',
        "o'brien/#?\\%@contoso.example",
        'o=27brien@contoso.example',
        'o=brien@contoso.example',
        'bücher@contoso.example',
        'b%c3%bccher@contoso.example',
        `${'x'.repeat(64)}@${'y'.repeat(60)}.example`,
      ];
      for (const [at, mailbox] of mailboxes.entries()) {
        assert.ok(await store.commit(tenantId, [gateChange(mailbox, { ...gate, waiting: at })]), mailbox);
      }
      for (const [at, mailbox] of mailboxes.entries()) {
        assert.equal((await store.readGate(tenantId, mailbox))?.gate.waiting, at, mailbox);
        assert.equal((await store.readGate(tenantId, mailbox.toUpperCase()))?.gate.waiting, at, mailbox);
      }
    });

    test('keeps a hold of every kind', async () => {
      for (const asked of [
        { by: 'operator', since: noon, code: 'MAILBOX_HELD' },
        { by: 'service', since: noon, until: noon + 1, code: 'SEND_THROTTLED' },
      ] as const) {
        const { tenantId, mailbox } = fresh();
        await store.commit(tenantId, [gateChange(mailbox, hold({ ...gate, quotaTurn: noon + 5 }, asked))]);
        assert.deepEqual((await store.readGate(tenantId, mailbox))?.gate.hold, asked);
        assert.equal((await store.readGate(tenantId, mailbox))?.gate.quotaTurn, noon + 5);
      }
    });
  });
}

describe('rows of a later version', () => {
  const [{ clients }] = [accounts.byConnectionString];
  const store = new TableMailStore(clients.table(tables.mail));

  const writeOver = (partitionKey: string, rowKey: string, columns: object) =>
    clients.table(tables.mail).updateEntity({ partitionKey, rowKey, ...columns }, 'Merge', { etag: '*' });

  test('whose code nobody knows here are read: the hold holds, the entry says what it meant', async () => {
    const tenantId = crypto.randomUUID();
    const held = hold(emptyGate, { by: 'service', since: noon, until: noon + 1, code: 'SEND_THROTTLED' });
    await store.commit(tenantId, [gateChange('a@b.example', held)]);
    await store.commit(tenantId, [{ kind: 'poison', entry: aPoisonEntry({ tenantId }) }]);
    await writeOver(tenantId, '!gate a@b.example', { holdCode: 'OF_ANOTHER_CENTURY' });
    await writeOver(tenantId, '!poison invoice-4711', { code: 'OF_ANOTHER_CENTURY' });
    assert.equal((await store.readGate(tenantId, 'a@b.example'))?.gate.hold?.code, 'MAILBOX_HELD');
    const entry = (await store.readPoison(tenantId, 'invoice-4711'))?.entry;
    assert.equal(entry?.reason.code, 'UNEXPECTED');
    assert.equal(entry.reason.remedy, 'Mend it.');
  });

  test('whose windows or permits cannot be read are not taken for an idle mailbox', async () => {
    const columns = [{ usedMessages: '1..2' }, { usedMessages: 'x 1 ' }, { permits: 'a.pigeon.1' }, { schema: 2 }];
    for (const column of columns) {
      const tenantId = crypto.randomUUID();
      await store.commit(tenantId, [gateChange('a@b.example', emptyGate)]);
      await writeOver(tenantId, '!gate a@b.example', column);
      await assert.rejects(store.readGate(tenantId, 'a@b.example'), withCode('ROW_UNREADABLE'));
    }
  });
});

describe('the text of a poison entry', () => {
  const store = new TableMailStore(accounts.byConnectionString.clients.table(tables.mail));

  test('is kept to the octet, in as many columns as it takes', async () => {
    for (const text of ['', 'ä'.repeat(32 * 1024), `${'a'.repeat(64 * 1024 - 1)}漢字 😀`, 'z'.repeat(200_000)]) {
      const tenantId = crypto.randomUUID();
      const entry = aPoisonEntry({
        tenantId,
        text,
        reason: { ...aPoisonEntry().reason, field: '/to/0', expected: 'an address' },
      });
      await store.commit(tenantId, [{ kind: 'poison', entry }]);
      assert.deepEqual((await store.readPoison(tenantId, entry.id))?.entry, entry);
    }
  });
});
