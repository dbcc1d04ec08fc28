import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { grantConsent } from '../../../../local/cloud/entra/consents.ts';
import {
  addTenant,
  anAssertion,
  entraError,
  grantedToken,
  requestToken,
  startTestCloud,
} from '../../../support/cloud.ts';
import { callbackParameters, ConsentBrowser, consentUrl } from '../../../support/consent-browser.ts';
import { addApp, vendorApp } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const graph = 'https://graph.microsoft.com';
const exchange = 'https://outlook.office365.com';
const mailRoles = ['SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'];

/** An app with roles of Graph and of Exchange, consented in a tenant of its own. */
function consented(unavailable: { resource: string; state: 'missing' | 'disabled' }[] = []) {
  const { registration } = addApp(cloud, {
    requiredAppRoles: [
      { resource: graph, role: 'Mail.Send' },
      ...mailRoles.map((role) => ({ resource: exchange, role })),
    ],
  });
  const tenant = addTenant(cloud, { unavailableResources: unavailable });
  registration.certificates = vendorApp(cloud).certificates;
  grantConsent(cloud, registration, tenant.id);
  return { registration, tenant };
}

describe('a token', () => {
  const { registration, tenant } = consented();
  const claims = async (resource: string) => {
    const form = { scope: `${resource}/.default`, ...(await own(registration.appId, tenant.id)) };
    return (await grantedToken(await requestToken(cloud, { tenant: tenant.id, form }))).claims;
  };

  test('for Exchange has the mail protocol roles under each of its names, and the name that was asked for', async () => {
    const names = [exchange, `${exchange}/`, 'https://outlook.office.com', 'https://ps.outlook.com'];
    for (const name of [...names, '00000002-0000-0ff1-ce00-000000000000']) {
      const { aud, roles } = await claims(name);
      assert.deepEqual([aud, roles], [name, mailRoles]);
    }
  });

  test('for Graph has its roles by app id as well, and names the app, which one for Exchange does not', async () => {
    for (const name of [graph, '00000003-0000-0000-c000-000000000000']) {
      const { aud, roles, app_displayname: app } = await claims(name);
      assert.deepEqual([aud, roles, app], [name, ['Mail.Send'], 'Another app']);
    }
    assert.ok(!('app_displayname' in (await claims(exchange))));
  });
});

describe('a resource that a tenant does not have', () => {
  for (const [state, code, says] of [
    [
      'missing',
      500011,
      /^AADSTS500011: The resource principal named https:\/\/outlook\.office\.com was not found in the/,
    ],
    [
      'disabled',
      500014,
      /^AADSTS500014: The service principal for resource 'https:\/\/outlook\.office\.com' is disabled/,
    ],
  ] as const) {
    test(`is refused under each of its names when it is ${state}, and the others are there`, async () => {
      const { registration, tenant } = consented([{ resource: exchange, state }]);
      const form = await own(registration.appId, tenant.id);
      const ask = (resource: string) =>
        requestToken(cloud, { tenant: tenant.id, form: { ...form, scope: `${resource}/.default` } });
      const response = await ask('https://outlook.office.com');
      assert.equal(response.status, 400);
      const body = await entraError(response);
      assert.deepEqual([body.error, body.error_codes], ['invalid_resource', [code]]);
      assert.match(body.error_description, says);
      assert.equal((await ask(graph)).status, 200);
      tenant.unavailableResources = [];
      assert.equal((await ask('https://outlook.office.com')).status, 200);
    });
  }

  test('keeps its administrator from consenting when the app requires it: the app is told on its redirect', async () => {
    const { registration } = consented();
    const { id, domain } = addTenant(cloud, { unavailableResources: [{ resource: exchange, state: 'missing' }] });
    const browser = new ConsentBrowser(cloud);
    const url = consentUrl(cloud, id, { client_id: registration.appId });
    const visit = await browser.press(await browser.open(url), `admin@${domain}`);
    const { error, error_description: text = '', admin_consent: flag } = callbackParameters(visit);
    assert.deepEqual([error, flag], ['invalid_client', 'True']);
    assert.match(
      text,
      /service '00000002-0000-0ff1-ce00-000000000000'\(Office 365 Exchange Online\) that your organization/,
    );
    assert.ok(!cloud.state.enterpriseApps.some(({ tenantId }) => tenantId === id));
  });
});

describe('a consent for a scope', () => {
  const press = async (overrides: Parameters<typeof addApp>[1], scope: string) => {
    const { registration } = addApp(cloud, overrides);
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const url = consentUrl(cloud, id, { client_id: registration.appId, scope });
    const page = await browser.press(await browser.open(url), `admin@${domain}`);
    return page.location === undefined ? undefined : callbackParameters(page)['error_description'];
  };
  const requiredAppRoles = [{ resource: exchange, role: 'IMAP.AccessAsApp' }];

  test('may name the required resource by another of its names', async () => {
    assert.equal(await press({ requiredAppRoles }, 'https://ps.outlook.com/.default'), undefined);
  });

  test('is refused when the registration requires nothing of the resource', async () => {
    const text = (await press({ requiredAppRoles }, `${graph}/.default`)) ?? '';
    assert.match(
      text,
      /^AADSTS650057: Invalid resource\. .*Resource value from request: https:\/\/graph\.microsoft\.com\./,
    );
    assert.match(text, /List of valid resources from app registration: 00000002-0000-0ff1-ce00-000000000000\./);
  });

  test('is refused when the registration requires nothing at all', async () => {
    assert.match(
      (await press({ requiredAppRoles: [] }, `${graph}/.default`)) ?? '',
      /^AADSTS650056: Misconfigured app/,
    );
  });
});

/** The app's own assertion: it is registered with the vendor's certificate. */
async function own(appId: string, tenantId: string): Promise<Record<string, string>> {
  const client_assertion = await anAssertion(cloud, { tenantId, claims: { iss: appId, sub: appId } });
  return { client_id: appId, client_assertion };
}
