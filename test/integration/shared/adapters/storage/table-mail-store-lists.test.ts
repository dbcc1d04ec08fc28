import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { minutes } from '../../../../../shared/clock.ts';
import { emptyGate } from '../../../../../shared/mail/gate/gate-state.ts';
import type { Change, MailStore, OutcomeQuery, Page } from '../../../../../shared/mail/mail-store.ts';
import { type Outcome, outcomeStates } from '../../../../../shared/mail/outcome.ts';
import { tables } from '../../../../../shared/names.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { MemoryMailStore } from '../../../../support/memory-mail-store.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPoisonEntry } from '../../../../support/poison.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const stores: Record<string, MailStore> = { 'in memory, as the other tests have it': new MemoryMailStore() };
for (const { how, clients } of accounts.both) stores[`over ${how}`] = new TableMailStore(clients.table(tables.mail));

/** Every page to the last one. */
async function everyPage<T>(read: (continuation: string | undefined) => Promise<Page<T>>): Promise<Page<T>[]> {
  const pages: Page<T>[] = [];
  let continuation: string | undefined;
  do {
    const page = await read(continuation);
    pages.push(page);
    ({ continuation } = page);
  } while (continuation !== undefined);
  return pages;
}

for (const [how, store] of Object.entries(stores)) {
  describe(`a list ${how}`, () => {
    const tenantId = crypto.randomUUID();
    const outcomes = Array.from({ length: 70 }, (_, at): Outcome => {
      const state = outcomeStates[at % outcomeStates.length] ?? 'sent';
      const id = `job-${String(at).padStart(3, '0')}`;
      return anOutcome({ tenantId, id, state, updatedAt: noon + at * minutes, tries: at });
    });

    const fill = (async () => {
      const changes = outcomes.map((outcome): Change => ({ kind: 'outcome', outcome }));
      const others: Change[] = [
        { kind: 'gate', mailbox: 'post@contoso.example', gate: emptyGate },
        { kind: 'poison', entry: aPoisonEntry({ tenantId, id: 'job-002' }) },
        { kind: 'poison', entry: aPoisonEntry({ tenantId, id: 'job-003' }) },
        { kind: 'poison', entry: aPoisonEntry({ tenantId, id: '~odd' }) },
      ];
      assert.ok(await store.commit(tenantId, [...changes, ...others]));
      const elsewhere = anOutcome({ tenantId: crypto.randomUUID(), id: 'job-999' });
      assert.ok(await store.commit(elsewhere.tenantId, [{ kind: 'outcome', outcome: elsewhere }]));
    })();

    const list = async (query: Omit<OutcomeQuery, 'pageSize'>, pageSize = 1000): Promise<Outcome[]> => {
      await fill;
      const pages = await everyPage((continuation) => store.list(tenantId, { ...query, pageSize, continuation }));
      for (const { items } of pages) assert.ok(items.length <= pageSize);
      return pages.flatMap(({ items }) => [...items]);
    };

    test('has the outcomes of the tenant and nothing else of its partition', async () => {
      assert.deepEqual(await list({}), outcomes);
    });

    test('comes in pages that leave nothing out and repeat nothing', async () => {
      assert.deepEqual(await list({}, 9), outcomes);
      assert.deepEqual(await list({}, 70), outcomes);
    });

    test('of one state has those alone', async () => {
      for (const state of outcomeStates) {
        const wanted = outcomes.filter((one) => one.state === state);
        assert.deepEqual(await list({ state }, 4), wanted, state);
      }
    });

    test('of a time has what changed from its beginning until before its end', async () => {
      const [from, to] = [noon + 10 * minutes, noon + 20 * minutes];
      assert.deepEqual(await list({ from, to }), outcomes.slice(10, 20));
      assert.deepEqual(await list({ from: from + 1 }), outcomes.slice(11));
      assert.deepEqual(await list({ to: to + 1 }, 8), outcomes.slice(0, 21));
      assert.deepEqual(await list({ from, to, state: 'sent' }, 1), outcomes.slice(16, 17));
    });

    test('of a tenant without mail is empty', async () => {
      assert.deepEqual(await store.list(crypto.randomUUID(), { pageSize: 10 }), { items: [] });
      assert.deepEqual(await store.listPoison(crypto.randomUUID(), { pageSize: 10 }), { items: [] });
    });

    test('of poison has its entries alone, in pages', async () => {
      await fill;
      const pages = await everyPage((continuation) => store.listPoison(tenantId, { pageSize: 2, continuation }));
      const ids = pages.flatMap(({ items }) => items.map(({ id }) => id));
      assert.deepEqual(ids, ['job-002', 'job-003', '~odd']);
      assert.ok(pages.length >= 2);
    });

    test('does not go on at what is no continuation of this tenant', async () => {
      await fill;
      const { continuation = '' } = await store.list(tenantId, { pageSize: 5 });
      const forged = [
        '',
        'x',
        'null',
        '{}',
        continuation.slice(0, -9),
        Buffer.from(JSON.stringify({ partition: tenantId })).toString('base64url'),
        Buffer.from(JSON.stringify({ partition: tenantId, next: 'no token' })).toString('base64url'),
      ];
      for (const one of forged) {
        const code = withCode('REQUEST_INVALID');
        await assert.rejects(store.list(tenantId, { pageSize: 5, continuation: one }), code, one);
        await assert.rejects(store.listPoison(tenantId, { pageSize: 5, continuation: one }), code, one);
      }
      const other = crypto.randomUUID();
      await assert.rejects(store.list(other, { pageSize: 5, continuation }), withCode('REQUEST_INVALID'));
    });
  });
}
