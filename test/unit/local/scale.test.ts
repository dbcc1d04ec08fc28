/** docs/scale.md says what its arithmetic makes, and its arithmetic reckons with what the code does. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { inputs } from '../../../local/scale/inputs.ts';
import { scaleFile, scalePage } from '../../../local/scale/page.ts';
import { seconds } from '../../../shared/clock.ts';
import { aMailJob } from '../../support/mail-job.ts';
import { aMailRoom } from '../../support/mail-room.ts';

test('docs/scale.md has the tables that its arithmetic makes (npm run docs writes them)', async () => {
  assert.equal(readFileSync(scaleFile, 'utf8'), await scalePage());
});

test('a message that goes at once costs the table transactions that docs/scale.md reckons with, and no read', async () => {
  const { sendMail, outcomes, queue, sent } = aMailRoom();
  await sendMail.handle(JSON.stringify(aMailJob({ id: 'first' })));
  const before = { commits: outcomes.commits.length, reads: outcomes.reads.length };
  await sendMail.handle(JSON.stringify(aMailJob({ id: 'second' })));
  const { tableTransactions } = inputs.callsPerMessage;
  assert.equal(outcomes.commits.length - before.commits, tableTransactions);
  assert.equal(outcomes.reads.length - before.reads, 0);
  for (const changes of outcomes.commits.slice(-tableTransactions)) {
    assert.equal(changes.length, inputs.rowsPerTransaction);
  }
  assert.deepEqual([sent.length, queue.messages.length], [2, 0]);
});

test('a message that is given its turn costs what docs/scale.md reckons with beyond that', async () => {
  const { sendMail, carrier, outcomes, queue, sent, clock } = aMailRoom();
  const answered = Promise.withResolvers<{ requestId: string }>();
  carrier.answer = () => answered.promise;
  // As many as may be under way at a time.
  const going = ['a', 'b', 'c', 'd'].map((id) => sendMail.handle(JSON.stringify(aMailJob({ id }))));
  while (sent.length < going.length) await setImmediate();
  const before = outcomes.commits.length;
  await sendMail.handle(JSON.stringify(aMailJob({ id: 'late' })));
  assert.equal(outcomes.commits.length - before, inputs.callsPerTurn.tableTransactions);
  assert.equal(queue.messages.length, inputs.callsPerTurn.puts);
  answered.resolve({ requestId: 'request-1' });
  await Promise.all(going);

  clock.advance(60 * seconds);
  const waited = outcomes.commits.length;
  await sendMail.handle(queue.messages[0]);
  assert.equal(outcomes.commits.length - waited, inputs.callsPerMessage.tableTransactions);
  assert.equal(sent.length, going.length + 1);
});
