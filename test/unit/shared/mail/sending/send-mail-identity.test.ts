/** SendMail and the id of a job: who may have it, and what another worker leaves behind. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../../shared/clock.ts';
import { errorMeanings } from '../../../../../shared/errors.ts';
import { fingerprint } from '../../../../../shared/mail/job/mail-job.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, poisonCodes } from '../../../../support/mail-room.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';

describe('a job that another worker has claimed', () => {
  test('is put back as it came until that worker must be gone', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome());
    room.clock.advance(4 * minutes);
    const text = Buffer.from(JSON.stringify(aMailJob())).toString('base64');
    await room.sendMail.handle(text);
    assert.deepEqual(room.queue.returned, [{ text, delayMilliseconds: 6 * minutes }]);
    assert.deepEqual([room.sent, room.outcomes.poisoned], [[], []]);
    assert.deepEqual(room.row(), anOutcome());
    assert.deepEqual(room.log.events(), ['job.claimed-elsewhere']);
  });

  test('is unknown once that worker is gone, and never sent again', async () => {
    const room = aMailRoom();
    room.outcomes.put(anOutcome());
    room.clock.advance(10 * minutes);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual(
      room.row(),
      anOutcome({ state: 'unknown', code: 'SEND_UNCONFIRMED', updatedAt: room.clock.now() }),
    );
    assert.deepEqual(poisonCodes(room), ['SEND_UNCONFIRMED']);
    await room.sendMail.handle(aMailJob());
    assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    assert.equal(room.outcomes.poisoned.length, 1);
  });

  test('is put back, and its row left alone, while its tenant waits or is gone', async () => {
    for (const tenant of [aPendingTenant(), aTenant({ state: 'revoked' })]) {
      const room = aMailRoom(tenant);
      room.outcomes.put(anOutcome());
      await room.sendMail.handle(aMailJob());
      assert.equal(room.queue.returned.length, 1);
      assert.deepEqual(room.outcomes.poisoned, []);
      assert.deepEqual(room.row(), anOutcome());
    }
  });
});

describe('an id that another job has', () => {
  for (const state of ['scheduled', 'sending', 'sent', 'unknown'] as const) {
    test(`that is ${state} is refused, and the first job stands`, async () => {
      for (const tenant of [aTenant(), aTenant({ state: 'revoked' }), aPendingTenant()]) {
        const room = aMailRoom(tenant);
        const first = anOutcome({ state, fingerprint: fingerprint(aMailJob({ subject: 'Another' })) });
        room.outcomes.put(first);
        await room.sendMail.handle(aMailJob());
        assert.deepEqual(room.sent, []);
        assert.deepEqual(room.queue.returned, []);
        assert.deepEqual(poisonCodes(room), [tenant.state === 'revoked' ? 'TENANT_NOT_CONSENTED' : 'JOB_ID_REUSED']);
        assert.deepEqual(room.row(), first);
      }
    });
  }

  test('is the field that the poison entry names', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob());
    await room.sendMail.handle(aMailJob({ subject: 'Another' }));
    const { remedy, owner } = errorMeanings.JOB_ID_REUSED;
    const [entry] = room.outcomes.poisoned;
    assert.match(entry?.id ?? '', /^invoice-4711~[\w-]{8}$/, 'beside the entry that the first may get yet');
    assert.deepEqual(room.outcomes.poisoned, [
      {
        tenantId: contoso,
        id: entry?.id,
        transport: 'graph',
        at: noon,
        state: 'refused',
        reason: {
          code: 'JOB_ID_REUSED',
          message: 'The id belongs to another mail job.',
          remedy,
          owner,
          field: '/id',
          expected: 'an id of its own',
        },
        text: JSON.stringify(aMailJob({ subject: 'Another' })),
      },
    ]);
    assert.equal(room.sent.length, 1);
    assert.equal(room.row()?.state, 'sent');
  });

  test('is free for another tenant', async () => {
    const room = aMailRoom(aTenant(), aTenant({ id: fabrikam }));
    await room.sendMail.handle(aMailJob());
    await room.sendMail.handle(aMailJob({ tenant: fabrikam }));
    assert.equal(room.sent.length, 2);
  });
});
