/** SendMail and a send that may have happened: the mailbox is asked, once it has settled, before anything is sent again. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../../shared/clock.ts';
import { fingerprint } from '../../../../../shared/mail/job/mail-job.ts';
import type { DraftProgress } from '../../../../../shared/mail/outcome.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { failing, withCode } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, assertDelay, type MailRoom, poisonCodes } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';
import { aToken } from '../../../../support/unsigned-token.ts';

const begun: DraftProgress = { draftId: 'draft-1', step: 'submitting', attached: 0 };

/** Its token may read the mailbox; the answer to the first send is lost. */
async function aRoomInDoubt(overrides: Record<string, unknown> = {}): Promise<MailRoom> {
  const room = aMailRoom();
  room.tokens.get = (tenantId) => Promise.resolve(aToken({ tenantId, roles: ['Mail.Send', 'Mail.Read'] }));
  room.carrier.answer = failing('SEND_UNCONFIRMED', { detail: { requestId: 'request-0' } });
  await room.sendMail.handle(aMailJob(overrides));
  room.carrier.answer = () => Promise.resolve({ requestId: 'request-2' });
  return room;
}

/** The message comes again when it was put back for. */
async function comesAgain({ queue, clock, sendMail }: MailRoom): Promise<void> {
  clock.advance(queue.returned.at(-1)?.delayMilliseconds ?? 0);
  await sendMail.handle(queue.messages.at(-1));
}

