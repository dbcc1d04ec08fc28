import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../../shared/clock.ts';
import { type ErrorCode, errorMeanings } from '../../../../../shared/errors.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { failing } from '../../../../support/failing.ts';
import { aMailJob, aParsedMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, aMailRoomWith, type MailRoom } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';
import { aToken } from '../../../../support/unsigned-token.ts';

describe('a mail job of an active tenant', () => {
  for (const [form, item] of Object.entries({
    'as the object that the host made of it': aMailJob(),
    'as JSON text': JSON.stringify(aMailJob()),
    'as base64': Buffer.from(JSON.stringify(aMailJob())).toString('base64'),
  })) {
    test(`${form} is sent once, and its row says so`, async () => {
      const room = aMailRoom();
      await room.sendMail.handle(item);
      const defaults = { delivery: 'standard', onUnknown: 'hold' };
      assert.deepEqual(room.sent, [{ job: { ...aParsedMailJob(), ...defaults }, token: aToken() }]);
      assert.deepEqual(room.row(), anOutcome({ state: 'sent', requestId: 'request-1' }));
      assert.deepEqual([room.queue.returned, room.outcomes.poisoned], [[], []]);
      assert.deepEqual(room.log.lines, [
        {
          level: 'information',
          event: 'job.sent',
          detail: { tenantId: contoso, id: 'invoice-4711', requestId: 'request-1' },
        },
      ]);
    });
  }

  test('is claimed before it is sent, and only then', async () => {
    const room = aMailRoom();
    const { tokens, carrier } = room;
    const seen: unknown[] = [];
    const get = tokens.get;
    tokens.get = (tenantId) => {
      seen.push(room.row());
      return get(tenantId);
    };
    carrier.answer = () => {
      seen.push(room.row());
      return Promise.resolve({ requestId: undefined });
    };
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(seen, [undefined, anOutcome()]);
    assert.deepEqual(room.row(), anOutcome({ state: 'sent' }), 'a receipt without an id leaves none');
  });

  test('is sent with the token of its own tenant', async () => {
    const room = aMailRoom(aTenant(), aTenant({ id: fabrikam }));
    await room.sendMail.handle(aMailJob({ tenant: fabrikam }));
    assert.equal(room.sent[0]?.token.tenantId, fabrikam);
    assert.equal(room.outcomes.row(fabrikam, 'invoice-4711')?.state, 'sent');
    assert.equal(room.row(), undefined);
  });
});

describe('a second delivery', () => {
  test('of a job that was sent does nothing', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob());
    const [written, row] = [room.outcomes.written.length, room.row()];
    room.clock.advance(minutes);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
    assert.deepEqual([room.queue.returned, room.outcomes.poisoned], [[], []]);
    assert.deepEqual([room.outcomes.written.length, room.row()], [written, row]);
    assert.deepEqual(room.published, [row, row], 'whoever was to be told of the end may not have been');
    assert.deepEqual(room.log.events(), ['job.sent', 'job.ended-before']);
  });

  test('of a job whose outcome is unknown does nothing', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome({ state: 'unknown' }));
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.sent, room.queue.returned, room.outcomes.poisoned], [[], [], []]);
    assert.equal(room.row()?.state, 'unknown');
  });

  test('of a job that was sent does nothing either when the tenant is gone or waits meanwhile', async () => {
    for (const tenant of [aTenant({ state: 'revoked' }), aPendingTenant()]) {
      const room = aMailRoom(tenant);
      room.outcomes.put(anOutcome({ state: 'sent' }));
      await room.sendMail.handle(aMailJob());
      assert.deepEqual([room.sent, room.queue.returned, room.outcomes.poisoned], [[], [], []]);
      assert.equal(room.row()?.state, 'sent');
    }
  });

  test('at the same moment sends nothing: it is put back until the first must be done', async () => {
    const room = aMailRoom();
    await Promise.all(Array.from({ length: 5 }, () => room.sendMail.handle(aMailJob())));
    assert.equal(room.sent.length, 1);
    // The first was done by the time that these looked.
    for (const { text, delayMilliseconds } of room.queue.returned) {
      assert.deepEqual([text, delayMilliseconds], [JSON.stringify(aMailJob()), 10 * minutes]);
    }
    assert.equal(room.row()?.state, 'sent');
  });
});

