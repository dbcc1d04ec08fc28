/** SendMail and time: a job's own, its cancellation, and its turn at its mailbox. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes, seconds } from '../../../../../shared/clock.ts';
import { emptyGate, hold } from '../../../../../shared/mail/gate/gate-state.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { failing } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, type MailRoom, poisonCodes } from '../../../../support/mail-room.ts';
import { anOutcome, anUnclaimedOutcome } from '../../../../support/outcome.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';

const days = 24 * hours;
const at = (time: number): string => new Date(time).toISOString();

/** As the queue would: each message when its delay is over, for as long as there are any. */
async function untilQuiet({ queue, clock, sendMail }: MailRoom): Promise<number> {
  let handled = 0;
  for (let next = 0; next < queue.messages.length; next += 1) {
    clock.advance(queue.returned[next]?.delayMilliseconds ?? 0);
    await sendMail.handle(queue.messages[next]);
    handled += 1;
  }
  return handled;
}

/** The same for so long, of a job that waits in whatever steps. */
async function waits({ queue, clock, sendMail }: MailRoom, item: object, milliseconds: number): Promise<void> {
  const until = clock.now() + milliseconds;
  await sendMail.handle(item);
  while (clock.now() < until) {
    const put = queue.returned.at(-1)?.delayMilliseconds ?? 0;
    assert.ok(put > 0);
    clock.advance(put);
    await sendMail.handle(queue.messages.at(-1));
  }
}

describe('a job with a notBefore', () => {
  test('waits for it, and its row says so', async () => {
    const room = aMailRoom();
    const item = aMailJob({ notBefore: at(noon + 3 * hours) });
    await room.sendMail.handle(item);
    assert.deepEqual(room.queue.returned, [{ text: JSON.stringify(item), delayMilliseconds: 3 * hours }]);
    const { fingerprint: _, ...row } = room.row() ?? anOutcome();
    const { fingerprint: __, ...wanted } = anUnclaimedOutcome({ tries: 0, notBefore: noon + 3 * hours });
    assert.deepEqual(row, wanted);
    await untilQuiet(room);
    assert.deepEqual([room.row()?.state, room.sent.length], ['sent', 1]);
  });

  test('further away than a queue hides a message is put back as often as it takes', async () => {
    const room = aMailRoom();
    const put = room.queue.put.bind(room.queue);
    room.queue.put = (text, delay) => put(text, Math.min(delay, 7 * days));
    await room.sendMail.handle(aMailJob({ notBefore: at(noon + 30 * days) }));
    assert.equal(await untilQuiet(room), 5);
    assert.deepEqual([room.row()?.state, room.row()?.updatedAt], ['sent', noon + 30 * days]);
  });

  test('that is over is sent at once', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob({ notBefore: at(noon - hours) }));
    assert.equal(room.row()?.state, 'sent');
  });

  test('keeps its content from being swept away', async () => {
    const room = aMailRoom();
    const text = room.content.hold('jobs/text', 'It is attached.');
    await room.sendMail.handle(aMailJob({ text, notBefore: at(noon + 30 * days) }));
    assert.deepEqual(room.content.touched, ['jobs/text']);
  });

  test('and one that waits for its tenant keep theirs, once a day', async () => {
    const room = aMailRoom(aPendingTenant());
    const text = room.content.hold('jobs/text', 'It is attached.');
    const item = aMailJob({ text });
    await waits(room, item, 3 * days);
    assert.equal(room.content.touched.length, 3);
  });

  test('and so do those of a mailbox that an operator holds without an end', async () => {
    const room = aMailRoom();
    const text = room.content.hold('jobs/text', 'It is attached.');
    const gate = hold(emptyGate, { by: 'operator', since: noon, code: 'MAILBOX_HELD' });
    await room.outcomes.commit(contoso, [{ kind: 'gate', mailbox: 'billing@contoso.example', gate }]);
    await waits(room, aMailJob({ text }), 3 * days);
    assert.deepEqual([room.content.touched.length, room.row()?.code], [3, 'MAILBOX_HELD']);
  });

  test('and so do those to which Graph says again and again', async () => {
    const room = aMailRoom();
    const text = room.content.hold('jobs/text', 'It is attached.');
    room.carrier.answer = failing('GRAPH_UNAVAILABLE');
    await waits(room, aMailJob({ text }), 3 * days);
    assert.deepEqual([room.content.touched.length, room.row()?.code], [3, 'GRAPH_UNAVAILABLE']);
  });

  test('is refused at once when its tenant never consented, and not in a month', async () => {
    const room = aMailRoom(aTenant({ state: 'revoked' }));
    await room.sendMail.handle(aMailJob({ notBefore: at(noon + 30 * days) }));
    assert.deepEqual(poisonCodes(room), ['TENANT_NOT_CONSENTED']);
  });
});

describe('a job with an expiresAt', () => {
  test('that is over is refused', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob({ expiresAt: at(noon) }));
    assert.deepEqual([room.row()?.state, room.row()?.code, room.sent], ['refused', 'JOB_EXPIRED', []]);
    assert.equal(room.row()?.field, '/expiresAt');
  });

  test('that comes while it waits is refused then', async () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_THROTTLED', { retryAfterSeconds: 3600 });
    await room.sendMail.handle(aMailJob({ expiresAt: at(noon + 10 * minutes) }));
    await untilQuiet(room);
    assert.deepEqual([room.row()?.state, room.row()?.code, room.sent.length], ['refused', 'JOB_EXPIRED', 1]);
  });

  test('that is ahead is sent', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob({ expiresAt: at(noon + 1 * seconds) }));
    assert.equal(room.row()?.state, 'sent');
  });
});

