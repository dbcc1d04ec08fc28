import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { claim, workerIsGoneAfter } from '../../../../shared/mail/claim.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { MemoryOutcomeStore } from '../../../support/memory-outcome-store.ts';
import { anOutcome } from '../../../support/outcome.ts';

const { tenantId, id, fingerprint } = anOutcome();
const job = { tenantId, id, fingerprint };

describe('a job without a row', () => {
  test('is ours, and its row says so', async () => {
    const store = new MemoryOutcomeStore();
    const claimed = await claim(store, job, settableClock().now);
    assert.equal(claimed.kind, 'ours');
    assert.deepEqual(store.row(contoso, job.id), anOutcome());
    assert.deepEqual(claimed, { kind: 'ours', stored: await store.read(contoso, job.id) });
  });

  test('is had by one of many workers that come at once', async () => {
    const store = new MemoryOutcomeStore();
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(store, job, settableClock().now)));
    assert.equal(claims.filter(({ kind }) => kind === 'ours').length, 1);
    assert.equal(claims.filter(({ kind }) => kind === 'elsewhere').length, 19);
    assert.equal(store.written.length, 1);
  });

  test('is not the job of another tenant that has its id', async () => {
    const store = new MemoryOutcomeStore();
    await claim(store, { ...job, tenantId: fabrikam }, settableClock().now);
    assert.equal((await claim(store, job, settableClock().now)).kind, 'ours');
  });
});

describe('a job that waited', () => {
  test('is ours with one try more, and nothing left of why it waited', async () => {
    const store = new MemoryOutcomeStore();
    const clock = settableClock();
    store.put(anOutcome({ state: 'scheduled', tries: 2, code: 'SEND_THROTTLED', notBefore: noon, requestId: 'r' }));
    clock.advance(minutes);
    const claimed = await claim(store, job, clock.now);
    assert.ok(claimed.kind === 'ours');
    assert.deepEqual(claimed.stored.outcome, anOutcome({ tries: 3, updatedAt: noon + minutes }));
    assert.deepEqual(store.row(contoso, job.id), claimed.stored.outcome);
  });

  test('is had by one of many workers that come at once', async () => {
    const store = new MemoryOutcomeStore();
    store.put(anOutcome({ state: 'scheduled' }));
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(store, job, settableClock().now)));
    assert.equal(claims.filter(({ kind }) => kind === 'ours').length, 1);
    assert.equal(store.row(contoso, job.id)?.tries, 2);
  });
});

for (const state of ['refused', 'failed'] as const) {
  test(`a job that was ${state} is ours again, also when it was corrected`, async () => {
    for (const former of [fingerprint, 'before the correction']) {
      const store = new MemoryOutcomeStore();
      store.put(anOutcome({ state, fingerprint: former, code: 'SEND_FORBIDDEN' }));
      const claimed = await claim(store, job, settableClock().now);
      assert.ok(claimed.kind === 'ours');
      assert.deepEqual(claimed.stored.outcome, anOutcome({ tries: 2 }));
    }
  });
}

for (const state of ['sent', 'unknown'] as const) {
  test(`a job that is ${state} has ended, and its row stays as it is`, async () => {
    const store = new MemoryOutcomeStore();
    const outcome = anOutcome({ state });
    store.put(outcome);
    assert.deepEqual(await claim(store, job, settableClock().now), { kind: 'ended', outcome });
    assert.equal(store.written.length, 1);
  });
}

for (const state of ['scheduled', 'sending', 'sent', 'unknown'] as const) {
  test(`another mail under the id of a job that is ${state} is another job, and the row stays as it is`, async () => {
    const store = new MemoryOutcomeStore();
    store.put(anOutcome({ state, fingerprint: 'another' }));
    const clock = settableClock();
    clock.advance(workerIsGoneAfter);
    assert.deepEqual(await claim(store, job, clock.now), { kind: 'other-job' });
    assert.equal(store.written.length, 1);
  });
}

describe('a job that is being sent', () => {
  test('is elsewhere until its worker must be gone, and then abandoned', async () => {
    const store = new MemoryOutcomeStore();
    const clock = settableClock();
    const etag = store.put(anOutcome());
    assert.deepEqual(await claim(store, job, clock.now), { kind: 'elsewhere', retryAfterMilliseconds: 10 * minutes });
    clock.advance(10 * minutes - 1);
    assert.deepEqual(await claim(store, job, clock.now), { kind: 'elsewhere', retryAfterMilliseconds: 1 });
    clock.advance(1);
    assert.deepEqual(await claim(store, job, clock.now), {
      kind: 'abandoned',
      stored: { outcome: anOutcome(), etag },
    });
    assert.equal(store.written.length, 1, 'who only looks changes nothing');
  });
});

describe('a race', () => {
  test('that is lost on the replace leaves the job to the other worker', async () => {
    const store = new MemoryOutcomeStore();
    store.put(anOutcome({ state: 'scheduled' }));
    const read = store.read.bind(store);
    store.read = async (tenantId, id) => {
      const stored = await read(tenantId, id);
      if (store.written.length === 1) store.put(anOutcome({ tries: 2 }));
      return stored;
    };
    assert.deepEqual(await claim(store, job, settableClock().now), {
      kind: 'elsewhere',
      retryAfterMilliseconds: 2 * seconds,
    });
    assert.deepEqual(store.row(contoso, job.id), anOutcome({ tries: 2 }));
  });

  test('that is lost on the insert to a row that is gone again is tried again later', async () => {
    const store = new MemoryOutcomeStore();
    store.insert = () => Promise.resolve(undefined);
    assert.deepEqual(await claim(store, job, settableClock().now), {
      kind: 'elsewhere',
      retryAfterMilliseconds: 2 * seconds,
    });
  });
});

test('a claim fails when the table does: nobody may send without one', async () => {
  for (const method of ['insert', 'read', 'replace'] as const) {
    const store = new MemoryOutcomeStore();
    store.put(anOutcome({ state: 'scheduled' }));
    store[method] = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(claim(store, job, settableClock().now), withCode('STORAGE_UNAVAILABLE'));
  }
});
