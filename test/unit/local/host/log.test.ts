import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError, formatLine, Log } from '../../../../local/host/log.ts';

test('writes time, level, source and message, the levels of one width', () => {
  const at = new Date('2026-11-22T08:00:00.000Z');
  assert.equal(
    formatLine(at, 'information', 'sendGraph', 'message'),
    '2026-11-22T08:00:00.000Z info  [sendGraph] message',
  );
  assert.equal(formatLine(at, 'warning', 'host', 'message'), '2026-11-22T08:00:00.000Z warn  [host] message');
  assert.equal(formatLine(at, 'error', 'host', 'message'), '2026-11-22T08:00:00.000Z error [host] message');
});

test('indents further lines, whatever ends them, and leaves colours out', () => {
  const line = formatLine(new Date(0), 'error', 'f', 'one\ntwo\r\nthree\rfour\u2028five \u001b[31mred\u001b[0m');
  assert.equal(line, '1970-01-01T00:00:00.000Z error [f] one\n    two\n    three\n    four\n    five red');
});

test('applies the level of the longest category that matches, the default to the rest', () => {
  const lines: string[] = [];
  const thresholds = {
    default: 'warning',
    Function: 'information',
    'Function.a': 'none',
    'Function.a.User': 'debug',
  } as const;
  const log = new Log(thresholds, (line) => lines.push(line.slice(line.indexOf('['))));
  for (const category of ['Host.Startup', 'Function.a', 'Function.a.User', 'Function.ab']) {
    log.logger(category, category).debug('debug');
    log.logger(category, category).info('info');
    log.logger(category, category).error('error');
  }
  assert.deepEqual(lines, [
    '[Host.Startup] error',
    '[Function.a.User] debug',
    '[Function.a.User] info',
    '[Function.a.User] error',
    '[Function.ab] info',
    '[Function.ab] error',
  ]);
});

test('describes an error by message, stack and cause, and by nothing else that hangs on it', () => {
  const cause = Object.assign(new Error('refused'), { token: 'secret' });
  const text = describeError(new Error('could not send', { cause }));
  assert.match(text, /^Error: could not send\n[^]*\ncaused by: Error: refused\n/);
  assert.ok(!text.includes('secret'));
  assert.equal(describeError('just text'), 'just text');
});
