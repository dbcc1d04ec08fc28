import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TenantpostError } from '../../../../shared/errors.ts';
import { log, logUnexpected, withInvocation, withTrigger } from '../../../../shared/host/log.ts';
import { anInvocation } from '../../../support/invocation.ts';

/** What an invocation logs while the work runs. */
async function logged(work: () => void): Promise<readonly string[]> {
  const { context, lines } = anInvocation();
  await withInvocation(context, async () => {
    await Promise.resolve();
    work();
  });
  return lines;
}

describe('a log line', () => {
  for (const [level, theirs] of [
    ['information', 'information'],
    ['warning', 'warning'],
    ['error', 'error'],
  ] as const) {
    test(`of level ${level} is JSON of the event and its detail, at the host's level ${theirs}`, async () => {
      const lines = await logged(() => log(level, 'job.sent', { tenantId: 't', seconds: 1.5, absent: undefined }));
      assert.deepEqual(lines, [`${theirs} {"event":"job.sent","tenantId":"t","seconds":1.5}`]);
    });
  }

  test('stays one line, whatever is in its detail', async () => {
    const [line = ''] = await logged(() => log('warning', 'http.refused', { field: 'a\r\nb\u2028c' }));
    assert.doesNotMatch(line, /[\r\n]/);
  });

  test('needs no detail', async () => {
    assert.deepEqual(await logged(() => log('information', 'warm.done')), ['information {"event":"warm.done"}']);
  });

  test('outside of any invocation goes to the console: at start nothing else would show it', (t) => {
    const printed = t.mock.method(console, 'log', () => undefined);
    for (const level of ['information', 'warning', 'error'] as const)
      log(level, 'token.table-unwritable', { code: 'c' });
    assert.deepEqual(
      printed.mock.calls.map(({ arguments: given }) => given),
      Array.from({ length: 3 }, () => ['{"event":"token.table-unwritable","code":"c"}']),
    );
  });

  test('inside an invocation does not go to the console', async (t) => {
    const printed = t.mock.method(console, 'log', () => undefined);
    assert.equal((await logged(() => log('information', 'warm.done'))).length, 1);
    assert.equal(printed.mock.callCount(), 0);
  });

  test('goes to its own invocation, when several run at once', async () => {
    const invocations = [anInvocation('one'), anInvocation('two')];
    const events = ['warm.done', 'retention.done'] as const;
    await Promise.all(
      invocations.map(({ context }, at) =>
        withInvocation(context, async () => {
          for (let turn = 0; turn < 3; turn += 1) {
            await new Promise(setImmediate);
            log('information', events[at] ?? 'unexpected');
          }
        }),
      ),
    );
    for (const [at, { lines }] of invocations.entries()) {
      assert.deepEqual(
        lines,
        Array.from({ length: 3 }, () => `information {"event":"${events[at]}"}`),
      );
    }
  });
});

describe('an exception that nobody foresaw', () => {
  function thrown(message: string, cause?: unknown): Error {
    return new TypeError(message, cause === undefined ? undefined : { cause });
  }

  test('is logged by where it happened and by the kinds of its causes', async () => {
    const [line = ''] = await logged(() => logUnexpected(thrown('a', new RangeError('b', { cause: 'c' }))));
    assert.match(line, /^error \{"event":"unexpected","kinds":"TypeError < RangeError","stack":" *at .+log\.test\.ts/);
  });

  for (const [what, message] of [
    ['one line', 'secret'],
    ['several lines', 'first\nsecret second'],
    ['a line that looks like a place in the code', 'first\nat secret\nsecret'],
  ] as const) {
    test(`leaves no word in the log of a message of ${what}`, async () => {
      const lines = await logged(() => logUnexpected(thrown(message, new Error('secret cause'))));
      assert.equal(lines.length, 1);
      assert.doesNotMatch(lines.join(), /secret|first/);
    });
  }

  test('is logged by its nearest places in the code, eight at most, and by nothing else of its stack', async () => {
    const deep = (depth: number): Error => (depth === 0 ? thrown('secret') : deep(depth - 1));
    const [line = ''] = await logged(() => logUnexpected(deep(30)));
    const [, stack = ''] = /"stack":"([^"]*)"/.exec(line) ?? [];
    const frames = stack.split(' | ');
    assert.ok(frames.length > 1 && frames.length <= 8);
    assert.ok(frames.every((frame) => frame.startsWith('at ')));
    assert.match(frames[0] ?? '', /^at thrown .*log\.test\.ts/);
  });

  test('need not be an error at all', async () => {
    assert.deepEqual(await logged(() => logUnexpected('secret')), [
      'error {"event":"unexpected","kinds":"","stack":""}',
    ]);
  });
});

describe('a trigger', () => {
  /** What the host gets to print, and what stands in the log. */
  async function failed(cause: unknown) {
    const { context, lines } = anInvocation();
    const error: unknown = await withTrigger(context, () => Promise.reject(cause)).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof TenantpostError);
    assert.notEqual(error, cause);
    assert.deepEqual([error.cause, error.detail], [undefined, {}], 'the host prints whatever hangs on the error');
    return { error, lines };
  }

  test('that ends well says nothing, and logs through its invocation', async () => {
    const { context, lines } = anInvocation();
    await withTrigger(context, () => Promise.resolve(log('information', 'warm.done')));
    assert.deepEqual(lines, ['information {"event":"warm.done"}']);
  });

  test('that meets an error of ours fails by its code and message, and the detail is in the log alone', async () => {
    const options = { detail: { status: 503 }, cause: new Error('secret') };
    const { error, lines } = await failed(new TenantpostError('STORAGE_UNAVAILABLE', 'Storage failed.', options));
    assert.deepEqual([error.code, error.message], ['STORAGE_UNAVAILABLE', 'Storage failed.']);
    assert.deepEqual(lines, ['error {"event":"trigger.failed","status":503,"code":"STORAGE_UNAVAILABLE"}']);
  });

  for (const cause of [new TypeError('secret'), 'secret', undefined]) {
    test(`that meets ${cause instanceof Error ? 'an error that nobody foresaw' : `a thrown ${typeof cause}`} fails with none of its text, there or in the log`, async () => {
      const { error, lines } = await failed(cause);
      assert.deepEqual([error.code, error.message], ['UNEXPECTED', 'An unforeseen error happened.']);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? '', /^error \{"event":"unexpected"/);
      assert.doesNotMatch(`${lines.join()} ${error.stack}`, /secret/);
    });
  }

  test('that throws before it waits for anything fails in the same way', async () => {
    const { context, lines } = anInvocation();
    const work = (): Promise<void> => {
      throw new TypeError('secret');
    };
    await assert.rejects(withTrigger(context, work), { name: 'TenantpostError', code: 'UNEXPECTED' });
    assert.equal(lines.length, 1);
  });
});
