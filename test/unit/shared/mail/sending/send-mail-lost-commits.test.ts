/** SendMail and transactions that were written although their answers were lost: no message leaves the queue before its job has ended. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../../shared/clock.ts';
import type { DraftProgress } from '../../../../../shared/mail/outcome.ts';
import { failing } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, aMailRoomWith, type MailRoom } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';

const begun: DraftProgress = { draftId: 'draft-1', step: 'attaching', attached: 0 };

/** What the delivery writes down is written, and it is told that storage failed. */
function losesTheAnswerToARecord(room: MailRoom, then: (error: unknown) => Promise<never>): void {
  const { outcomes } = room;
  const commit = outcomes.commit.bind(outcomes);
  room.carrier.answer = async ({ record }) => {
    outcomes.commit = async (tenantId, changes) => {
      await commit(tenantId, changes);
      outcomes.commit = commit;
      return failing('STORAGE_UNAVAILABLE')();
    };
    try {
      await record(begun);
    } catch (error) {
      return then(error);
    }
    return assert.fail('goes on');
  };
}

describe('a delivery that wrote down how far it came, and was not told that it had', () => {
  const ways: Record<string, (error: unknown) => Promise<never>> = {
    'and is to be tried again': (error) => Promise.reject(error as Error),
    'and may have left something behind': failing('SEND_UNCONFIRMED'),
  };

  for (const [what, then] of Object.entries(ways)) {
    test(`${what} stays on the queue, and the job comes to its end`, async () => {
      const room = aMailRoom();
      losesTheAnswerToARecord(room, then);
      await room.sendMail.handle(aMailJob({ delivery: 'exactly-once' }));
      assert.deepEqual([room.row()?.state, room.row()?.progress], ['sending', begun]);

      room.carrier.answer = () => Promise.resolve({ requestId: 'request-2' });
      room.carrier.finding = () => Promise.resolve({ kind: 'not-sent', progress: begun });
      for (let looks = 0; looks < 5 && room.row()?.state !== 'sent'; looks += 1) {
        const last = room.queue.returned.at(-1);
        assert.ok(last, 'there is no message of it any more');
        room.clock.advance(last.delayMilliseconds);
        await room.sendMail.handle(room.queue.messages.at(-1));
      }
      assert.deepEqual([room.row()?.state, room.asked], ['sent', [begun]]);
    });
  }
});

/** Its worker stands still once it has claimed a job. */
function frozenFor(milliseconds: number, meanwhile?: () => void): MailRoom {
  const wait = (): Promise<void> => {
    room.clock.advance(milliseconds);
    meanwhile?.();
    return Promise.resolve();
  };
  const room = aMailRoomWith({ wait });
  return room;
}

describe('a worker that was frozen between its claim and the request', () => {
  test('sends nothing when another one has taken the job over', async () => {
    const room: MailRoom = frozenFor(11 * minutes, () => {
      room.outcomes.put(anOutcome({ tries: 2, updatedAt: room.clock.now() }));
    });
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.sent, room.row()?.tries], [[], 2]);
    assert.ok(room.log.events().includes('job.claim-lost'));
  });

  test('says that it is at it again, and sends, when nobody has', async () => {
    const room = frozenFor(9 * minutes);
    const seen: unknown[] = [];
    room.carrier.answer = () => {
      seen.push(room.row()?.updatedAt);
      return Promise.resolve({ requestId: 'request-1' });
    };
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([seen, room.row()?.state], [[room.clock.now()], 'sent']);
  });
});
