import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { addSecret } from '../../../../local/cloud/entra/client-secrets.ts';
import type { CloudState, Registration } from '../../../../local/cloud/state.ts';
import {
  addTenant,
  anAssertion,
  anEnterpriseApp,
  customers,
  entraError,
  graphResource,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';
import { ConsentBrowser, consentUrl, errorText } from '../../../support/consent-browser.ts';
import { addApp, outcome, withSecret } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const policyId = crypto.randomUUID();

function block(t: TestContext, tenantId: string, { appId }: Registration): void {
  const tenant = cloud.state.tenants.find(({ id }) => id === tenantId);
  assert.ok(tenant);
  tenant.conditionalAccess = [{ id: policyId, displayName: 'Only from the office', blockedApps: [appId] }];
  t.after(() => delete tenant.conditionalAccess);
}

describe('a Conditional Access policy', () => {
  test('blocks an app that is registered in the tenant for the tenant alone, and names itself in the claims', async (t) => {
    const { registration } = addApp(cloud, { audience: 'single-tenant' });
    const { value } = addSecret(registration);
    const request = { tenant: vendor.tenantId, form: withSecret(registration.appId, value) };
    assert.equal(await outcome(cloud, request), 'granted');
    block(t, vendor.tenantId, registration);
    const response = await requestToken(cloud, request);
    assert.equal(response.status, 400);
    const { error, error_codes: codes, suberror, claims } = await entraError(response);
    assert.deepEqual([error, codes, suberror], ['invalid_grant', [53003], 'message_only']);
    assert.deepEqual(JSON.parse(claims ?? ''), { access_token: { capolids: { essential: true, values: [policyId] } } });
    assert.equal(cloud.journal.entries.at(-1)?.reason, 'blocked by the policy Only from the office');
  });

  test('does not cover a multitenant app, nor another app', async (t) => {
    const { registration } = addApp(cloud);
    const { value } = addSecret(registration);
    block(t, customers.contoso.id, registration);
    assert.equal(await outcome(cloud, { form: withSecret(registration.appId, value) }), 'granted');
    block(t, vendor.tenantId, registration);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: vendor.tenantId, appId: registration.appId }));
    const atHome = { tenant: vendor.tenantId, form: withSecret(registration.appId, value) };
    assert.equal(await outcome(cloud, atHome), 'granted');

    const { registration: inHouse } = addApp(cloud, { audience: 'single-tenant' });
    const secret = addSecret(inHouse).value;
    const form = withSecret(inHouse.appId, secret);
    assert.equal(await outcome(cloud, { tenant: vendor.tenantId, form }), 'granted');
  });
});

describe('a tenant of a national cloud', () => {
  const tenant = addTenant(cloud, { nationalCloud: 'microsoftonline.us' });
  cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: tenant.id }));

  test('is refused to an app with a credential, by id and by domain, before the credential is looked at', async () => {
    for (const name of [tenant.id, tenant.domain]) {
      const response = await requestToken(cloud, { tenant: name, form: { client_assertion: 'nonsense' } });
      assert.equal(response.status, 400);
      const { error, error_codes: codes, error_description: text } = await entraError(response);
      assert.deepEqual([error, codes], ['invalid_request', [900382]]);
      assert.match(text, /^AADSTS900382: Confidential Client is not supported in Cross Cloud request\./);
    }
  });

  test('is refused to its administrator with a page, and is not offered among all tenants', async () => {
    const browser = new ConsentBrowser(cloud);
    const page = await browser.open(consentUrl(cloud, tenant.domain));
    assert.equal(page.status, 400);
    assert.match(errorText(page), /^AADSTS90038: Tenant '.*' request is being redirected to the National Cloud '/);
    const offered = await browser.open(consentUrl(cloud, 'organizations'));
    assert.ok(!offered.document.toString().includes(tenant.domain));
    assert.ok(offered.document.toString().includes('contoso.example'));
  });
});

describe('a client that asks for the same token again and again', () => {
  const bound = (t: TestContext, loopDetection: NonNullable<CloudState['loopDetection']>): void => {
    cloud.state.loopDetection = loopDetection;
    t.after(() => delete cloud.state.loopDetection);
  };
  const ask = (tenant: string = customers.contoso.id) => outcome(cloud, { tenant });

  test('is let be unless it is set otherwise', async () => {
    const client_assertion = await anAssertion(cloud);
    const request = { form: { client_assertion } };
    const answers = await Promise.all(Array.from({ length: 30 }, () => outcome(cloud, request)));
    assert.ok(answers.every((one) => one === 'granted'));
  });

  test('is stopped with 429 and Retry-After, and let on when its requests are old', async (t) => {
    bound(t, { requests: 3, seconds: 300 });
    assert.deepEqual([await ask(), await ask(), await ask()], ['granted', 'granted', 50196]);
    const response = await requestToken(cloud);
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '60');
    const { error, error_description: text } = await entraError(response);
    assert.equal(error, 'invalid_grant');
    assert.match(text, /The server terminated an operation because it encountered a loop while processing a request\./);
    const rule = cloud.faults.add({ service: 'entra', fault: { kind: 'clock', seconds: 301 } });
    t.after(() => cloud.faults.remove(rule));
    assert.equal(await ask(), 'granted');
  });

  test('may ask for other tokens meanwhile: of another tenant, and for another resource', async (t) => {
    bound(t, { requests: 2, seconds: 300 });
    assert.deepEqual([await ask(), await ask()], ['granted', 50196]);
    const { id } = addTenant(cloud);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
    assert.equal(await ask(id), 'granted');
    assert.equal(await outcome(cloud, { form: { scope: 'https://outlook.office365.com/.default' } }), 'granted');
    assert.equal(await outcome(cloud, { form: { scope: `${graphResource}/.default` } }), 50196);
  });
});