describe('a lost answer', () => {
  test('leaves the row as it is, with the time at which the mailbox will be asked', async () => {
    const room = await aRoomInDoubt();
    const facts = { code: 'SEND_UNCONFIRMED', requestId: 'request-0', notBefore: noon + 5 * minutes } as const;
    assert.deepEqual(room.row(), anOutcome(facts));
    assert.deepEqual(room.queue.returned, [{ text: JSON.stringify(aMailJob()), delayMilliseconds: 5 * minutes }]);
    assert.deepEqual([room.asked, room.outcomes.poisoned, room.published], [[], [], []]);
  });

  test('is not asked about before, by whatever delivery', async () => {
    const room = await aRoomInDoubt();
    room.clock.advance(4 * minutes);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.asked.length, room.sent.length], [0, 1]);
    assert.equal(room.queue.returned.at(-1)?.delayMilliseconds, 1 * minutes);
  });

  test('ends the job as sent when the mailbox has it', async () => {
    const room = await aRoomInDoubt();
    room.carrier.finding = () => Promise.resolve({ kind: 'sent' });
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.row()?.tries, room.sent.length], ['sent', 1, 1]);
    assert.equal(room.row()?.code, undefined);
    assert.deepEqual(room.published, [room.row()]);
  });

  test('has the mail sent again when the mailbox has not', async () => {
    const room = await aRoomInDoubt();
    room.carrier.finding = () => Promise.resolve({ kind: 'not-sent' });
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.sent.length, room.row()?.requestId], ['sent', 2, 'request-2']);
  });

  test('leaves the outcome unknown when the mailbox cannot tell', async () => {
    const room = await aRoomInDoubt();
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.sent.length], ['unknown', 1]);
    assert.deepEqual(poisonCodes(room), ['SEND_UNCONFIRMED']);
  });

  test('has the mail sent again when nobody can tell, and its producer rather has two than none', async () => {
    const room = await aRoomInDoubt({ onUnknown: 'resend' });
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.sent.length], ['sent', 2]);
  });

  test('is sent again for such a producer three times at most', async () => {
    const room = await aRoomInDoubt({ onUnknown: 'resend' });
    room.carrier.answer = failing('SEND_UNCONFIRMED');
    for (let looks = 0; looks < 10 && room.row()?.state === 'sending'; looks += 1) await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.sent.length, room.row()?.tries], ['unknown', 4, 4]);
    assert.deepEqual(poisonCodes(room), ['SEND_UNCONFIRMED']);
  });

  test('and a mail that was sent again has not failed, whatever became of the second one: nobody knows of the first', async () => {
    for (const answer of [failing('SEND_FORBIDDEN'), failing('SEND_THROTTLED', { retryAfterSeconds: 3600 })]) {
      const room = await aRoomInDoubt({ onUnknown: 'resend', expiresAt: new Date(noon + 30 * minutes).toISOString() });
      room.carrier.answer = answer;
      for (let looks = 0; looks < 10 && room.row()?.endedAt === undefined; looks += 1) await comesAgain(room);
      assert.deepEqual([room.row()?.state, room.sent.length], ['unknown', 2]);
    }
  });

  test('and before it is sent again its row says so: a worker that dies then counts', async () => {
    const room = await aRoomInDoubt({ onUnknown: 'resend' });
    const seen: unknown[] = [];
    room.carrier.answer = () => {
      seen.push([room.row()?.state, room.row()?.resends]);
      return Promise.resolve({ requestId: undefined });
    };
    await comesAgain(room);
    assert.deepEqual(seen, [['sending', 1]]);
  });

  test('is not sent again when storage cannot write that down', async () => {
    const room = await aRoomInDoubt({ onUnknown: 'resend' });
    const commit = room.outcomes.commit.bind(room.outcomes);
    let commits = 0;
    room.outcomes.commit = (tenantId, changes) => {
      commits += 1;
      return commits > 2 ? failing('STORAGE_UNAVAILABLE')() : commit(tenantId, changes);
    };
    await assert.rejects(comesAgain(room), withCode('STORAGE_UNAVAILABLE'));
    assert.deepEqual([room.row()?.state, room.sent.length], ['sending', 1]);
  });

  test('is asked about ever more rarely while the mailbox cannot be asked', async () => {
    const room = await aRoomInDoubt();
    room.carrier.finding = failing('GRAPH_UNAVAILABLE');
    for (let looks = 0; looks < 10; looks += 1) await comesAgain(room);
    assertDelay(room.queue.returned.at(-1)?.delayMilliseconds, 15 * minutes);
    assert.deepEqual([room.row()?.state, room.sent.length], ['sending', 1]);
  });

  test('of a job whose tenant waits meanwhile is looked at ever more rarely, and its row stays', async () => {
    const room = await aRoomInDoubt();
    await room.tenants.save(aPendingTenant());
    const before = room.row();
    for (let looks = 0; looks < 10; looks += 1) await comesAgain(room);
    assertDelay(room.queue.returned.at(-1)?.delayMilliseconds, 15 * minutes);
    assert.deepEqual([room.row(), room.asked], [before, []]);
  });

  test('is asked about later when the mailbox cannot be asked now', async () => {
    const room = await aRoomInDoubt();
    room.carrier.finding = failing('GRAPH_UNAVAILABLE', { retryAfterSeconds: 60 });
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.row()?.code], ['sending', 'SEND_UNCONFIRMED']);
    assertDelay(room.queue.returned.at(-1)?.delayMilliseconds, 1 * minutes);

    room.carrier.finding = () => Promise.resolve({ kind: 'sent' });
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.sent.length], ['sent', 1]);
  });

  test('and a token that is refused when the mailbox is asked is replaced', async () => {
    const room = await aRoomInDoubt();
    room.carrier.finding = failing('SEND_TOKEN_REFUSED');
    await comesAgain(room);
    assert.deepEqual([room.refused, room.row()?.state], [[contoso], 'sending']);
  });

  test('is asked about by one worker, however many deliveries there are', async () => {
    const room = await aRoomInDoubt();
    room.carrier.finding = () => Promise.resolve({ kind: 'not-sent' });
    room.clock.advance(5 * minutes);
    await Promise.all(Array.from({ length: 6 }, () => room.sendMail.handle(aMailJob())));
    assert.deepEqual([room.asked.length, room.sent.length], [1, 2]);
  });

  test('of a job that has expired meanwhile: it is asked about, and not sent again', async () => {
    const room = await aRoomInDoubt({ expiresAt: new Date(noon + 2 * minutes).toISOString() });
    room.carrier.finding = () => Promise.resolve({ kind: 'not-sent', progress: begun });
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.row()?.code, room.sent.length], ['failed', 'JOB_EXPIRED', 1]);
    assert.deepEqual(room.discarded, [begun]);
  });

  test('of a job whose tenant has withdrawn meanwhile leaves the outcome unknown: nobody can be asked', async () => {
    const room = await aRoomInDoubt();
    await room.tenants.save(aTenant({ state: 'revoked' }));
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.asked], ['unknown', []]);
    assert.deepEqual(poisonCodes(room), ['SEND_UNCONFIRMED']);
  });
});