describe('rows, log and reasons', () => {
  test('never hold a recipient, a subject, content or a token, whatever happens', async () => {
    const item = aMailJob({
      from: 'post@contoso.example',
      to: [{ address: 'secret-to@customer.example', name: 'Secret To' }],
      cc: ['secret-cc@customer.example'],
      bcc: ['secret-bcc@customer.example'],
      replyTo: ['secret-reply@customer.example'],
      subject: 'Secret subject',
      text: undefined,
      html: '<p>Secret html</p>',
      attachments: [{ name: 'secret.txt', contentType: 'text/secret', content: 'c2VjcmV0', contentId: 'secret' }],
    });
    const items = [
      item,
      { ...item, version: 9 },
      { ...item, subject: 'Secret\nsubject' },
      { ...item, Secret: 'secret' },
    ];
    const codes = Object.keys(errorMeanings) as ErrorCode[];
    const answers = [
      () => Promise.resolve({ requestId: 'request-1' }),
      () => Promise.reject(new TypeError('Secret')),
      ...codes.map((code) => failing(code, { cause: new Error('Secret') })),
    ];
    for (const tenant of [aTenant(), aPendingTenant(), aTenant({ state: 'revoked' })]) {
      for (const [at, answer] of answers.entries()) {
        const room = aMailRoom(tenant);
        room.tokens.get = (tenantId) =>
          at % 2 === 0
            ? Promise.resolve(aToken({ tenantId, value: 'secret-token' }))
            : failing(codes[at] ?? 'UNEXPECTED')();
        room.carrier.answer = answer;
        for (const one of items) await Promise.allSettled([room.sendMail.handle(one)]);
        const reasons = room.outcomes.poisoned.map(({ reason }) => reason);
        const kept = JSON.stringify([room.outcomes.written, room.log.lines, reasons]);
        // The name of an unknown field is the one thing of the producer's that is shown: without it nobody could find it.
        assert.doesNotMatch(kept.replaceAll('/Secret', ''), /secret|c2VjcmV0/i);
      }
    }
  });
});

test('a row that changed meanwhile is not overwritten', async () => {
  const room = aMailRoom();
  room.carrier.answer = () => {
    room.outcomes.put(anOutcome({ state: 'unknown', code: 'SEND_UNCONFIRMED' }));
    return Promise.resolve({ requestId: 'request-1' });
  };
  await room.sendMail.handle(aMailJob());
  assert.equal(room.row()?.state, 'unknown');
  assert.ok(room.log.events().includes('job.row-changed-meanwhile'));
});

test('two deliveries that wait at once leave one row', async () => {
  const room = aMailRoom(aPendingTenant());
  await Promise.all([room.sendMail.handle(aMailJob()), room.sendMail.handle(aMailJob())]);
  assert.deepEqual([room.row()?.state, room.row()?.code], ['scheduled', 'TENANT_PENDING']);
  assert.equal(room.queue.returned.length, 2);
});

test('a job that failed, is queued again, waits and is sent is in poison no more', async () => {
  const room = aMailRoom();
  room.carrier.answer = failing('SEND_FORBIDDEN');
  await room.sendMail.handle(aMailJob());
  room.carrier.answer = failing('SEND_THROTTLED');
  await room.sendMail.handle(aMailJob());
  room.carrier.answer = () => Promise.resolve({ requestId: undefined });
  for (let looks = 0; looks < 3 && room.row()?.state !== 'sent'; looks += 1) {
    room.clock.advance(room.queue.returned.at(-1)?.delayMilliseconds ?? 0);
    await room.sendMail.handle(room.queue.messages.at(-1));
  }
  assert.equal(room.row()?.state, 'sent');
  assert.equal(await room.outcomes.readPoison(contoso, 'invoice-4711'), undefined);
});

test('a job that failed and is queued again counts its tries', async () => {
  const room = aMailRoom();
  room.carrier.answer = failing('SEND_FORBIDDEN');
  await room.sendMail.handle(aMailJob());
  await room.sendMail.handle(aMailJob());
  assert.equal(room.row()?.tries, 2);
  assert.equal(room.row()?.state, 'failed');
});

describe('the delivery', () => {
  const deliveryOf = (room: MailRoom) => room.sent.map(({ job }) => job.delivery);

  test("is the job's, else the tenant's, else the installation's", async () => {
    const room = aMailRoomWith(
      { delivery: 'exactly-once' },
      aTenant(),
      aTenant({ id: fabrikam, delivery: 'standard' }),
    );
    await room.sendMail.handle(aMailJob());
    await room.sendMail.handle(aMailJob({ tenant: fabrikam }));
    await room.sendMail.handle(aMailJob({ tenant: fabrikam, id: 'own', delivery: 'exactly-once' }));
    assert.deepEqual(deliveryOf(room), ['exactly-once', 'standard', 'exactly-once']);
  });

  test('over SMTP is standard, and a job that wants more is refused', async () => {
    const room = aMailRoomWith({ delivery: 'exactly-once' }, aTenant({ delivery: 'exactly-once' }));
    room.carrier.transport = 'smtp';
    await room.sendMail.handle(aMailJob());
    await room.sendMail.handle(aMailJob({ id: 'own', delivery: 'exactly-once' }));
    assert.deepEqual(deliveryOf(room), ['standard']);
    const row = room.outcomes.row(contoso, 'own');
    assert.deepEqual([row?.state, row?.code, row?.field], ['refused', 'TRANSPORT_CANNOT', '/delivery']);
  });
});
