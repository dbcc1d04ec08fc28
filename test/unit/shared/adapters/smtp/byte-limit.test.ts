import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ByteLimit } from '../../../../../shared/adapters/smtp/byte-limit.ts';

const never = new AbortController().signal;

/** Who is in, by their bytes, in the order of entering. */
function entering(limit: ByteLimit) {
  const inside: number[] = [];
  const leave = new Map<number, () => void>();
  const come = (bytes: number, signal = never): Promise<void> =>
    limit.enter(bytes, signal).then((left) => {
      inside.push(bytes);
      leave.set(bytes, left);
    });
  return { inside, come, leave: (bytes: number) => leave.get(bytes)?.() };
}

describe('what is held in memory at once', () => {
  test('is no more than the limit, and goes on in the order of coming', async () => {
    const { inside, come, leave } = entering(new ByteLimit(100, 5));
    const all = [60, 40, 30, 20].map((bytes) => come(bytes));
    await setImmediate();
    assert.deepEqual(inside, [60, 40]);
    leave(40);
    await setImmediate();
    assert.deepEqual(inside, [60, 40, 30]);
    leave(60);
    await Promise.all(all);
    assert.deepEqual(inside, [60, 40, 30, 20]);
  });

  test('may be more where it is one alone', async () => {
    const { inside, come, leave } = entering(new ByteLimit(100, 5));
    const all = [10, 500, 20].map((bytes) => come(bytes));
    await setImmediate();
    assert.deepEqual(inside, [10]);
    leave(10);
    await setImmediate();
    assert.deepEqual(inside, [10, 500]);
    leave(500);
    await Promise.all(all);
  });

  test('keeps nobody small waiting', async () => {
    const { inside, come } = entering(new ByteLimit(100, 5));
    void come(500);
    void come(400);
    await come(5);
    assert.deepEqual(new Set(inside), new Set([500, 5]));
  });

  test('whoever gives up makes room for the next', async () => {
    const { inside, come } = entering(new ByteLimit(100, 5));
    const late = new AbortController();
    await come(60);
    const gaveUp = come(50, late.signal);
    const next = come(40);
    late.abort(new Error('late'));
    await assert.rejects(gaveUp, /late/);
    await next;
    assert.deepEqual(inside, [60, 40]);
    await assert.rejects(come(1, late.signal), /late/);
  });
});
