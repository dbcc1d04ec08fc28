import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReadThrough } from '../../../../../shared/adapters/vault/read-through.ts';
import { minutes, seconds } from '../../../../../shared/clock.ts';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { settableClock } from '../../../../support/clock.ts';
import { anError, withCode } from '../../../../support/failing.ts';

/** Something that counts how often it is read, and fails or takes its time on demand. */
function aSource() {
  const clock = settableClock();
  const outlived: string[] = [];
  const source = {
    reads: 0,
    failure: undefined as Error | undefined,
    /** Until then a reading is under way. */
    gate: Promise.resolve(),
  };
  const through = new ReadThrough({
    now: clock.now,
    lives: 10 * minutes,
    read: async () => {
      source.reads += 1;
      const own = source.reads;
      await source.gate;
      if (source.failure !== undefined) throw source.failure;
      return own;
    },
    outlived: ({ code }) => outlived.push(code),
  });
  return { clock, source, through, outlived };
}

/** What goes on beside the caller has happened. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

test('what is read serves everybody, and callers that come together cause one reading', async () => {
  const { through, source, clock } = aSource();
  assert.deepEqual(await Promise.all([through.get(), through.get(), through.get()]), [1, 1, 1]);
  clock.advance(5 * minutes - 1);
  assert.equal(await through.get(), 1);
  assert.equal(source.reads, 1);
});

test('in the second half of its life a reading still serves at once, and the next is read beside', async () => {
  const { through, source, clock } = aSource();
  await through.get();
  clock.advance(5 * minutes);
  source.gate = new Promise(() => undefined);
  assert.equal(await through.get(), 1);
  assert.equal(await through.get(), 1);
  assert.equal(source.reads, 2);
});

test('what was read beside serves the next caller', async () => {
  const { through, clock } = aSource();
  await through.get();
  clock.advance(5 * minutes);
  await through.get();
  await settled();
  assert.equal(await through.get(), 2);
});

test('a reading at the end of its life is not given out any more: the caller waits for the next', async () => {
  const { through, clock } = aSource();
  await through.get();
  clock.advance(10 * minutes);
  assert.equal(await through.get(), 2);
});

test('a clock that was set back makes a reading old: it would otherwise serve until the clock is there again', async () => {
  const { through, clock } = aSource();
  await through.get();
  clock.advance(-60 * minutes);
  assert.equal(await through.get(), 2);
});

describe('a source that fails', () => {
  test('fails every caller who waited, and is left in peace for five seconds', async () => {
    const { through, source, clock } = aSource();
    source.failure = anError('VAULT_UNAVAILABLE');
    const got = await Promise.allSettled([through.get(), through.get()]);
    assert.ok(got.every(({ status }) => status === 'rejected'));
    clock.advance(5 * seconds - 1);
    await assert.rejects(through.get(), withCode('VAULT_UNAVAILABLE'));
    assert.equal(source.reads, 1);

    source.failure = undefined;
    clock.advance(1);
    assert.equal(await through.get(), 2);
  });

  for (const code of ['VAULT_UNAVAILABLE', 'IDENTITY_UNAVAILABLE'] as const) {
    test(`by ${code} is outlived by what was read before, for as long as it lasts`, async () => {
      const { through, source, clock, outlived } = aSource();
      await through.get();
      source.failure = anError(code);
      for (const wait of [10 * minutes, 1 * seconds, 60 * minutes]) {
        clock.advance(wait);
        assert.equal(await through.get(), 1);
        await settled();
      }
      assert.deepEqual(outlived, [code, code]);
      source.failure = undefined;
      clock.advance(5 * seconds);
      await through.get();
      await settled();
      assert.equal(await through.get(), 4);
    });
  }

  test('and is slow in it is waited for once: while it is away nobody else waits', async () => {
    const { through, source, clock } = aSource();
    await through.get();
    source.failure = anError('VAULT_UNAVAILABLE');
    clock.advance(10 * minutes);
    await through.get();
    clock.advance(5 * seconds);
    source.gate = new Promise(() => undefined);
    assert.equal(await through.get(), 1);
    assert.equal(source.reads, 3);
  });

  test('and says when to come again is left in peace until then', async () => {
    const { through, source, clock } = aSource();
    source.failure = new TenantpostError('VAULT_UNAVAILABLE', 'x', { retryAfterSeconds: 30 });
    await assert.rejects(through.get(), withCode('VAULT_UNAVAILABLE'));
    clock.advance(30 * seconds - 1);
    await assert.rejects(through.get(), withCode('VAULT_UNAVAILABLE'));
    assert.equal(source.reads, 1);
    source.failure = undefined;
    clock.advance(1);
    assert.equal(await through.get(), 2);
  });

  test('and a clock that was set back since: the failure is not held against it until the clock is there again', async () => {
    const { through, source, clock } = aSource();
    source.failure = anError('VAULT_UNAVAILABLE');
    await assert.rejects(through.get(), withCode('VAULT_UNAVAILABLE'));
    source.failure = undefined;
    clock.advance(-60 * minutes);
    assert.equal(await through.get(), 2);
  });

  for (const code of ['VAULT_REFUSED', 'CREDENTIAL_UNUSABLE', 'IDENTITY_REFUSED'] as const) {
    test(`by ${code}, which waiting does not cure, is not outlived`, async () => {
      const { through, source, clock, outlived } = aSource();
      await through.get();
      source.failure = anError(code);
      clock.advance(10 * minutes);
      await assert.rejects(through.get(), withCode(code));
      await assert.rejects(through.get(), withCode(code));
      assert.deepEqual(outlived, []);
      assert.equal(source.reads, 2);
    });
  }
});