describe('where a mailbox cannot be asked at all', () => {
  test('a lost answer leaves the outcome unknown at once: with Mail.Send alone', async () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_UNCONFIRMED');
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.row()?.state, room.queue.returned], ['unknown', []]);
  });

  test('and over SMTP', async () => {
    const room = aMailRoom();
    room.carrier.transport = 'smtp';
    room.tokens.get = (tenantId) => Promise.resolve(aToken({ tenantId, roles: ['SMTP.SendAsApp', 'Mail.Read'] }));
    room.carrier.answer = failing('SEND_UNCONFIRMED');
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.row()?.state, room.row()?.transport], ['unknown', 'smtp']);
  });

  test('the mail is sent again after the settling time when its producer wants that', async () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_UNCONFIRMED');
    await room.sendMail.handle(aMailJob({ onUnknown: 'resend' }));
    assert.equal(room.queue.returned[0]?.delayMilliseconds, 5 * minutes);
    room.carrier.answer = () => Promise.resolve({ requestId: undefined });
    await comesAgain(room);
    assert.deepEqual([room.row()?.state, room.sent.length, room.asked], ['sent', 2, []]);
  });

  test('a tenant may say so for all its jobs, and a job otherwise for itself', async () => {
    for (const [onUnknown, state] of [
      [undefined, 'sending'],
      ['hold', 'unknown'],
    ] as const) {
      const room = aMailRoom(aTenant({ onUnknown: 'resend' }));
      room.carrier.answer = failing('SEND_UNCONFIRMED');
      await room.sendMail.handle(aMailJob({ onUnknown }));
      assert.equal(room.row()?.state, state);
    }
  });
});

describe('a worker that died', () => {
  test('after it wrote down that a draft is on its way: the mailbox is asked, with what was written down', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome({ progress: begun }));
    room.carrier.finding = () => Promise.resolve({ kind: 'sent', requestId: 'request-3' });
    room.clock.advance(10 * minutes);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.asked, room.sent, room.row()?.state], [[begun], [], 'sent']);
    assert.equal(room.row()?.requestId, 'request-3');
    assert.equal(room.row()?.progress, undefined);
  });

  test('and comes back writes nothing any more', async () => {
    const room = aMailRoom();
    room.carrier.answer = async ({ record }) => {
      // Meanwhile another one has taken the job over.
      room.outcomes.put(anOutcome({ tries: 2 }));
      await record(begun);
      assert.fail('goes on');
    };
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(room.row(), anOutcome({ tries: 2 }));
    assert.deepEqual([room.queue.returned, room.outcomes.poisoned], [[], []]);
    assert.ok(room.log.events().includes('job.claim-lost'));
  });
});

test('what a delivery writes down is in the row, and the next worker goes on from there', async () => {
  const room = aMailRoom();
  const attaching: DraftProgress = { draftId: 'draft-1', step: 'attaching', attached: 2 };
  room.carrier.answer = async ({ record }) => {
    await record(attaching);
    return failing('SEND_THROTTLED', { retryAfterSeconds: 60 })();
  };
  await room.sendMail.handle(aMailJob());
  assert.deepEqual([room.row()?.state, room.row()?.progress], ['scheduled', attaching]);
  const seen: unknown[] = [];
  room.carrier.answer = ({ progress }) => {
    seen.push(progress);
    return Promise.resolve({ requestId: undefined });
  };
  await comesAgain(room);
  assert.deepEqual([seen, room.row()?.state], [[attaching], 'sent']);
});

test('a delivery by drafts asks the mailbox even before a draft is written down, whatever roles the token names', async () => {
  const room = aMailRoom();
  room.outcomes.put(anOutcome({ fingerprint: fingerprint(aMailJob({ delivery: 'exactly-once' })) }));
  room.carrier.finding = () => Promise.resolve({ kind: 'not-sent' });
  room.clock.advance(10 * minutes);
  await room.sendMail.handle(aMailJob({ delivery: 'exactly-once' }));
  assert.deepEqual([room.asked, room.sent.length, room.row()?.state], [[undefined], 1, 'sent']);
});
