/** Other writers of a gate, and of the rows that are written with it. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyGate, enter, leave } from '../../../../../shared/mail/gate/gate-state.ts';
import type { Change } from '../../../../../shared/mail/mail-store.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { withCode } from '../../../../support/failing.ts';
import { anAsk, limits } from '../../../../support/gate.ts';
import { count, done, mailbox, outcomeChange, SlowStore, waitingIn, world } from '../../../../support/mailbox-gate.ts';
import { anOutcome } from '../../../../support/outcome.ts';

describe('another process at the same gate', () => {
  test('is seen: nothing that it wrote is lost', async () => {
    const { store, open } = world();
    const processes = Array.from({ length: 8 }, open);
    await Promise.all(
      Array.from({ length: 40 }, (_, round) =>
        processes.map((gate, at) => gate.change(contoso, mailbox, count(outcomeChange(`${at}-${round}`)))),
      ).flat(),
    );
    assert.equal(await waitingIn(store), 320);
    assert.equal(store.written.length, 320);
  });

  test('costs one commit in vain, and no more while that process goes on', async () => {
    const { store, open } = world();
    const [one, other] = [open(), open()];
    await one.change(contoso, mailbox, count());
    await other.change(contoso, mailbox, count());
    for (let round = 0; round < 10; round += 1) {
      await one.change(contoso, mailbox, count());
      await other.change(contoso, mailbox, count());
    }
    // 22 changes, and each of the two once found its version past.
    assert.equal(store.commits.length, 22 + 2);
    assert.equal(await waitingIn(store), 22);
  });

  test('that has gone is not looked for any more', async () => {
    const { store, open } = world();
    const [one, other] = [open(), open()];
    for (const gate of [one, other, one]) await gate.change(contoso, mailbox, count());
    for (let round = 0; round < 3; round += 1) await one.change(contoso, mailbox, count());
    const before = store.reads.length;
    await one.change(contoso, mailbox, count());
    assert.equal(store.reads.length, before);
  });

  test('that removed the row is no obstacle', async () => {
    const { store, open } = world();
    const gate = open();
    await gate.change(contoso, mailbox, count());
    const emptied = new SlowStore();
    store.readGate = (tenantId, address) => emptied.readGate(tenantId, address);
    store.commit = (tenantId, changes) => emptied.commit(tenantId, changes);
    assert.equal(done(await gate.change(contoso, mailbox, count())).result, 0);
  });

  test('that writes without end is given up against', async () => {
    const { store, open } = world();
    const gate = open();
    let version = 0;
    store.readGate = () => Promise.resolve({ gate: emptyGate, etag: `W/"${(version += 1)}"` });
    store.commit = () => Promise.resolve(undefined);
    await assert.rejects(gate.change(contoso, mailbox, count()), withCode('STORAGE_UNAVAILABLE'));
    assert.ok(version <= 101);
  });
});

describe("a change that meets another writer's row", () => {
  test('is told so and writes nothing', async () => {
    const { store, open } = world();
    const taken = store.put(anOutcome({ id: 'taken' }));
    const gate = open();
    assert.deepEqual(await gate.change(contoso, mailbox, count(outcomeChange('taken'))), { kind: 'conflict' });
    assert.equal(await waitingIn(store), undefined);
    assert.equal((await store.read(contoso, 'taken'))?.etag, taken);
  });

  test('does not stop those that come with it', async () => {
    const { store, open } = world();
    for (const id of ['3', '11']) store.put(anOutcome({ id, tries: 7 }));
    const gate = open();
    const asked = Array.from({ length: 20 }, (_, at) => gate.change(contoso, mailbox, count(outcomeChange(`${at}`))));
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    assert.deepEqual(
      kinds.flatMap((kind, at) => (kind === 'conflict' ? [at] : [])),
      [3, 11],
    );
    assert.equal(await waitingIn(store), 18);
    assert.equal((await store.read(contoso, '3'))?.outcome.tries, 7);
    // Whoever comes later is not held up: one commit again.
    const before = store.commits.length;
    await Promise.all([gate.change(contoso, mailbox, count()), gate.change(contoso, mailbox, count())]);
    assert.equal(store.commits.length, before + 1);
  });

  test('while other processes write the gate is told so all the same', async () => {
    const { store, open } = world();
    store.put(anOutcome({ id: 'taken', tries: 7 }));
    const processes = Array.from({ length: 4 }, open);
    const changes = processes.flatMap((gate, at) => [
      ...Array.from({ length: 10 }, (_, round) =>
        gate.change(contoso, mailbox, count(outcomeChange(`${at}-${round}`))),
      ),
      gate.change(contoso, mailbox, count(outcomeChange('taken'))),
    ]);
    const kinds = (await Promise.all(changes)).map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'conflict').length, 4);
    assert.equal(await waitingIn(store), 40);
  });

  test('of the same row twice is one of the two: the first writes it, the second finds it', async () => {
    const { store, open } = world();
    const gate = open();
    const twice = [count(outcomeChange('one')), count(outcomeChange('one'))];
    const kinds = (await Promise.all(twice.map((one) => gate.change(contoso, mailbox, one)))).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['done', 'conflict']);
    assert.equal(await waitingIn(store), 1);
  });

  test('when it ends a job has its permit given back by another change', async () => {
    const { store, open } = world();
    const gate = open();
    const entered = await gate.change(contoso, mailbox, (state, now) => {
      const { gate: next, admission } = enter(state, anAsk(), now, limits);
      return { gate: next, changes: [], result: admission.kind === 'now' ? admission.permit : '' };
    });
    const permit = done(entered).result;
    store.put(anOutcome({ id: 'taken' }));
    const end = (...changes: Change[]) =>
      gate.change(contoso, mailbox, (state) => ({ gate: leave(state, permit), changes, result: undefined }));
    assert.equal((await end(outcomeChange('taken'))).kind, 'conflict');
    assert.equal((await store.readGate(contoso, mailbox))?.gate.permits.length, 1);
    assert.equal((await end()).kind, 'done');
    assert.equal((await store.readGate(contoso, mailbox))?.gate.permits.length, 0);
  });
});
