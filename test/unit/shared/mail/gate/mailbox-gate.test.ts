import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { enter, type GateState } from '../../../../../shared/mail/gate/gate-state.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { anError, withCode } from '../../../../support/failing.ts';
import { anAsk, limits } from '../../../../support/gate.ts';
import { count, done, mailbox, outcomeChange, waitingIn, world } from '../../../../support/mailbox-gate.ts';
import { aPoisonEntry } from '../../../../support/poison.ts';

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
