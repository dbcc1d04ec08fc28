import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  addTenant,
  customers,
  enterpriseAppIn,
  grantedToken,
  graphResource,
  redirectUri,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';
import { callbackParameters, ConsentBrowser, consentUrl, errorText } from '../../../support/consent-browser.ts';
import { addApp, vendorApp } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = vendorApp(cloud);
const exchange = 'https://outlook.office365.com';

/** The consent URL of v1: without a scope. `undefined` leaves a parameter out. */
const v1Url = (tenant?: string, parameters: Record<string, string | undefined> = {}): string =>
  consentUrl(cloud, tenant, { scope: undefined, ...parameters }).replace('/v2.0/adminconsent', '/adminconsent');

describe('accepting at the v1 endpoint', () => {
  test('calls the app back with tenant, state and admin_consent alone, in this order', async () => {
    const { id, domain } = addTenant(cloud);
    const visit = await new ConsentBrowser(cloud).consent(v1Url(id), `admin@${domain}`, 'accept');
    assert.equal(visit.location, `${redirectUri}?tenant=${id}&state=state-1&admin_consent=True`);
    const { claims } = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.deepEqual(claims['roles'], ['Mail.Send']);
  });

  test('grants all that the registration requires of Graph and of Exchange, as v2 does for the scope of one', async (t) => {
    const before = registration.requiredAppRoles;
    registration.requiredAppRoles = [...before, { resource: exchange, role: 'SMTP.SendAsApp' }];
    t.after(() => {
      registration.requiredAppRoles = before;
    });
    for (const url of [v1Url, (tenant: string) => consentUrl(cloud, tenant)]) {
      const { id, domain } = addTenant(cloud);
      await new ConsentBrowser(cloud).consent(url(id), `admin@${domain}`, 'accept');
      assert.deepEqual(enterpriseAppIn(cloud, id)?.grantedAppRoles, registration.requiredAppRoles);
      const form = { scope: `${exchange}/.default` };
      const { claims } = await grantedToken(await requestToken(cloud, { tenant: id, form }));
      assert.deepEqual(claims['roles'], ['SMTP.SendAsApp']);
    }
  });

  test('at common and at organizations consents for the tenant of whoever signs in', async () => {
    for (const name of ['common', 'organizations']) {
      const { id, domain } = addTenant(cloud);
      const visit = await new ConsentBrowser(cloud).consent(v1Url(name), `admin@${domain}`, 'accept');
      assert.equal(callbackParameters(visit)['tenant'], id);
    }
  });

  test('needs no redirect URI: the first that is registered is called', async () => {
    const { id, domain } = addTenant(cloud);
    const url = v1Url(id, { redirect_uri: undefined, state: undefined });
    const visit = await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
    assert.equal(visit.location, `${redirectUri}?tenant=${id}&admin_consent=True`);
  });

  test('pays no attention to a scope', async () => {
    const { id, domain } = addTenant(cloud);
    const url = v1Url(id, { scope: `${graphResource}/Mail.Send` });
    assert.equal((await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept')).status, 302);
  });
});

test('declining at the v1 endpoint calls back with permission_denied and without a state', async () => {
  const { id, domain } = addTenant(cloud);
  const visit = await new ConsentBrowser(cloud).consent(v1Url(id), `admin@${domain}`, 'cancel');
  assert.equal(
    visit.location,
    `${redirectUri}?error=permission_denied&error_description=The+admin+canceled+the+request`,
  );
  assert.equal(enterpriseAppIn(cloud, id), undefined);
});

test('somebody who is not an administrator returns from the v1 endpoint with an error', async () => {
  const browser = new ConsentBrowser(cloud);
  const page = await browser.press(await browser.open(v1Url()), 'not-an-administrator');
  assert.match(errorText(page), /^AADSTS90094: /);
  const { error, error_description: text, ...rest } = callbackParameters(await browser.press(page, 'return'));
  assert.deepEqual([error, rest], ['access_denied', {}]);
  assert.match(text ?? '', /^AADSTS90094: /);
});

describe('a v1 request is refused with a page', () => {
  const refusals: [title: string, code: number, tenant: string, parameters: Record<string, string | undefined>][] = [
    ['client_id is missing', 900144, customers.contoso.id, { client_id: undefined }],
    ['the client is unknown', 700016, 'common', { client_id: crypto.randomUUID() }],
    ['the redirect URI is not registered', 50011, 'common', { redirect_uri: 'https://evil.example/' }],
    ['the tenant is consumers', 9002328, 'consumers', {}],
    ['the tenant does not exist', 90002, crypto.randomUUID(), {}],
    ['the tenant is malformed', 900023, 'not_a_tenant', {}],
  ];
  for (const [title, code, tenant, parameters] of refusals) {
    test(`when ${title} (AADSTS${code}, v1)`, async () => {
      const visit = await new ConsentBrowser(cloud).open(v1Url(tenant, parameters));
      assert.equal(visit.status, 400);
      assert.equal(visit.location, undefined);
      assert.ok(errorText(visit).startsWith(`AADSTS${code}: `), errorText(visit));
    });
  }

  test('when a single-tenant app asks for any tenant (AADSTS50194, v1)', async () => {
    const { registration: inHouse } = addApp(cloud, { audience: 'single-tenant' });
    const visit = await new ConsentBrowser(cloud).open(v1Url('common', { client_id: inHouse.appId }));
    assert.match(errorText(visit), /^AADSTS50194: /);
    const home = await new ConsentBrowser(cloud).open(v1Url(vendor.tenantId, { client_id: inHouse.appId }));
    assert.equal(home.status, 200);
  });

  test('when no redirect URI is given and none registered (AADSTS500113, v1)', async () => {
    const { registration: silent } = addApp(cloud, { redirectUris: [] });
    const url = v1Url(undefined, { client_id: silent.appId, redirect_uri: undefined });
    assert.match(errorText(await new ConsentBrowser(cloud).open(url)), /^AADSTS500113: No reply address is registered/);
  });
});
