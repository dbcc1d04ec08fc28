import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentStart } from '../../../functions/consent-start.ts';
import { hours } from '../../../shared/clock.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { answerOf } from './answer.ts';

async function open(memory: ReturnType<typeof memoryServices>, invitation: string | undefined, cookie?: string) {
  const path = `/api/consent/start${invitation === undefined ? '' : `?invitation=${invitation}`}`;
  const request = aRequest(path, cookie === undefined ? {} : { headers: { cookie } });
  return answerOf(consentStart(memory.services), request, anInvocation('consentStart').context);
}

test('it answers GET to any browser', () => {
  const { methods, authLevel, route } = consentStart(memoryServices().services);
  assert.deepEqual([methods, authLevel, route], [['GET'], 'anonymous', 'consent/start']);
});

describe('a good invitation', () => {
  test('is sent to Entra with cookies that only this host gets', async () => {
    const memory = memoryServices();
    const { signed } = await memory.services.invitations.create({ expiresInHours: 1 });
    const { status, headers, cookies, body } = await open(memory, signed);
    assert.equal(status, 302);
    assert.match(
      headers['location'] ?? '',
      /^https:\/\/login\.microsoftonline\.com\/organizations\/v2\.0\/adminconsent\?/,
    );
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(body, '');
    assert.deepEqual(
      cookies.map(({ name }) => name),
      ['__Host-tenantpost-consent', '__Host-tenantpost-state', '__Host-tenantpost-invitation'],
    );
    for (const one of cookies) {
      assert.deepEqual([one.httpOnly, one.secure, one.sameSite, one.path], [true, true, 'Lax', '/']);
    }
    const [browser, state, invitation] = cookies.map(({ value }) => value);
    assert.match(browser ?? '', /^[\w-]{43}$/);
    assert.equal(state, new URL(headers['location'] ?? '').searchParams.get('state'));
    assert.equal(invitation, signed);
  });

  test('keeps the cookie that the browser has', async () => {
    const memory = memoryServices();
    const { signed } = await memory.services.invitations.create({ expiresInHours: 1 });
    const value = 'v'.repeat(43);
    const { cookies } = await open(memory, signed, `__Host-tenantpost-consent=${value}`);
    assert.equal(cookies[0]?.value, value);
  });

  test('over http on loopback gets a cookie that browsers take there', async () => {
    const memory = memoryServices('http://localhost:7071');
    const { signed } = await memory.services.invitations.create({ expiresInHours: 1 });
    const { cookies, headers } = await open(memory, signed);
    assert.deepEqual([cookies[0]?.name, cookies[0]?.secure], ['tenantpost-consent', false]);
    assert.match(headers['location'] ?? '', /redirect_uri=http%3A%2F%2Flocalhost%3A7071%2Fapi%2Fconsent%2Fcallback/);
  });
});

describe('a page without a redirect or a cookie', () => {
  test('answers an invitation that is missing, invalid, expired or used', async () => {
    const memory = memoryServices();
    const used = await memory.services.invitations.create({ expiresInHours: 72 });
    await memory.invitationStore.bind(used.invitation.id, 'tenant');
    const short = await memory.services.invitations.create({ expiresInHours: 1 });
    memory.advance(hours);
    for (const [invitation, expected, code] of [
      [undefined, 400, 'INVITATION_INVALID'],
      ['junk', 400, 'INVITATION_INVALID'],
      [short.signed, 410, 'INVITATION_EXPIRED'],
      [used.signed, 409, 'INVITATION_USED'],
    ] as const) {
      const { status, headers, cookies, body } = await open(memory, invitation);
      assert.equal(status, expected);
      assert.match(headers['content-type'] ?? '', /^text\/html/);
      assert.ok('content-security-policy' in headers && !('location' in headers));
      assert.deepEqual(cookies, []);
      assert.match(body, new RegExp(code));
    }
  });

  test("shows no words from the link's query as Microsoft's: Entra never opens this page", async () => {
    const memory = memoryServices();
    const { invitation, signed } = await memory.services.invitations.create({ expiresInHours: 1 });
    await memory.invitationStore.bind(invitation.id, 'tenant');
    for (const link of [signed, 'junk']) {
      const { body } = await open(memory, `${link}&error=access_denied&error_description=call+555-0100`);
      assert.ok(!body.includes('555-0100'), `${link === signed ? 'used' : 'invalid'}: the page shows it`);
    }
  });

  test('answers while storage is down, with 503', async () => {
    const memory = memoryServices();
    const { signed } = await memory.services.invitations.create({ expiresInHours: 1 });
    memory.invitationStore.find = failing('STORAGE_UNAVAILABLE');
    const { status, cookies } = await open(memory, signed);
    assert.deepEqual([status, cookies], [503, []]);
  });
});
