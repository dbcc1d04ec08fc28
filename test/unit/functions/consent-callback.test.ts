import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentCallback } from '../../../functions/consent-callback.ts';
import { consentResult } from '../../../functions/consent-result.ts';
import { consentStart } from '../../../functions/consent-start.ts';
import { contoso } from '../../support/app-identity.ts';
import { anError, failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { answerOf } from './answer.ts';

/** An administrator's browser: begins consent, and comes back with what a test says. */
async function anAdministrator() {
  const memory = memoryServices();
  const { signed } = await memory.services.invitations.create({ expiresInHours: 72 });
  const start = await answerOf(
    consentStart(memory.services),
    aRequest(`/api/consent/start?invitation=${signed}`),
    anInvocation().context,
  );
  const state = new URL(start.headers['location'] ?? '').searchParams.get('state') ?? '';
  const cookie = start.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const { context, lines } = anInvocation('consentCallback');
  const comeBack = (query: Record<string, string>, headers: Record<string, string> = { cookie }) =>
    answerOf(
      consentCallback(memory.services),
      aRequest(`/api/consent/callback?${new URLSearchParams(query).toString()}`, { headers }),
      context,
    );
  /** The page that a believed consent is sent on to. */
  const arriveAt = async ({ headers }: { headers: Record<string, string> }) => {
    const { pathname, search } = new URL(headers['location'] ?? '');
    return answerOf(consentResult(memory.services), aRequest(`${pathname}${search}`), context);
  };
  return { memory, state, comeBack, arriveAt, lines };
}

const granted = { admin_consent: 'True', tenant: contoso, scope: 'https://graph.microsoft.com/Mail.Send' };

test('it answers GET to any browser: the state decides whether it is believed', () => {
  const { methods, authLevel, route } = consentCallback(memoryServices().services);
  assert.deepEqual([methods, authLevel, route], [['GET'], 'anonymous', 'consent/callback']);
});

describe('consent', () => {
  test('that is believed leads to a page that can be loaded again: the state leaves the address', async () => {
    const { comeBack, arriveAt, state } = await anAdministrator();
    const back = await comeBack({ ...granted, state });
    assert.deepEqual([back.status, back.body], [303, '']);
    assert.match(
      back.headers['location'] ?? '',
      /^https:\/\/mail\.example\.com\/api\/consent\/result\?follow=[\w.-]+$/,
    );
    assert.ok(!(back.headers['location'] ?? '').includes(state));
    for (let time = 0; time < 2; time += 1) assert.equal((await arriveAt(back)).status, 200);
  });

  test('that a token proves is 200, and the tenant is active', async () => {
    const { comeBack, arriveAt, state, memory } = await anAdministrator();
    const { status, headers, body } = await arriveAt(await comeBack({ ...granted, state }));
    assert.equal(status, 200);
    assert.match(headers['content-type'] ?? '', /^text\/html/);
    assert.match(body, /Consent is in place/);
    assert.equal(memory.tenants.rows.get(contoso)?.state, 'active');
  });

  test('that has not arrived is 202, and the tenant is pending', async () => {
    const { comeBack, arriveAt, state, memory } = await anAdministrator();
    memory.issuer.answer = () => Promise.reject(anError('APP_NOT_IN_TENANT'));
    const { status, body } = await arriveAt(await comeBack({ ...granted, state }));
    assert.equal(status, 202);
    assert.match(body, /Consent is on its way/);
    assert.equal(memory.tenants.rows.get(contoso)?.state, 'pending');
  });

  test('from another browser is 403, and no tenant is recorded', async () => {
    const { comeBack, state, memory } = await anAdministrator();
    const { status, body } = await comeBack({ ...granted, state }, {});
    assert.equal(status, 403);
    assert.match(body, /CONSENT_OTHER_BROWSER/);
    assert.equal(memory.tenants.rows.size, 0);
    assert.deepEqual(memory.issuer.requests, []);
  });

  test('without a state is 400, and no tenant is recorded', async () => {
    const { comeBack, memory } = await anAdministrator();
    assert.equal((await comeBack(granted)).status, 400);
    assert.equal(memory.tenants.rows.size, 0);
  });

  test('that comes twice is 409', async () => {
    const { comeBack, state } = await anAdministrator();
    await comeBack({ ...granted, state });
    assert.equal((await comeBack({ ...granted, state })).status, 409);
  });

  test('for a tenant that Entra does not know is 404', async () => {
    const { comeBack, state, memory } = await anAdministrator();
    memory.issuer.answer = () => Promise.reject(anError('TENANT_NOT_FOUND'));
    assert.equal((await comeBack({ ...granted, state })).status, 404);
    assert.equal(memory.tenants.rows.size, 0);
  });

  test('while storage is down is 503 with none of its text', async () => {
    const { comeBack, state, memory } = await anAdministrator();
    memory.invitationStore.consumeState = failing('STORAGE_UNAVAILABLE');
    const { status, body } = await comeBack({ ...granted, state });
    assert.equal(status, 503);
    assert.doesNotMatch(body, /A test made/);
  });

  test('that is refused while the audit trail is down says why it was refused, and the log what is missing', async () => {
    const { comeBack, state, memory, lines } = await anAdministrator();
    memory.audit.append = failing('STORAGE_UNAVAILABLE');
    const { status, body } = await comeBack({ ...granted, state }, {});
    assert.equal(status, 403);
    assert.match(body, /CONSENT_OTHER_BROWSER/);
    assert.equal(
      lines[0],
      'error {"event":"consent.not-audited","code":"CONSENT_OTHER_BROWSER","because":"STORAGE_UNAVAILABLE"}',
    );
  });
});

describe('an error of Entra', () => {
  const declined = {
    error: 'consent_required',
    error_description: 'AADSTS65004: <script>alert(1)</script> declined.',
    admin_consent: 'True',
    tenant: contoso,
  };

  test('comes first, although admin_consent says True', async () => {
    const { comeBack, state, memory } = await anAdministrator();
    const { status, body } = await comeBack({ ...declined, state });
    assert.equal(status, 403);
    assert.match(body, /CONSENT_DECLINED/);
    assert.equal(memory.tenants.rows.size, 0);
    assert.deepEqual(memory.issuer.requests, []);
  });

  test('is shown in its own words, as text', async () => {
    const { comeBack, state } = await anAdministrator();
    const { body } = await comeBack({ ...declined, state });
    assert.match(body, /AADSTS65004: &lt;script&gt;/);
    assert.doesNotMatch(body, /<script/);
  });

  test('leads back to the invitation, with which this browser came', async () => {
    const { comeBack, state } = await anAdministrator();
    const { body } = await comeBack({ ...declined, state });
    assert.match(body, /href="https:\/\/mail\.example\.com\/api\/consent\/invitation\?invitation=/);
    const { body: elsewhere } = await comeBack({ ...declined, state }, {});
    assert.doesNotMatch(elsewhere, /invitation=/);
  });

  test('other than a refusal is 400, and no alarm of a server that fails', async () => {
    const { comeBack, state, lines } = await anAdministrator();
    const { status, body } = await comeBack({ error: 'server_error', error_description: 'AADSTS90033: busy.', state });
    assert.equal(status, 400);
    assert.match(body, /CONSENT_FAILED/);
    assert.match(body, /AADSTS90033: busy\./);
    assert.match(lines.join('\n'), /^warning \{"event":"http\.refused",.*"code":"CONSENT_FAILED"\}$/m);
  });

  test('is not shown in its own words without a state of ours: anybody can write them', async () => {
    for (const state of [{}, { state: 'junk' }]) {
      const { comeBack } = await anAdministrator();
      const { status, body } = await comeBack({ error: 'access_denied', error_description: 'call 555-0100', ...state });
      assert.equal(status, 403);
      assert.doesNotMatch(body, /555/);
    }
  });

  test('is in the log like every other refusal, by code and not by its words', async () => {
    const { comeBack, state, lines } = await anAdministrator();
    await comeBack({ ...declined, state });
    assert.match(lines.join('\n'), /"event":"http\.refused",.*"code":"CONSENT_DECLINED"/);
    assert.doesNotMatch(lines.join(), /script/);
  });

  test('is not what a description alone is', async () => {
    const { comeBack, state } = await anAdministrator();
    const { status, body } = await comeBack({ ...granted, error_description: 'call 555-0100', state });
    assert.equal(status, 303);
    assert.doesNotMatch(body, /555/);
  });
});
