import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { invitationPage } from '../../../functions/invitation-page.ts';
import { contoso } from '../../support/app-identity.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { answerOf } from './answer.ts';

const open = (memory: ReturnType<typeof memoryServices>, invitation: string) =>
  answerOf(
    invitationPage(memory.services),
    aRequest(`/api/consent/invitation?invitation=${invitation}`),
    anInvocation('invitationPage').context,
  );

test('it answers GET and HEAD to any browser', () => {
  const { methods, authLevel, route } = invitationPage(memoryServices().services);
  assert.deepEqual([methods, authLevel, route], [['GET', 'HEAD'], 'anonymous', 'consent/invitation']);
});

describe('the page of an invitation', () => {
  test('leads to where consent begins, in this app, and has its public address to send on', async () => {
    const memory = memoryServices();
    const { signed } = await memory.services.invitations.create({ tenant: contoso, expiresInHours: 1 });
    const { status, headers, body } = await open(memory, signed);
    assert.equal(status, 200);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(
      parse(body).querySelector('a.button')?.getAttribute('href'),
      `/api/consent/start?invitation=${signed}`,
    );
    assert.ok(
      parse(body)
        .querySelector('pre')
        ?.text.includes(`https://mail.example.com/api/consent/invitation?invitation=${signed}`),
    );
    assert.ok(body.includes(contoso));
  });

  test('opened a hundred times spends nothing, begins nothing and leaves no row', async () => {
    const memory = memoryServices();
    const { signed } = await memory.services.invitations.create({ expiresInHours: 1 });
    const events = memory.audit.events.length;
    for (let time = 0; time < 100; time += 1) {
      const { status, cookies } = await open(memory, signed);
      assert.deepEqual([status, cookies], [200, []]);
    }
    assert.equal(memory.audit.events.length, events);
    assert.equal((await memory.services.invitations.open(signed)).usedBy, undefined);
  });

  test('of an invitation that no longer holds, or is none, says which, and has no way on', async () => {
    const memory = memoryServices();
    const used = await memory.services.invitations.create({ expiresInHours: 72 });
    await memory.invitationStore.bind(used.invitation.id, contoso);
    const revoked = await memory.services.invitations.create({ expiresInHours: 72 });
    await memory.invitationStore.revoke(revoked.invitation.id, memory.now());
    for (const [signed, status, code] of [
      ['', 400, 'INVITATION_INVALID'],
      ['junk', 400, 'INVITATION_INVALID'],
      [used.signed, 409, 'INVITATION_USED'],
      [revoked.signed, 410, 'INVITATION_REVOKED'],
    ] as const) {
      const page = await open(memory, signed);
      assert.equal(page.status, status);
      assert.match(page.body, new RegExp(code));
      assert.ok(!page.body.includes('consent/start'));
    }
  });

  test('answers while storage is down, with 503', async () => {
    const memory = memoryServices();
    const { signed } = await memory.services.invitations.create({ expiresInHours: 1 });
    memory.invitationStore.find = failing('STORAGE_UNAVAILABLE');
    assert.equal((await open(memory, signed)).status, 503);
  });
});
