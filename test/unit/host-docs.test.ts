/** docs/host.md explains every value of host.json, and the code's own numbers fit what the host does. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHostJson } from '../../local/host/host-json.ts';
import { answerWithin } from '../../shared/adapters/graph/one-request.ts';
import { usualTime as graphTime } from '../../shared/adapters/graph/graph-carrier.ts';
import { usualTime as smtpTime } from '../../shared/adapters/smtp/smtp-carrier.ts';
import { partMilliseconds, parts } from '../../shared/mail/operating/retention.ts';
import { mailSettings } from '../../shared/mail-settings.ts';
import { mostDequeues } from '../../shared/mail/sending/send-mail.ts';
import { seconds } from '../../shared/clock.ts';
import { longestRun } from '../../shared/tenants/warm-tokens.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Every value with its name in dots: `extensions.queues.batchSize`. */
function leaves(value: unknown, name = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, name === '' ? key : `${name}.${key}`));
}

const rows = read('docs/host.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('docs/host.md has every setting of host.json with its value, and no other', () => {
  const told = rows.map(([name = '', value = '']) => [name.slice(1, -1), value.slice(1, -1)]);
  assert.deepEqual(told, leaves(JSON.parse(read('host.json'))));
});

test('docs/host.md has a reason and a source for each', () => {
  for (const [name, , reason = '', source = ''] of rows) {
    assert.ok(reason.length > 40, name);
    assert.match(source, /\]\(https:\/\/[^)]+\)/, name);
  }
});

const { functionTimeout, queues } = readHostJson(root);
const messageLock = mailSettings.TENANTPOST_MESSAGE_LOCK_SECONDS.parse(undefined) * seconds;

test('every part of the app ends by itself before the host ends it, and its process', () => {
  const ends = {
    warming: longestRun,
    retention: parts.length * partMilliseconds,
    'a large mail by Graph': graphTime + answerWithin,
    'a mail by SMTP': smtpTime,
  };
  for (const [what, milliseconds] of Object.entries(ends)) assert.ok(milliseconds < functionTimeout, what);
});

test('a run that the host has ended is over before its message is shown to another', () => {
  assert.ok(functionTimeout < messageLock);
});

test('the tries of a message that fails take longer than a restart, and end before those of its lock', () => {
  const tries = (mostDequeues - 1) * queues.visibilityTimeout;
  assert.ok(tries >= 60 * seconds && tries < messageLock, `${tries}`);
});

test('an instance takes the same number of messages at a time, however many processors it has', () => {
  assert.equal(queues.batchSize + queues.newBatchThreshold, 12);
  assert.match(read('host.json'), /"newBatchThreshold": 4/);
});
