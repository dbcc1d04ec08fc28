import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { addTenant, customers, graphResource, startTestCloud, vendor } from '../../../support/cloud.ts';
import type { OpenedPage } from '../../../../local/browser.ts';
import { ConsentBrowser, consentUrl, errorText } from '../../../support/consent-browser.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
assert.ok(registration);

describe('a request is refused with a page, and no redirect,', () => {
  const refusals: [title: string, code: number, tenant: string, parameters: Record<string, string | undefined>][] = [
    ...['client_id', 'redirect_uri', 'scope'].map((name): [string, number, string, Record<string, undefined>] => [
      `${name} is missing`,
      900144,
      customers.contoso.id,
      { [name]: undefined },
    ]),
    ['the client is unknown', 700016, customers.contoso.id, { client_id: crypto.randomUUID() }],
    ['the client is unknown at organizations', 700016, 'organizations', { client_id: crypto.randomUUID() }],
    ['the tenant is common', 9002328, 'common', {}],
    ['the tenant does not exist', 90002, crypto.randomUUID(), {}],
    ['the tenant is malformed', 900023, 'not_a_tenant', {}],
    ['the scope is a permission by name', 70011, customers.contoso.id, { scope: `${graphResource}/Mail.Send` }],
    ['the scope is no resource', 70011, customers.contoso.id, { scope: 'openid' }],
    [
      'the scope is two resources',
      70011,
      customers.contoso.id,
      { scope: `${graphResource}/.default https://outlook.office365.com/.default` },
    ],
    ['the resource does not exist', 500011, customers.contoso.id, { scope: 'https://graph.example/.default' }],
    ...[
      'https://evil.example/api/consent/callback',
      'http://localhost:7071/api/consent/callback/',
      'http://localhost:7071/api/consent/CALLBACK',
      'http://localhost:7071/api/consent/callback?more=1',
      'http://localhost:7071/api/consent/callback#fragment',
      'http://localhost:7071/api/consent/../consent/callback',
      'https://localhost:7071/api/consent/callback',
      'http://127.0.0.1:7071/api/consent/callback',
      'http://user@localhost:7071/api/consent/callback',
      'http://localhost.evil.example:7071/api/consent/callback',
      'http://localhost:99999/api/consent/callback',
      '/api/consent/callback',
      'javascript:alert(1)',
    ].map((uri): [string, number, string, Record<string, string>] => [
      `the redirect URI is ${uri}`,
      50011,
      customers.contoso.id,
      { redirect_uri: uri },
    ]),
  ];
  for (const [title, code, tenant, parameters] of refusals) {
    test(`when ${title} (AADSTS${code})`, async () => {
      const visit = await new ConsentBrowser(cloud).open(consentUrl(cloud, tenant, parameters));
      assert.equal(visit.status, 400);
      assert.equal(visit.location, undefined);
      assert.ok(errorText(visit).startsWith(`AADSTS${code}: `), errorText(visit));
      assert.equal(visit.document.querySelector('form'), null);
    });
  }

  test('when a parameter comes twice (AADSTS9000411)', async () => {
    const visit = await new ConsentBrowser(cloud).open(`${consentUrl(cloud)}&state=again`);
    assert.match(errorText(visit), /^AADSTS9000411: .*'state' is duplicated/);
  });

  test('when a single-tenant app asks elsewhere than at home (AADSTS700016, AADSTS50194)', async () => {
    const inHouse = {
      ...structuredClone(registration),
      appId: crypto.randomUUID(),
      audience: 'single-tenant' as const,
    };
    cloud.state.registrations.push(inHouse);
    const browser = new ConsentBrowser(cloud);
    const parameters = { client_id: inHouse.appId };
    assert.match(errorText(await browser.open(consentUrl(cloud, customers.contoso.id, parameters))), /^AADSTS700016: /);
    assert.match(errorText(await browser.open(consentUrl(cloud, 'organizations', parameters))), /^AADSTS50194: /);
    const atHome = await browser.open(consentUrl(cloud, vendor.tenantId, parameters));
    assert.ok(atHome.document.querySelector('button[name=administrator]'));
  });
});

describe('the redirect URI', () => {
  test('may have any port on a loopback address, and is called back on that port', async () => {
    const { id, domain } = addTenant(cloud);
    for (const uri of ['http://localhost:54321/api/consent/callback', 'http://localhost/api/consent/callback']) {
      const url = consentUrl(cloud, id, { redirect_uri: uri });
      const visit = await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
      assert.ok(visit.location?.startsWith(`${uri}?admin_consent=True`), visit.location);
    }
  });

  test('must have its own port anywhere else', async (t) => {
    registration.redirectUris.push('https://app.example/callback', 'http://127.0.0.1:7071/cb');
    t.after(() => registration.redirectUris.splice(1));
    const browser = new ConsentBrowser(cloud);
    const open = (uri: string): Promise<OpenedPage> =>
      browser.open(consentUrl(cloud, undefined, { redirect_uri: uri }));
    assert.equal((await open('https://app.example/callback')).status, 200);
    assert.equal((await open('https://app.example:8443/callback')).status, 400);
    assert.equal((await open('http://127.0.0.1:1234/cb')).status, 200);
    assert.equal((await open('http://localhost:1234/cb')).status, 400);
  });

  test('keeps a query of its own', async (t) => {
    registration.redirectUris.push('https://app.example/callback?tenant=x');
    t.after(() => registration.redirectUris.splice(1));
    const url = consentUrl(cloud, undefined, { redirect_uri: 'https://app.example/callback?tenant=x' });
    const visit = await new ConsentBrowser(cloud).consent(url, 'admin@contoso.example', 'cancel');
    assert.ok(visit.location?.startsWith('https://app.example/callback?tenant=x&admin_consent=True&error='));
  });
});
