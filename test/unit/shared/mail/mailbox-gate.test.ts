import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { emptyGate, enter, type GateState, leave } from '../../../../shared/mail/gate-state.ts';
import type { Change } from '../../../../shared/mail/mail-store.ts';
import { type GateChange, MailboxGate } from '../../../../shared/mail/mailbox-gate.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { anError, withCode } from '../../../support/failing.ts';
import { anAsk, limits } from '../../../support/gate.ts';
import { MemoryMailStore } from '../../../support/memory-mail-store.ts';
import { anOutcome } from '../../../support/outcome.ts';
import { aPoisonEntry } from '../../../support/poison.ts';

const mailbox = 'post@contoso.example';

/** A store that answers in a later turn of the event loop, as over a network. */
class SlowStore extends MemoryMailStore {
  override async readGate(tenantId: string, address: string) {
    await turnOfEventLoop();
    return super.readGate(tenantId, address);
  }
  override async commit(tenantId: string, changes: readonly Change[]) {
    await turnOfEventLoop();
    const written = super.commit(tenantId, changes);
    await turnOfEventLoop();
    return written;
  }
}

function world(store = new SlowStore()) {
  return {
    store,
    open: () =>
      new MailboxGate(
        store,
        () => noon,
        () => turnOfEventLoop(),
      ),
  };
}

const outcomeChange = (id: string, etag?: string): Change => ({ kind: 'outcome', outcome: anOutcome({ id }), etag });

/** Counts itself in the gate, with rows of its own if there are any. */
const count =
  (...changes: Change[]) =>
  (gate: GateState) => ({ gate: { ...gate, waiting: gate.waiting + 1 }, changes, result: gate.waiting });

const waitingIn = async (store: MemoryMailStore): Promise<number | undefined> =>
  (await store.readGate(contoso, mailbox))?.gate.waiting;

function done<T>(change: GateChange<T>): { result: T; etags: readonly string[] } {
  assert.ok(change.kind === 'done');
  return change;
}

