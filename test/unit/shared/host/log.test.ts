import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { log, logUnexpected, withInvocation } from '../../../../shared/host/log.ts';
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

  test('goes to its own invocation, when several run at once', async () => {
    const invocations = [anInvocation('one'), anInvocation('two')];
    await Promise.all(
      invocations.map(({ context }, at) =>
        withInvocation(context, async () => {
          for (let turn = 0; turn < 3; turn += 1) {
            await new Promise(setImmediate);
            log('information', `event-${at}`);
          }
        }),
      ),
    );
    for (const [at, { lines }] of invocations.entries()) {
      assert.deepEqual(
        lines,
        Array.from({ length: 3 }, () => `information {"event":"event-${at}"}`),
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

  test('leaves no word of any message in the log, however many lines it has', async () => {
    for (const message of ['secret', 'first\nsecret second', 'first\nat secret\nsecret']) {
      const lines = await logged(() => logUnexpected(thrown(message, new Error('secret cause'))));
      assert.equal(lines.length, 1);
      assert.doesNotMatch(lines.join(), /secret|first/);
    }
  });

  test('need not be an error at all', async () => {
    assert.deepEqual(await logged(() => logUnexpected('secret')), [
      'error {"event":"unexpected","kinds":"","stack":""}',
    ]);
  });
});
