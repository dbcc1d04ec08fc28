/** SendMail while storage fails, and the order in which it writes because storage may. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aMailJob } from '../../../support/mail-job.ts';
import { aMailRoom, type MailRoom } from '../../../support/mail-room.ts';
import { anOutcome } from '../../../support/outcome.ts';

describe('when storage fails', () => {
  test('after the mail has left, it throws: the mail is neither put back nor sent again, then or ever', async () => {
    const room = aMailRoom();
    const { outcomes, clock } = room;
    const replace = outcomes.replace.bind(outcomes);
    outcomes.replace = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(room.sent.length, 1);
    assert.deepEqual([room.queue.returned, room.queue.poisoned], [[], []]);

    // The queue delivers it again, host.json says after 30 seconds; the table is back.
    outcomes.replace = replace;
    clock.advance(30 * seconds);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(
      room.queue.returned.map(({ delayMilliseconds }) => delayMilliseconds),
      [9.5 * minutes],
    );
    clock.advance(9.5 * minutes);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'unknown');
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
  });

  test('after the mail has left, the log still has what Graph called it', async () => {
    const room = aMailRoom();
    room.outcomes.replace = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.match(JSON.stringify(room.log.lines), /request-1/);
  });

  test('before the claim, nothing is sent and the queue keeps the message', async () => {
    for (const method of ['insert', 'read', 'replace'] as const) {
      const room = aMailRoom();
      room.outcomes.put(anOutcome({ state: 'scheduled' }));
      room.outcomes[method] = failing('STORAGE_UNAVAILABLE');
      await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual([room.sent, room.queue.returned, room.queue.poisoned], [[], [], []]);
    }
  });

  test('on the tenants, the job waits', async () => {
    const room = aMailRoom();
    room.tenants.find = failing('STORAGE_UNAVAILABLE');
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.code, 'STORAGE_UNAVAILABLE');
    assert.equal(room.queue.returned.length, 1);
    assert.deepEqual(room.sent, []);
  });

  test('on the put-back, it throws, and the row does not say that the job is being sent', async () => {
    const room = aMailRoom();
    room.queue.putBack = failing('STORAGE_UNAVAILABLE');
    room.transport.answer = failing('SEND_THROTTLED');
    await assert.rejects(room.sendMail.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(room.row()?.state, 'scheduled');
  });
});

describe('a job that goes to poison', () => {
  const ways: Record<string, (room: MailRoom) => unknown> = {
    'because it is no mail job': () => aMailJob({ subject: 7 }),
    'because its tenant is gone': ({ tenants }) => {
      tenants.rows.clear();
      return aMailJob();
    },
    'because Graph refused it': ({ transport }) => {
      transport.answer = failing('SEND_FORBIDDEN');
      return aMailJob();
    },
    'because its answer was lost': ({ transport }) => {
      transport.answer = failing('SEND_UNCONFIRMED');
      return aMailJob();
    },
  };

  for (const [why, prepare] of Object.entries(ways)) {
    test(`${why} lies there before its row is final`, async () => {
      const room = aMailRoom();
      const item = prepare(room);
      const { outcomes, queue } = room;
      let stateThen: string | undefined;
      queue.poison = (entry) => {
        stateThen = room.row()?.state ?? 'no row';
        queue.poisoned.push(entry);
        return Promise.resolve();
      };
      await room.sendMail.handle(item);
      assert.ok(stateThen === 'sending' || stateThen === 'no row', stateThen);
      assert.match(outcomes.written.at(-1)?.state ?? '', /^(refused|failed|unknown)$/);
    });

    test(`${why} is not final when it cannot be put there`, async () => {
      const room = aMailRoom();
      const item = prepare(room);
      room.queue.poison = failing('STORAGE_UNAVAILABLE');
      await assert.rejects(room.sendMail.handle(item), withCode('STORAGE_UNAVAILABLE'));
      assert.match(room.row()?.state ?? 'no row', /^(sending|no row)$/);
    });
  }
});
