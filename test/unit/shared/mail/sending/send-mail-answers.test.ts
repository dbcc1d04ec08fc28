/** SendMail and the answer of the transport: what becomes of the job, and when it is tried again. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../../shared/clock.ts';
import { type ErrorCode, errorMeanings } from '../../../../../shared/errors.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { failing } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, assertDelay, poisonCodes } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPendingTenant } from '../../../../support/tenant.ts';
import { aTokenSource } from '../../../../support/token-source.ts';
import { aToken } from '../../../../support/unsigned-token.ts';

describe('what Graph answers', () => {
  const codes: ErrorCode[] = [
    'SEND_THROTTLED',
    'SEND_TOKEN_REFUSED',
    'GRAPH_UNAVAILABLE',
    'MAILBOX_NOT_FOUND',
    'SEND_FORBIDDEN',
    'SEND_REJECTED',
    'MAILBOX_FULL',
    'JOB_TOO_LARGE',
    'SEND_UNCONFIRMED',
  ];
  const detail = { status: 418, serviceCode: 'ErrorTeapot', requestId: 'request-2' };
  const graphs = { serviceCode: 'ErrorTeapot', requestId: 'request-2' };

  for (const code of codes.filter((one) => errorMeanings[one].disposition === 'again')) {
    test(`${code} puts the job back, and its row waits`, async () => {
      const room = aMailRoom();
      room.carrier.answer = failing(code, { detail });
      await room.sendMail.handle(aMailJob());
      const [returned, ...more] = room.queue.returned;
      assert.deepEqual([more, room.outcomes.poisoned], [[], []]);
      assert.equal(returned?.text, JSON.stringify(aMailJob()));
      const notBefore = noon + returned.delayMilliseconds;
      assert.deepEqual(room.row(), anOutcome({ ...graphs, state: 'scheduled', code, notBefore }));
      assert.deepEqual(room.refused, code === 'SEND_TOKEN_REFUSED' ? [contoso] : []);
      assert.deepEqual(room.log.events(), ['job.put-back']);

      room.carrier.answer = () => Promise.resolve({ requestId: 'request-3' });
      room.clock.advance(returned.delayMilliseconds);
      await room.sendMail.handle(room.queue.messages[0]);
      const sent = { state: 'sent', tries: 2, requestId: 'request-3', updatedAt: notBefore } as const;
      assert.deepEqual(room.row(), anOutcome(sent));
    });
  }

  for (const code of codes.filter((one) => errorMeanings[one].disposition === 'never')) {
    test(`${code} ends the job as failed, and its id is free again`, async () => {
      const room = aMailRoom();
      room.carrier.answer = failing(code, { detail });
      await room.sendMail.handle(aMailJob());
      assert.deepEqual(room.row(), anOutcome({ ...graphs, state: 'failed', code }));
      assert.deepEqual(poisonCodes(room), [code]);
      assert.equal(room.outcomes.poisoned[0]?.text, JSON.stringify(aMailJob()));
      assert.deepEqual([room.queue.returned, room.refused, room.stopped], [[], [], []]);

      room.carrier.answer = () => Promise.resolve({ requestId: 'request-3' });
      await room.sendMail.handle(aMailJob({ subject: 'Corrected' }));
      assert.equal(room.row()?.state, 'sent');
      assert.equal(room.sent.length, 2);
    });
  }

  test('SEND_UNCONFIRMED leaves the outcome unknown, and the job is never sent again', async () => {
    const room = aMailRoom();
    room.carrier.answer = failing('SEND_UNCONFIRMED', { detail });
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(room.row(), anOutcome({ ...graphs, state: 'unknown', code: 'SEND_UNCONFIRMED' }));
    assert.deepEqual(poisonCodes(room), ['SEND_UNCONFIRMED']);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
    assert.deepEqual(room.queue.returned, []);
    assert.equal(room.outcomes.poisoned.length, 1);
  });

  test('an error of the transport that nobody foresaw leaves the outcome unknown: it may have left', async () => {
    const room = aMailRoom();
    room.carrier.answer = () => Promise.reject(new TypeError('to anna@customer.example'));
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'unknown');
    assert.deepEqual(poisonCodes(room), ['SEND_UNCONFIRMED']);
    assert.doesNotMatch(room.outcomes.poisoned[0]?.reason.message ?? '', /anna/);
  });

  test('the cache is told of a token that was refused, and the next try has another', async () => {
    const room = aMailRoom();
    const { tokens, refused } = room;
    tokens.get = (tenantId) => Promise.resolve(aToken({ tenantId, value: refused.length === 0 ? 'stale' : 'fresh' }));
    room.carrier.answer = failing('SEND_TOKEN_REFUSED');
    await room.sendMail.handle(aMailJob());
    room.carrier.answer = () => Promise.resolve({ requestId: undefined });
    room.clock.advance(minutes);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(
      room.sent.map(({ token }) => token.value),
      ['stale', 'fresh'],
    );
  });

  test('a token that the table does not let go does not leave a job in doubt that never left', async () => {
    const room = aMailRoom();
    const { tokens: source, store, clock } = aTokenSource();
    const removals: string[] = [];
    room.tokens.get = (tenantId) => source.get(tenantId, 'graph');
    room.tokens.refused = (token) => source.refused(token);
    store.remove = (tenantId) => {
      removals.push(tenantId);
      return failing('STORAGE_UNAVAILABLE')();
    };
    await source.get(contoso, 'graph');
    clock.advance(20 * minutes);
    room.carrier.answer = failing('SEND_TOKEN_REFUSED');
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'scheduled');
    assert.deepEqual([room.sent.length, room.queue.returned.length, room.outcomes.poisoned], [1, 1, []]);
    assert.deepEqual(removals, [contoso]);
  });
});

describe('the delay before the next try', () => {
  async function delayAfter(tries: number, retryAfterSeconds?: number): Promise<number | undefined> {
    const room = aMailRoom();
    if (tries > 1) room.outcomes.put(anOutcome({ state: 'scheduled', tries: tries - 1 }));
    room.carrier.answer = failing('SEND_THROTTLED', retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.tries, tries);
    return room.queue.returned[0]?.delayMilliseconds;
  }

  test('is what the service asked for, however often it was tried', async () => {
    for (const tries of [1, 2, 30]) {
      assertDelay(await delayAfter(tries, 120), 120 * seconds);
      assertDelay(await delayAfter(tries, 3600), 3600 * seconds);
      assertDelay(await delayAfter(tries, 1), 1 * seconds);
    }
  });

  test('else doubles from 15 seconds to 15 minutes, and stays there', async () => {
    const wanted = [15, 30, 60, 120, 240, 480, 900, 900, 900];
    for (const [at, secondsWanted] of wanted.entries()) {
      assertDelay(await delayAfter(at + 1), secondsWanted * seconds);
    }
    for (const tries of [50, 1100, 100_000]) assertDelay(await delayAfter(tries), 15 * minutes);
  });

  test('is backed off where the service asks for none at all', async () => {
    assertDelay(await delayAfter(1, 0), 15 * seconds);
  });

  test('grows too for a job that waits for its tenant, and its row keeps when it came', async () => {
    const room = aMailRoom(aPendingTenant());
    for (const wanted of [15, 30, 60, 120]) {
      await room.sendMail.handle(aMailJob());
      assertDelay(room.queue.returned.at(-1)?.delayMilliseconds, wanted * seconds);
      room.clock.advance(minutes);
    }
    assert.equal(room.row()?.tries, 4);
    assert.deepEqual([room.row()?.createdAt, room.row()?.updatedAt], [noon, noon + 3 * minutes]);
  });

  test('is not the same for all, so that a herd spreads out', async () => {
    const delays = await Promise.all(Array.from({ length: 20 }, () => delayAfter(1)));
    assert.ok(new Set(delays).size > 1);
  });
});

test('a second delivery of a job that waits does not send it before its time', async () => {
  const room = aMailRoom();
  room.carrier.answer = failing('SEND_THROTTLED', { retryAfterSeconds: 3600 });
  await room.sendMail.handle(aMailJob());
  room.carrier.answer = () => Promise.resolve({ requestId: undefined });
  room.clock.advance(10 * minutes);
  await room.sendMail.handle(aMailJob());
  assert.equal(room.sent.length, 1);
  const [, again] = room.queue.returned;
  assert.ok((again?.delayMilliseconds ?? 0) >= 50 * minutes);
});