describe('a job that was cancelled', () => {
  test('is not sent', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome({ state: 'cancelled' }));
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.sent, room.row()?.state], [[], 'cancelled']);
    assert.equal(room.outcomes.poisoned.length, 0);
  });

  test('before it came is not sent', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome({ state: 'cancelled', fingerprint: '' }));
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.sent, room.row()?.state], [[], 'cancelled']);
  });

  test('while its message waited is not sent, whatever version its postmark names', async () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_THROTTLED', { retryAfterSeconds: 60 });
    await room.sendMail.handle(aMailJob());
    room.outcomes.put(anOutcome({ state: 'cancelled' }));
    await untilQuiet(room);
    assert.deepEqual([room.sent.length, room.row()?.state], [1, 'cancelled']);
  });

  test('with a draft begun leaves none behind', async () => {
    const progress = { draftId: 'draft-1', step: 'attaching', attached: 1 } as const;
    const room = aMailRoom();
    room.outcomes.put(anOutcome({ state: 'cancelled', progress }));
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.discarded, room.sent], [[progress], []]);
  });
});

describe('a mailbox', () => {
  const jobs = (count: number) => Array.from({ length: count }, (_, index) => aMailJob({ id: `blast-${index}` }));

  test('lets a few go at once, and gives each of the others its time', async () => {
    const room = aMailRoom();
    await Promise.all(jobs(40).map((job) => room.sendMail.handle(job)));
    assert.ok(room.sent.length >= 4 && room.sent.length < 10, `${room.sent.length} at once`);
    const waiting = room.outcomes.written.filter(({ state }) => state === 'scheduled');
    assert.equal(waiting.length, 40 - room.sent.length);
    assert.ok(waiting.every(({ code, notBefore = 0 }) => code === 'MAILBOX_PACED' && notBefore > noon));
    assert.deepEqual([room.outcomes.poisoned, new Set(waiting.map(({ tries }) => tries))], [[], new Set([0])]);
  });

  test('never sends more than its limit in any minute, and each job comes but once more', async () => {
    const room = aMailRoom();
    const times: number[] = [];
    room.carrier.answer = () => {
      times.push(room.clock.now());
      return Promise.resolve({ requestId: undefined });
    };
    await Promise.all(jobs(100).map((job) => room.sendMail.handle(job)));
    // By their time, as the queue would show them, in whole seconds.
    const start = room.clock.now();
    const byTime = room.queue.messages
      .map((message, index) => ({
        message,
        due: start + Math.ceil((room.queue.returned[index]?.delayMilliseconds ?? 0) / 1000) * 1000,
      }))
      .sort((a, b) => a.due - b.due);
    for (const { message, due } of byTime) {
      room.clock.advance(Math.max(0, due - room.clock.now()));
      await room.sendMail.handle(message);
    }
    assert.equal(times.length, 100);
    for (const time of times) {
      assert.ok(times.filter((one) => one >= time && one < time + minutes).length <= 30);
    }
  });

  test('does not keep another one waiting', async () => {
    const room = aMailRoom();
    await Promise.all(jobs(40).map((job) => room.sendMail.handle(job)));
    const before = room.sent.length;
    await room.sendMail.handle(aMailJob({ id: 'other', from: 'other@contoso.example' }));
    assert.equal(room.sent.length, before + 1);
  });

  test('that Microsoft wants to pause pauses for all its mail, and each job is told until when', async () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_THROTTLED', { retryAfterSeconds: 600 });
    await room.sendMail.handle(aMailJob({ id: 'first' }));
    room.carrier.answer = () => Promise.resolve({ requestId: undefined });
    for (const id of ['second', 'third']) await room.sendMail.handle(aMailJob({ id }));
    assert.equal(room.sent.length, 1);
    const rows = ['first', 'second', 'third'].map((id) => room.outcomes.row(contoso, id));
    assert.deepEqual(
      rows.map((row) => row?.code),
      ['SEND_THROTTLED', 'MAILBOX_HELD', 'MAILBOX_HELD'],
    );
    const due = rows.map((row) => row?.notBefore ?? 0);
    assert.ok(due.every((time) => time >= noon + 600 * seconds));
    assert.equal(new Set(due).size, 3, 'not all at once');
  });

  test('whose day is used up waits for hours', async () => {
    const room = aMailRoom();
    room.carrier.answer = failing('MAILBOX_QUOTA');
    await room.sendMail.handle(aMailJob());
    assert.ok((room.queue.returned[0]?.delayMilliseconds ?? 0) >= 1 * hours);
    await room.sendMail.handle(aMailJob({ id: 'second' }));
    assert.equal(room.outcomes.row(contoso, 'second')?.code, 'MAILBOX_QUOTA');
  });

  test('costs two transactions a message, and no read', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob());
    const before = [room.outcomes.commits.length, room.outcomes.reads.length] as const;
    await room.sendMail.handle(aMailJob({ id: 'second' }));
    assert.deepEqual([room.outcomes.commits.length - before[0], room.outcomes.reads.length - before[1]], [2, 0]);
  });

  test('costs a job that had to wait no read either: its postmark has the row', async () => {
    const room = aMailRoom();
    await Promise.all(jobs(6).map((job) => room.sendMail.handle(job)));
    const { reads, commits } = room.outcomes;
    const [message] = room.queue.messages;
    assert.ok(message !== undefined);
    room.clock.advance(room.queue.returned[0]?.delayMilliseconds ?? 0);
    const before = [commits.length, reads.length] as const;
    await room.sendMail.handle(message);
    assert.deepEqual([commits.length - before[0], reads.length - before[1]], [2, 0]);
  });
});
