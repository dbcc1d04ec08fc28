/** SendMail while the end of a job cannot be published: its end stands, and is told when that is possible. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, minutes } from '../../../../../shared/clock.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { failing, withCode } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, type MailRoom } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aTenant } from '../../../../support/tenant.ts';

const ends: Record<string, () => MailRoom> = {
  sent: () => aMailRoom(),
  failed: () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_FORBIDDEN');
    return room;
  },
  unknown: () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_UNCONFIRMED');
    return room;
  },
  refused: () => aMailRoom(aTenant({ state: 'revoked' })),
};

/** What was put on the queue last comes, at its time. */
async function comesAgain({ queue, clock, sendMail }: MailRoom): Promise<void> {
  clock.advance(queue.returned.at(-1)?.delayMilliseconds ?? 0);
  await sendMail.handle(queue.messages.at(-1));
}

for (const [state, make] of Object.entries(ends)) {
  test(`a job that is ${state} is not tried again for an events queue that is down, and its end is told once that is up`, async () => {
    const room = make();
    const { publish } = room.events;
    room.events.publish = failing('STORAGE_UNAVAILABLE');
    await room.sendMail.handle(aMailJob());
    const [row, tried] = [room.row(), room.sent.length];
    assert.equal(row?.state, state);

    await room.tenants.save(aTenant());
    room.carrier.answer = () => Promise.resolve({ requestId: 'request-2' });
    for (let looks = 0; looks < 3; looks += 1) await comesAgain(room);
    room.events.publish = publish;
    await comesAgain(room);
    assert.deepEqual([room.row(), room.sent.length], [row, tried]);
    assert.deepEqual(room.published, [row]);
    assert.equal(room.queue.messages.length, 4);
  });
}

test('the message that waits to tell an end has nothing of the job but its id, and comes ever more rarely', async () => {
  const room = aMailRoom();
  room.events.publish = failing('STORAGE_UNAVAILABLE');
  await room.sendMail.handle(aMailJob());
  const until = room.clock.now() + 20 * 24 * hours;
  for (let looks = 0; looks < 1000 && room.clock.now() < until; looks += 1) await comesAgain(room);
  assert.doesNotMatch(JSON.stringify(room.queue.messages), /billing|customer|subject/);
  const delays = room.queue.returned.map(({ delayMilliseconds }) => delayMilliseconds);
  assert.equal(delays[0], 1 * minutes);
  assert.ok(delays.every((delay) => delay <= 24 * hours));
  assert.ok(delays.length < 40, `${delays.length} looks in 20 days`);
});

test('an end that retention has removed before it could be told is not told, and its mail is not sent again', async () => {
  const room = aMailRoom();
  room.events.publish = failing('STORAGE_UNAVAILABLE');
  await room.sendMail.handle(aMailJob());
  room.outcomes.remove(contoso, 'invoice-4711');
  await comesAgain(room);
  assert.deepEqual([room.sent.length, room.row(), room.queue.messages.length], [1, undefined, 1]);
});

test('an end that is no longer the row’s is told by who changed it', async () => {
  const room = aMailRoom();
  const { publish } = room.events;
  room.events.publish = failing('STORAGE_UNAVAILABLE');
  await room.sendMail.handle(aMailJob());
  room.outcomes.put(anOutcome({ state: 'scheduled' }));
  room.events.publish = publish;
  await comesAgain(room);
  assert.deepEqual([room.published, room.row()?.state, room.sent.length], [[], 'scheduled', 1]);
});

test('a message that only looks like it is refused like any other', async () => {
  for (const end of [
    '',
    '{}',
    '{"tenantId":"../x","id":"a","etag":"W/1"}',
    `{"tenantId":"${contoso}","id":"!x","etag":""}`,
  ]) {
    const room = aMailRoom();
    await room.sendMail.handle(`tenantpost end=${end}`);
    assert.deepEqual([room.outcomes.poisoned.length, room.published.length], [1, 1]);
  }
});

test('an end that can neither be published nor kept for later throws, so that the queue keeps the message', async () => {
  const room = aMailRoom();
  room.events.publish = failing('STORAGE_UNAVAILABLE');
  room.queue.put = failing('STORAGE_UNAVAILABLE');
  await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
  assert.equal(room.row()?.state, 'sent');
});
