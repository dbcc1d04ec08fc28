import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { mailJobId } from '../../../../../shared/mail/job/mail-job.ts';
import type { Change } from '../../../../../shared/mail/mail-store.ts';
import { type Outcome, unreadableTenant } from '../../../../../shared/mail/outcome.ts';
import { tables } from '../../../../../shared/names.ts';
import { withCode } from '../../../../support/failing.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

/** An outcome under an id that no other test knows. */
const fresh = (overrides: Partial<Outcome> = {}): Outcome => anOutcome({ id: crypto.randomUUID(), ...overrides });
const change = (outcome: Outcome, etag?: string): Change => ({ kind: 'outcome', outcome, etag });

for (const { how, clients } of accounts.both) {
  describe(`outcomes over ${how}`, () => {
    const store = new TableMailStore(clients.table(tables.mail));

    const insert = async (outcome: Outcome): Promise<string> => {
      const [etag] = (await store.commit(outcome.tenantId, [change(outcome)])) ?? [];
      assert.ok(etag);
      return etag;
    };
    const replace = async (outcome: Outcome, etag: string): Promise<string | undefined> =>
      (await store.commit(outcome.tenantId, [change(outcome, etag)]))?.[0];

    test('are inserted once: a second insert changes nothing', async () => {
      const first = fresh();
      const etag = await insert(first);
      assert.equal(await store.commit(first.tenantId, [change({ ...first, state: 'sent', tries: 9 })]), undefined);
      assert.deepEqual(await store.read(first.tenantId, first.id), { outcome: first, etag });
    });

    test('inserted by many workers at once belong to exactly one of them', async () => {
      const { id, tenantId } = fresh();
      const workers = Array.from({ length: 8 }, (_, at) => fresh({ id, tries: at + 1 }));
      const written = await Promise.all(workers.map((outcome) => store.commit(tenantId, [change(outcome)])));
      const won = workers.filter((_, at) => written[at] !== undefined);
      assert.equal(won.length, 1);
      assert.deepEqual((await store.read(tenantId, id))?.outcome, won[0]);
    });

    test('are unknown until they are inserted', async () => {
      assert.equal(await store.read(fresh().tenantId, crypto.randomUUID()), undefined);
    });

    test('are replaced at the version that was read, which gives a new one', async () => {
      const first = fresh({ code: 'SEND_THROTTLED', notBefore: 1_800_000_000_000 });
      const read = await insert(first);
      const sent = anOutcome({ id: first.id, state: 'sent', requestId: 'request-1' });
      const etag = await replace(sent, read);
      assert.ok(etag);
      assert.notEqual(etag, read);
      // Not merged: what the new row does not say is gone.
      assert.deepEqual(await store.read(first.tenantId, first.id), { outcome: sent, etag });
    });

    test('are not replaced at a version that is past', async () => {
      const first = fresh();
      const past = await insert(first);
      const second = { ...first, tries: 2 };
      const etag = await replace(second, past);
      assert.equal(await replace({ ...first, tries: 3 }, past), undefined);
      assert.deepEqual(await store.read(first.tenantId, first.id), { outcome: second, etag });
    });

    test('are not replaced at what is no version, nor at every version', async () => {
      const first = fresh();
      const etag = await insert(first);
      for (const no of ['', '*', 'W/""', '"1"']) assert.equal(await replace({ ...first, tries: 3 }, no), undefined);
      assert.deepEqual(await store.read(first.tenantId, first.id), { outcome: first, etag });
    });

    test('replaced twice at one version are replaced by exactly one of the two', async () => {
      for (let round = 0; round < 10; round += 1) {
        const first = fresh();
        const etag = await insert(first);
        const two = [
          { ...first, tries: 2 },
          { ...first, tries: 3 },
        ];
        const written = await Promise.all(two.map((outcome) => replace(outcome, etag)));
        const won = two.filter((_, at) => written[at] !== undefined);
        assert.equal(won.length, 1);
        assert.deepEqual((await store.read(first.tenantId, first.id))?.outcome, won[0]);
      }
    });

    test('that are gone are not replaced', async () => {
      const etag = 'W/"datetime\'2026-01-01T00%3A00%3A00.0000000Z\'"';
      const gone = fresh();
      assert.equal(await replace(gone, etag), undefined);
      assert.equal(await store.read(gone.tenantId, gone.id), undefined);
    });

    test('keep every optional field', async () => {
      const whole = fresh({
        state: 'scheduled',
        transport: 'smtp',
        endedAt: 1_800_000_000_001,
        code: 'SEND_THROTTLED',
        field: '/attachments/0/content',
        expected: 'weniger als 3 MB Inhalt – 漢字 😀',
        notBefore: 1_800_000_000_123,
        mailbox: 'o’post@contoso.example',
        progress: {
          draftId: 'AAMkAD==',
          step: 'attaching',
          attached: 2,
          upload: { sealedUrl: 'x'.repeat(3000), next: 4_000_000_000 },
        },
        resends: 2,
        hadFailed: true,
        requestId: 'b3b1a8ae-2f5c-4f0b-9f5e-0a2f6d1c7e11',
        serviceCode: 'ErrorExceededMessageLimit',
      });
      await insert(whole);
      assert.deepEqual((await store.read(whole.tenantId, whole.id))?.outcome, whole);
    });

    test('keep a draft without an upload, and an empty field apart from none', async () => {
      const whole = fresh({
        state: 'refused',
        fingerprint: '',
        code: 'JOB_TOO_LARGE',
        field: '',
        progress: { draftId: 'a', step: 'submitting', attached: 0 },
        tries: 0,
        createdAt: 0,
      });
      await insert(whole);
      assert.deepEqual((await store.read(whole.tenantId, whole.id))?.outcome, whole);
    });

    test('are told apart by every id that a mail job may have', async () => {
      const ids = ['.', '..', 'a', 'A', 'a.b:c@d=e+f-g_h', '+', '=', '=='.repeat(3), ':@', '-', '_', '0'.repeat(200)];
      const printable = Array.from({ length: 95 }, (_, at) => `id-${String.fromCharCode(32 + at)}`);
      const allowed = [...ids, ...printable].filter((id) => mailJobId.safeParse(id).success);
      assert.equal(allowed.length, 12 + 69);
      const tenantId = crypto.randomUUID();
      const rows = allowed.map((id, at) => fresh({ tenantId, id, tries: at }));
      for (const row of rows) await insert(row);
      for (const row of rows) assert.deepEqual((await store.read(tenantId, row.id))?.outcome, row);
      for (const row of rows) {
        const { etag = '' } = (await store.read(tenantId, row.id)) ?? {};
        assert.ok(await replace({ ...row, state: 'sent' }, etag), row.id);
      }
    });

    test('of one id in two tenants are two', async () => {
      const one = fresh();
      await insert(one);
      await insert({ ...one, tenantId: crypto.randomUUID(), tries: 7 });
      assert.deepEqual((await store.read(one.tenantId, one.id))?.outcome, one);
    });

    test('of messages that name no tenant have a partition of their own', async () => {
      const row = fresh({ tenantId: unreadableTenant, id: `message-${'0'.repeat(32)}` });
      await insert(row);
      assert.deepEqual((await store.read(unreadableTenant, row.id))?.outcome, row);
    });

    test('of a table that is missing are not taken for jobs that nobody has seen', async () => {
      const elsewhere = new TableMailStore(clients.table('nosuchtable'));
      await assert.rejects(elsewhere.read(fresh().tenantId, 'invoice-1'), withCode('STORAGE_UNAVAILABLE'));
      const [one, other] = [change(fresh()), change(fresh())];
      await assert.rejects(elsewhere.commit(fresh().tenantId, [one]), withCode('STORAGE_UNAVAILABLE'));
      await assert.rejects(elsewhere.commit(fresh().tenantId, [one, other]), withCode('STORAGE_UNAVAILABLE'));
    });

    test('with a code of a later version are read without it', async () => {
      const { tenantId, id } = fresh();
      const etag = await insert(fresh({ tenantId, id, state: 'failed', code: 'SEND_REJECTED' }));
      const merged = { partitionKey: tenantId, rowKey: id, code: 'OF_ANOTHER_CENTURY' };
      await clients.table(tables.mail).updateEntity(merged, 'Merge', { etag });
      const { outcome } = (await store.read(tenantId, id)) ?? {};
      assert.equal(outcome?.state, 'failed');
      assert.equal(outcome?.code, undefined);
    });

    test('of a later schema are left to a worker that knows it', async () => {
      const { tenantId, id } = fresh();
      await insert(fresh({ tenantId, id }));
      const merged = { partitionKey: tenantId, rowKey: id, schema: 2 };
      await clients.table(tables.mail).updateEntity(merged, 'Merge', { etag: '*' });
      await assert.rejects(store.read(tenantId, id), withCode('ROW_UNREADABLE'));
    });
  });
}