describe("a change of a mailbox's gate", () => {
  test('is written with the rows of its own, whose new versions it gives', async () => {
    const { store, open } = world();
    const { result, etags } = done(
      await open().change(contoso, mailbox, count(outcomeChange('1'), outcomeChange('2'))),
    );
    assert.equal(result, 0);
    assert.deepEqual(etags, [(await store.read(contoso, '1'))?.etag, (await store.read(contoso, '2'))?.etag]);
    assert.equal(await waitingIn(store), 1);
    assert.equal(store.commits.length, 1);
  });

  test('reads the gate once, and then works on the version that it wrote', async () => {
    const { store, open } = world();
    const gate = open();
    for (let round = 0; round < 5; round += 1) await gate.change(contoso, mailbox, count());
    assert.equal(store.reads.length, 1);
    assert.equal(store.commits.length, 5);
    assert.equal(await waitingIn(store), 5);
  });

  test('is written together with those that come at the same time, each upon the one before', async () => {
    const { store, open } = world();
    const gate = open();
    const changes = Array.from({ length: 20 }, (_, at) => gate.change(contoso, mailbox, count(outcomeChange(`${at}`))));
    const results = (await Promise.all(changes)).map(done);
    assert.deepEqual(
      results.map(({ result }) => result),
      Array.from({ length: 20 }, (_, at) => at),
    );
    assert.equal(store.commits.length, 1);
    for (const [at, { etags }] of results.entries()) {
      assert.deepEqual(etags, [(await store.read(contoso, `${at}`))?.etag]);
    }
  });

  test('waits for the commit under way, and shares the next one', async () => {
    const { store, open } = world();
    const gate = open();
    const first = gate.change(contoso, mailbox, count());
    while (store.commits.length === 0) await turnOfEventLoop();
    const others = Array.from({ length: 9 }, () => gate.change(contoso, mailbox, count()));
    await Promise.all([first, ...others]);
    assert.equal(store.commits.length, 2);
    assert.equal(await waitingIn(store), 10);
  });

  test('of a blast takes as few commits as transactions hold it', async () => {
    const { store, open } = world();
    const gate = open();
    const asks = Array.from({ length: 3000 }, (_, at) =>
      gate.change(contoso, mailbox, (state, now) => {
        const entered = enter(state, anAsk(), now, limits);
        return { gate: entered.gate, changes: [outcomeChange(`${at}`)], result: entered.admission };
      }),
    );
    const admissions = (await Promise.all(asks)).map((one) => done(one).result);
    assert.equal(store.commits.length, Math.ceil(3000 / 96));
    for (const changes of store.commits) assert.ok(changes.length <= 99);
    assert.equal(admissions.filter(({ kind }) => kind === 'now').length, 4);
    const turns = admissions.flatMap((one) => (one.kind === 'at' ? [one.turn ?? 0] : []));
    assert.deepEqual(
      turns,
      turns.toSorted((one, other) => one - other),
    );
    assert.equal(new Set(turns).size, turns.length);
  });

  test('of one mailbox does not wait for those of another', async () => {
    const { store, open } = world();
    const gate = open();
    const order: string[] = [];
    const blast = Array.from({ length: 500 }, (_, at) => gate.change(contoso, mailbox, count(outcomeChange(`${at}`))));
    const all = Promise.all(blast).then(() => order.push('blast'));
    await gate.change(contoso, 'single@contoso.example', count()).then(() => order.push('single'));
    await all;
    assert.deepEqual(order, ['single', 'blast']);
    assert.equal((await store.readGate(contoso, 'single@contoso.example'))?.gate.waiting, 1);
  });

  test('takes many poison entries in several transactions, none above what one may hold', async () => {
    const { store, open } = world();
    const gate = open();
    const entries = Array.from(
      { length: 70 },
      (_, at) => ({ kind: 'poison', entry: aPoisonEntry({ id: `${at}` }) }) as const,
    );
    await Promise.all(entries.map((entry) => gate.change(contoso, mailbox, count(entry))));
    for (const changes of store.commits) assert.ok(changes.length <= 33);
    assert.equal(await waitingIn(store), 70);
  });

  test('that throws fails alone', async () => {
    const { store, open } = world();
    const gate = open();
    const failing = gate.change(contoso, mailbox, () => {
      throw anError('JOB_INVALID');
    });
    const [, one, other] = await Promise.allSettled([
      failing,
      gate.change(contoso, mailbox, count()),
      gate.change(contoso, mailbox, count()),
    ]);
    await assert.rejects(failing, withCode('JOB_INVALID'));
    assert.deepEqual([one.status, other.status], ['fulfilled', 'fulfilled']);
    assert.equal(await waitingIn(store), 2);
  });

  test('that changes nothing writes nothing, but is decided on the gate as it stands', async () => {
    const { store, open } = world();
    const [one, other] = [open(), open()];
    const look = (gate: GateState) => ({ gate, changes: [], result: gate.waiting });
    assert.equal(done(await one.change(contoso, mailbox, look)).result, 0);
    assert.equal(store.commits.length, 0);
    await one.change(contoso, mailbox, count());
    await other.change(contoso, mailbox, count());
    assert.equal(done(await one.change(contoso, mailbox, look)).result, 2);
    assert.equal(store.commits.length, 2);
  });

  test('that fails for want of storage fails those that waited with it, and not the next', async () => {
    const { store, open } = world();
    const gate = open();
    await gate.change(contoso, mailbox, count());
    const { commit } = store;
    store.commit = () => Promise.reject(anError('STORAGE_UNAVAILABLE'));
    const both = [gate.change(contoso, mailbox, count()), gate.change(contoso, mailbox, count())];
    for (const one of both) await assert.rejects(one, withCode('STORAGE_UNAVAILABLE'));
    store.commit = commit;
    await gate.change(contoso, mailbox, count());
    assert.equal(await waitingIn(store), 2);
  });
});

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
