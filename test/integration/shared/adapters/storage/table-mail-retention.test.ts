import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableMailRetention } from '../../../../../shared/adapters/storage/table-mail-retention.ts';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { hours } from '../../../../../shared/clock.ts';
import { emptyGate, type GateState } from '../../../../../shared/mail/gate/gate-state.ts';
import { outcomeStates, terminalStates } from '../../../../../shared/mail/outcome.ts';
import type { RowAges, Sweep } from '../../../../../shared/mail/operating/retention.ts';
import { tables } from '../../../../../shared/names.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { aPoisonEntry } from '../../../../support/mail-api.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const day = 24 * hours;
/** Nothing of the tests' own times is older. */
const never = 0;

for (const { how, clients } of accounts.both) {
  describe(`rows that are over, over ${how}`, () => {
    const table = clients.table(tables.mail);
    const store = new TableMailStore(table);
    const retention = new TableMailRetention(table);

    async function sweepAll(ages: Partial<RowAges>): Promise<Sweep> {
      const whole = { endedBefore: never, gatesIdleSince: never, ...ages };
      const done = { removed: 0, failed: 0 };
      let position: string | undefined;
      do {
        const page: Sweep = await retention.sweep(whole, position);
        done.removed += page.removed;
        done.failed += page.failed;
        position = page.position;
      } while (position !== undefined);
      return done;
    }

    test('are outcomes of ended jobs from before the time, in every partition, and nothing else', async () => {
      const tenants = [crypto.randomUUID(), crypto.randomUUID(), 'unreadable'];
      for (const tenantId of tenants) {
        for (const state of outcomeStates) {
          for (const [age, updatedAt] of [
            ['old', noon - 30 * day - 1],
            ['young', noon - 30 * day],
          ] as const) {
            const outcome = anOutcome({ tenantId, id: `${state}-${age}`, state, updatedAt, createdAt: 0 });
            await store.commit(tenantId, [{ kind: 'outcome', outcome }]);
          }
        }
      }
      const done = await sweepAll({ endedBefore: noon - 30 * day });
      assert.deepEqual(done, { removed: tenants.length * terminalStates.length, failed: 0 });
      for (const tenantId of tenants) {
        const { items } = await store.list(tenantId, { pageSize: 100 });
        const expected = outcomeStates.flatMap((state) =>
          terminalStates.includes(state) ? [`${state}-young`] : [`${state}-old`, `${state}-young`],
        );
        assert.deepEqual(items.map(({ id }) => id).sort(), expected.sort());
      }
    });

    test('are entries in poison from before the time, however large', async () => {
      const tenantId = crypto.randomUUID();
      for (const [id, at] of [
        ['old', noon - 1],
        ['young', noon],
      ] as const) {
        const entry = aPoisonEntry({ tenantId, id, at, text: 'x'.repeat(64 * 1024) });
        await store.commit(tenantId, [{ kind: 'poison', entry }]);
      }
      assert.equal((await sweepAll({ endedBefore: noon })).removed > 0, true);
      const { items } = await store.listPoison(tenantId, { pageSize: 10 });
      assert.deepEqual(
        items.map(({ id }) => id),
        ['young'],
      );
    });

    test('are gates that nobody has passed since, but for those that are held or have turns to come', async () => {
      const tenantId = crypto.randomUUID();
      const [past, ahead] = [Date.now() - day, Date.now() + day];
      const held = { by: 'operator', since: past, code: 'MAILBOX_HELD' } as const;
      const gates: Record<string, GateState> = {
        'idle@contoso.example': { ...emptyGate, lastTurn: past },
        'released@contoso.example': { ...emptyGate, hold: { ...held, until: past } },
        'held@contoso.example': { ...emptyGate, hold: held },
        'paused@contoso.example': { ...emptyGate, hold: { ...held, by: 'service', until: ahead } },
        'booked@contoso.example': { ...emptyGate, lastTurn: ahead },
      };
      for (const [mailbox, gate] of Object.entries(gates)) {
        await store.commit(tenantId, [{ kind: 'gate', mailbox, gate }]);
      }
      // Rows have the service's own time, so all of them are from before a time to come.
      const soon = Date.now() + 1 * hours;
      assert.equal((await sweepAll({ gatesIdleSince: past - 1 * hours })).removed, 0);
      await sweepAll({ gatesIdleSince: soon });
      const left = [];
      for (const mailbox of Object.keys(gates)) if (await store.readGate(tenantId, mailbox)) left.push(mailbox);
      assert.deepEqual(left, ['held@contoso.example', 'paused@contoso.example', 'booked@contoso.example']);
    });

    test('are found over more rows than a page holds, from a position that was kept', async () => {
      const tenantId = crypto.randomUUID();
      const ids = Array.from({ length: 450 }, (_, at) => `job-${at}`);
      await Promise.all(
        ids.map((id) => {
          const outcome = anOutcome({ tenantId, id, state: 'sent', updatedAt: noon - 100 * day });
          return store.commit(tenantId, [{ kind: 'outcome', outcome }]);
        }),
      );
      const ages = { endedBefore: noon - 99 * day, gatesIdleSince: never };
      const first = await retention.sweep(ages, undefined);
      assert.ok(first.position);
      await retention.write('rows', first.position);
      const position = await new TableMailRetention(table).read('rows');
      assert.equal(position, first.position);
      let removed = first.removed;
      for (let at: string | undefined = position; at !== undefined;) {
        const page = await retention.sweep(ages, at);
        removed += page.removed;
        at = page.position;
      }
      assert.equal(removed, ids.length);
      await retention.write('rows', undefined);
      assert.equal(await retention.read('rows'), undefined);
    });

    test('are not removed once they have changed: a job that failed is replayed while it is swept', async () => {
      const tenantId = crypto.randomUUID();
      const old = anOutcome({ tenantId, id: 'replayed', state: 'failed', updatedAt: noon - 200 * day });
      const [etag] = (await store.commit(tenantId, [{ kind: 'outcome', outcome: old }])) ?? [];
      const deleteEntity = table.deleteEntity.bind(table);
      const racing = Object.assign(Object.create(table) as typeof table, {
        listEntities: table.listEntities.bind(table),
        deleteEntity: async (...args: Parameters<typeof deleteEntity>) => {
          const outcome = anOutcome({ tenantId, id: 'replayed', state: 'scheduled' });
          await store.commit(tenantId, [{ kind: 'outcome', outcome, etag }]);
          return deleteEntity(...args);
        },
      });
      const ages = { endedBefore: noon - 199 * day, gatesIdleSince: never };
      assert.deepEqual(await new TableMailRetention(racing).sweep(ages, undefined), {
        removed: 0,
        failed: 0,
        position: undefined,
      });
      assert.equal((await store.read(tenantId, 'replayed'))?.outcome.state, 'scheduled');
    });

    test('are not found from a position that is none', async () => {
      const ages = { endedBefore: noon, gatesIdleSince: never };
      await assert.rejects(retention.sweep(ages, 'no position'), withCode('STORAGE_UNAVAILABLE'));
    });

    test('stand beside the tenants that have mail, which are found one after the other', async () => {
      await retention.write('content', 'somewhere');
      const found: string[] = [];
      for (let at = await retention.after(''); at !== undefined; at = await retention.after(at)) found.push(at);
      const partitions = new Set<string>();
      for await (const { partitionKey = '' } of table.listEntities()) partitions.add(partitionKey);
      partitions.delete('!retention');
      assert.deepEqual(found, [...partitions].sort());
      assert.ok(found.includes('unreadable') && found.length > 3);
    });
  });
}
