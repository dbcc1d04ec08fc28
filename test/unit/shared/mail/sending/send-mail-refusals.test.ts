/** SendMail, where a job is not tried: no mail job, no consent, no token. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../../shared/clock.ts';
import { fingerprint } from '../../../../../shared/mail/job/mail-job.ts';
import { unreadableTenant } from '../../../../../shared/mail/outcome.ts';
import { rawMessage } from '../../../../../shared/mail/sending/raw-message.ts';
import { stopsTenant } from '../../../../../shared/tenants/prove-consent.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { failing } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, assertDelay, poisonCodes } from '../../../../support/mail-room.ts';
import { anOutcome, anUnclaimedOutcome } from '../../../../support/outcome.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';

describe('a message that is no mail job', () => {
  test('goes to poison with the field that is wrong, and has a row under its own tenant and id', async () => {
    const room = aMailRoom();
    const message = aMailJob({ to: ['anna@customer.example', 'nobody'] });
    await room.sendMail.handle(message);
    const [entry, ...more] = room.outcomes.poisoned;
    assert.deepEqual(more, []);
    assert.equal(entry?.text, JSON.stringify(message));
    assert.equal(entry.reason.code, 'JOB_INVALID');
    assert.equal(entry.reason.field, '/to/1');
    assert.deepEqual([entry.tenantId, entry.id], [contoso, 'invoice-4711']);
    assert.deepEqual(room.row(), {
      tenantId: contoso,
      id: 'invoice-4711',
      state: 'refused',
      transport: 'graph',
      fingerprint: fingerprint(message),
      tries: 0,
      createdAt: noon,
      updatedAt: noon,
      endedAt: noon,
      code: 'JOB_INVALID',
      field: '/to/1',
      expected: 'a mail address like anna@contoso.example',
    });
    assert.deepEqual([room.sent, room.queue.returned], [[], []]);
  });

  for (const [what, item, code] of [
    ['junk', 'hello', 'JOB_NOT_JSON'],
    ['a number', 4711, 'JOB_NOT_JSON'],
    ['a list', [aMailJob()], 'JOB_NOT_JSON'],
    ['larger than 64 KiB', aMailJob({ text: 'x'.repeat(70_000) }), 'JOB_TOO_LARGE'],
    ['of a tenant that cannot be read', aMailJob({ tenant: 'contoso.com', id: 'a/b' }), 'JOB_INVALID'],
  ] as const) {
    test(`${what}: ${code}, under a name made of its text`, async () => {
      const room = aMailRoom();
      await room.sendMail.handle(item);
      const { text, digest } = rawMessage(item);
      assert.deepEqual(poisonCodes(room), [code]);
      assert.equal(room.outcomes.poisoned[0]?.text, text);
      const row = room.outcomes.row(unreadableTenant, `message-${digest}`);
      assert.equal(row?.state, 'refused');
      assert.equal(row.code, code);
      assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    });
  }

  test('has a row under what can be read of it, tenant or id', async () => {
    const room = aMailRoom();
    const [nameless, homeless] = [aMailJob({ id: 'a/b' }), aMailJob({ tenant: 'contoso.com' })];
    await room.sendMail.handle(nameless);
    await room.sendMail.handle(homeless);
    const { digest } = rawMessage(nameless);
    assert.equal(room.outcomes.row(contoso, `message-${digest}`)?.field, '/id');
    assert.equal(room.outcomes.row(unreadableTenant, 'invoice-4711')?.field, '/tenant');
    assert.equal(room.outcomes.written.length, 2);
  });

  test('is one and the same in another order of its fields, and refused again each time it is queued', async () => {
    const room = aMailRoom();
    const message = aMailJob({ subject: 7 });
    await room.sendMail.handle(message);
    const row = room.row();
    await room.sendMail.handle(Object.fromEntries(Object.entries(message).reverse()));
    assert.equal(room.row()?.fingerprint, row?.fingerprint);
    assert.deepEqual(poisonCodes(room), ['JOB_INVALID', 'JOB_INVALID']);
  });

  test('for being nested too deep to be looked through is refused with a reason, like any other', async () => {
    // A few kilobytes of brackets: JSON.parse reads them, and whatever walks the value by recursion runs out of stack.
    const item = JSON.stringify(aMailJob({ extra: 0 })).replace(
      '"extra":0',
      `"extra":${'['.repeat(9000)}${']'.repeat(9000)}`,
    );
    const room = aMailRoom();
    await room.sendMail.handle(item);
    assert.equal(room.outcomes.poisoned.length, 1);
    assert.match(poisonCodes(room).join(), /^JOB_(INVALID|NOT_JSON)$/);
    assert.deepEqual([room.sent, room.queue.returned], [[], []]);
  });

  test('of an unknown version keeps the tenant and id that can be read', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob({ version: 2, tenant: contoso.toUpperCase() }));
    assert.equal(room.row()?.code, 'JOB_VERSION_UNKNOWN');
    assert.equal(room.row()?.field, '/version');
  });

  test('leaves the row of the job that has its id', async () => {
    for (const state of ['scheduled', 'sending', 'sent', 'unknown'] as const) {
      const room = aMailRoom();
      room.outcomes.put(anOutcome({ state }));
      await room.sendMail.handle(aMailJob({ subject: 7 }));
      assert.deepEqual(poisonCodes(room), ['JOB_INVALID']);
      assert.deepEqual(room.row(), anOutcome({ state }));
    }
  });

  test('lets its id be used by the corrected job', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(aMailJob({ subject: 7 }));
    await room.sendMail.handle(aMailJob());
    assert.equal(room.row()?.state, 'sent');
  });
});

describe('a job of a tenant without consent', () => {
  for (const [what, tenant] of [
    ['that is unknown', aTenant({ id: fabrikam })],
    ['that is revoked', aTenant({ state: 'revoked' })],
  ] as const) {
    test(`${what} is refused without asking for a token`, async () => {
      const room = aMailRoom(tenant);
      room.tokens.get = () => assert.fail('asked for a token');
      await room.sendMail.handle(aMailJob());
      assert.deepEqual(poisonCodes(room), ['TENANT_NOT_CONSENTED']);
      assert.equal(room.row()?.state, 'refused');
      assert.equal(room.row()?.code, 'TENANT_NOT_CONSENTED');
      assert.equal(room.row()?.field, '/tenant');
      assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    });
  }

  for (const [stopped, code] of [
    [{ code: 'APP_BLOCKED' }, 'APP_BLOCKED'],
    [{ code: 'RESOURCE_NOT_IN_TENANT' }, 'RESOURCE_NOT_IN_TENANT'],
    // A later version wrote a code that this one does not know.
    [{}, 'APP_BLOCKED'],
  ] as const) {
    test(`that is degraded is refused with what its administrator must mend (${JSON.stringify(stopped)})`, async () => {
      const room = aMailRoom(aTenant({ state: 'degraded', ...stopped }));
      room.tokens.get = () => assert.fail('asked for a token');
      await room.sendMail.handle(aMailJob());
      assert.deepEqual(poisonCodes(room), [code]);
      assert.deepEqual([room.row()?.state, room.row()?.code], ['refused', code]);
      assert.deepEqual([room.sent, room.queue.returned, room.stopped], [[], [], []]);
    });
  }

  test('is sent when it is queued again after the tenant consented', async () => {
    const room = aMailRoom(aTenant({ state: 'revoked' }));
    await room.sendMail.handle(aMailJob());
    await room.tenants.save(aTenant());
    room.clock.advance(minutes);
    await room.sendMail.handle(aMailJob());
    assert.equal(room.sent.length, 1);
    assert.deepEqual(room.row(), anOutcome({ state: 'sent', requestId: 'request-1', updatedAt: noon + minutes }));
  });

  test('waits while the consent has not taken effect, and is sent then', async () => {
    const room = aMailRoom(aPendingTenant());
    await room.sendMail.handle(aMailJob());
    const [returned] = room.queue.returned;
    assert.equal(returned?.text, JSON.stringify(aMailJob()));
    assertDelay(returned.delayMilliseconds, 15 * seconds);
    const notBefore = noon + returned.delayMilliseconds;
    assert.deepEqual(room.row(), anUnclaimedOutcome({ code: 'TENANT_PENDING', notBefore }));
    assert.deepEqual([room.sent, room.outcomes.poisoned], [[], []]);

    await room.tenants.save(aTenant());
    room.clock.advance(returned.delayMilliseconds);
    await room.sendMail.handle(returned.text);
    const sent = { state: 'sent', tries: 2, requestId: 'request-1', updatedAt: notBefore } as const;
    assert.deepEqual(room.row(), anOutcome(sent));
  });
});

describe('a job whose token cannot be had', () => {
  const again = [
    'ENTRA_UNAVAILABLE',
    'VAULT_UNAVAILABLE',
    'VAULT_REFUSED',
    'CREDENTIAL_REFUSED',
    'CREDENTIAL_UNUSABLE',
    'FEDERATION_REFUSED',
    'IDENTITY_REFUSED',
    'IDENTITY_UNAVAILABLE',
    'ENTRA_THROTTLED',
    'TOKEN_WRONG',
  ] as const;
  for (const code of again) {
    test(`waits on ${code}`, async () => {
      const room = aMailRoom();
      room.tokens.get = failing(code);
      await room.sendMail.handle(aMailJob());
      assert.equal(room.queue.returned.length, 1);
      assert.equal(room.row()?.state, 'scheduled');
      assert.equal(room.row()?.code, code);
      assert.deepEqual([room.sent, room.outcomes.poisoned, room.stopped], [[], [], []]);
    });
  }

  for (const code of stopsTenant) {
    test(`is refused on ${code}, and the tenant stopped`, async () => {
      const room = aMailRoom();
      room.tokens.get = failing(code);
      await room.sendMail.handle(aMailJob());
      assert.deepEqual(room.stopped, [[contoso, code]]);
      assert.deepEqual(poisonCodes(room), [code]);
      assert.equal(room.row()?.state, 'refused');
      assert.deepEqual([room.sent, room.queue.returned], [[], []]);
    });
  }

  test('is left to the queue on an error that nobody foresaw: nothing was claimed', async () => {
    const room = aMailRoom();
    const fault = new TypeError('a fault');
    room.tokens.get = () => Promise.reject(fault);
    await assert.rejects(room.sendMail.handle(aMailJob()));
    assert.equal(room.row(), undefined);
    assert.deepEqual([room.sent, room.queue.returned, room.outcomes.poisoned], [[], [], []]);
  });
});

test('a message that the host has parsed and that is nested too deep to be written again is refused, and a note kept', async () => {
  const room = aMailRoom();
  const deep: unknown = JSON.parse(`{"a":${'['.repeat(9000)}${']'.repeat(9000)}}`);
  await room.sendMail.handle(deep);
  assert.deepEqual(poisonCodes(room), ['JOB_NOT_JSON']);
  assert.match(room.outcomes.poisoned[0]?.text ?? '', /nested too deep/);
});
