import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { StorageQueueDepths } from '../../../../../shared/adapters/storage/queue-depths.ts';
import { TableMailFigures } from '../../../../../shared/adapters/storage/table-mail-figures.ts';
import { TableMailRetention } from '../../../../../shared/adapters/storage/table-mail-retention.ts';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { emptyGate, hold } from '../../../../../shared/mail/gate/gate-state.ts';
import { countSent } from '../../../../../shared/mail/gate/sent-count.ts';
import { queues, tables } from '../../../../../shared/names.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { aPoisonEntry } from '../../../../support/mail-api.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { startStorageAccounts, storageThatIsDown } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

for (const { how, clients } of accounts.both) {
  const table = clients.table(tables.mail);
  const store = new TableMailStore(table);
  const figures = new TableMailFigures(table, new TableMailRetention(table));

  describe(`figures of a tenant's mail, over ${how}`, () => {
    test('are its gates and its poison, without the messages and without outcomes or what is another tenant’s', async () => {
      const tenantId = crypto.randomUUID();
      const mailbox = "o'brien/post+x@contoso.example";
      const held = hold(countSent(emptyGate, noon), {
        by: 'operator',
        since: noon,
        code: 'MAILBOX_HELD',
        reason: 'why',
      });
      const entry = aPoisonEntry({ tenantId, state: 'unknown', text: 'anna@customer.example '.repeat(100) });
      await store.commit(tenantId, [
        { kind: 'outcome', outcome: anOutcome({ tenantId }) },
        { kind: 'gate', mailbox, gate: held },
        { kind: 'poison', entry },
      ]);
      const other = crypto.randomUUID();
      await store.commit(other, [{ kind: 'poison', entry: { ...entry, tenantId: other } }]);
      const read = await figures.read(tenantId, 100);
      const { id, transport, at } = entry;
      assert.deepEqual(read, {
        gates: [{ tenantId, mailbox, gate: held }],
        failures: [{ ...{ tenantId, id, transport, at }, state: 'unknown', ...entry.reason }],
        complete: true,
      });
      assert.doesNotMatch(JSON.stringify(read), /anna@customer/);
    });

    test('say when there was more than is read', async () => {
      const tenantId = crypto.randomUUID();
      for (let count = 0; count < 5; count += 1) {
        await store.commit(tenantId, [{ kind: 'poison', entry: aPoisonEntry({ tenantId, id: `job-${count}` }) }]);
      }
      const { failures, complete } = await figures.read(tenantId, 3);
      assert.deepEqual([failures.length, complete], [3, false]);
      assert.equal((await figures.read(tenantId, 5)).complete, true);
    });

    test('of an earlier version say what the code tells, and rows of a later one are passed over', async () => {
      const tenantId = crypto.randomUUID();
      const reason = { ...aPoisonEntry().reason, code: 'SEND_UNCONFIRMED' } as const;
      await store.commit(tenantId, [{ kind: 'poison', entry: aPoisonEntry({ tenantId, reason }) }]);
      await store.commit(tenantId, [{ kind: 'poison', entry: aPoisonEntry({ tenantId, id: 'plain' }) }]);
      await table.createEntity({ partitionKey: tenantId, rowKey: '!poison later', schema: 2 });
      await table.createEntity({ partitionKey: tenantId, rowKey: '!gate later', schema: 2 });
      const { failures, gates } = await figures.read(tenantId, 100);
      assert.deepEqual(
        [failures.map(({ id, state }) => [id, state]), gates],
        [
          [
            ['invoice-4711', 'unknown'],
            ['plain', 'failed'],
          ],
          [],
        ],
      );
    });

    test('of a tenant without mail are none', async () => {
      assert.deepEqual(await figures.read(crypto.randomUUID(), 10), { gates: [], failures: [], complete: true });
    });
  });

  describe(`the depth of queues, over ${how}`, () => {
    test('is what they hold, hidden messages as well, and nothing for a queue that is not there', async () => {
      const queue = clients.queue(queues.mailGraph);
      await queue.sendMessage('one');
      await queue.sendMessage('later', { visibilityTimeout: 600 });
      assert.deepEqual(await new StorageQueueDepths(clients, [queues.mailGraph, 'not-there']).read(), [
        { name: 'mail-graph', messages: 2 },
        { name: 'not-there', messages: undefined },
      ]);
    });
  });
}

test('while storage is down both say so', async () => {
  const down = await storageThatIsDown();
  const table = down.table(tables.mail);
  const figures = new TableMailFigures(table, new TableMailRetention(table));
  await Promise.all([
    assert.rejects(figures.read('x', 1), withCode('STORAGE_UNAVAILABLE')),
    assert.rejects(new StorageQueueDepths(down, ['a']).read(), withCode('STORAGE_UNAVAILABLE')),
  ]);
});
