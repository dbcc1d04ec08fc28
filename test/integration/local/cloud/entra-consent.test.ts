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
import {
  antiForgeryToken,
  callbackParameters,
  ConsentBrowser,
  consentUrl,
  errorText,
} from '../../../support/consent-browser.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
assert.ok(registration);

describe('accepting', () => {
  test('creates the enterprise application and calls the app back with tenant, scope and state', async () => {
    const { id, domain } = addTenant(cloud);
    const visit = await new ConsentBrowser(cloud).consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');

    assert.ok(visit.location?.startsWith(`${redirectUri}?admin_consent=True&tenant=${id}&scope=`), visit.location);
    assert.deepEqual(callbackParameters(visit), {
      admin_consent: 'True',
      tenant: id,
      scope: `${graphResource}/Mail.Send`,
      state: 'state-1',
    });
    const principal = enterpriseAppIn(cloud, id);
    assert.ok(principal);
    const { claims } = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.equal(claims['oid'], principal.objectId);
    assert.deepEqual(claims['roles'], ['Mail.Send']);
  });

  test('again keeps the object id and takes over what the registration requires by now', async (t) => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    await browser.consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');
    const objectId = enterpriseAppIn(cloud, id)?.objectId;
    const before = registration.requiredAppRoles;
    registration.requiredAppRoles = [...before, { resource: graphResource, role: 'Mail.ReadWrite' }];
    t.after(() => {
      registration.requiredAppRoles = before;
    });

    const { claims: old } = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.deepEqual(old['roles'], ['Mail.Send'], 'requiring a permission grants nothing');
    const visit = await browser.consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');
    assert.equal(callbackParameters(visit)['scope'], `${graphResource}/Mail.Send ${graphResource}/Mail.ReadWrite`);
    const { claims } = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.deepEqual(claims['roles'], ['Mail.Send', 'Mail.ReadWrite']);
    assert.equal(enterpriseAppIn(cloud, id)?.objectId, objectId);
  });

  test('at organizations consents for the tenant of whoever signs in', async () => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const signIn = await browser.open(consentUrl(cloud, 'organizations'));
    const groups = signIn.document.querySelectorAll('fieldset legend').map((legend) => legend.text.trim());
    assert.deepEqual(
      groups,
      cloud.state.tenants.map((tenant) => `${tenant.displayName} (${tenant.domain})`),
    );
    const review = await browser.press(signIn, `admin@${domain}`);
    assert.equal(callbackParameters(await browser.press(review, 'accept'))['tenant'], id);
    assert.ok(enterpriseAppIn(cloud, id));
  });

  test('may name the tenant by domain', async () => {
    const { id, domain } = addTenant(cloud);
    const visit = await new ConsentBrowser(cloud).consent(consentUrl(cloud, domain), `admin@${domain}`, 'accept');
    assert.equal(callbackParameters(visit)['tenant'], id);
  });

  test('gives the state back to the letter', async () => {
    for (const state of ['a+b c&d=e%20?#/\\"\'<script>', 'ü€😀\r\n', `${'x'.repeat(2000)}.y_z~-`, '']) {
      const { id, domain } = addTenant(cloud);
      const url = consentUrl(cloud, id, { state });
      const visit = await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
      assert.equal(callbackParameters(visit)['state'], state);
    }
  });

  test('without a state calls back without one', async () => {
    const { id, domain } = addTenant(cloud);
    const url = consentUrl(cloud, id, { state: undefined });
    const visit = await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
    assert.ok(!('state' in callbackParameters(visit)));
  });

  test('takes OpenID scopes beside the one that counts', async () => {
    const { id, domain } = addTenant(cloud);
    const url = consentUrl(cloud, id, { scope: `openid profile ${graphResource}/.default` });
    await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
    assert.ok(enterpriseAppIn(cloud, id));
  });
});

describe('declining', () => {
  test('calls the app back with admin_consent=True and the error, and grants nothing', async () => {
    const { id, domain } = addTenant(cloud);
    const visit = await new ConsentBrowser(cloud).consent(consentUrl(cloud, id), `admin@${domain}`, 'cancel');
    assert.ok(
      visit.location?.startsWith(
        `${redirectUri}?admin_consent=True&error=consent_required&error_description=AADSTS65004%3a+The+resource+owner+`,
      ),
      visit.location,
    );
    const { error_description: text, ...rest } = callbackParameters(visit);
    assert.deepEqual(rest, { admin_consent: 'True', error: 'consent_required', state: 'state-1' });
    assert.match(
      text ?? '',
      /^AADSTS65004: The resource owner or authorization server denied the request\.\r\nTrace ID: [0-9a-f-]{36}\r\nCorrelation ID: [0-9a-f-]{36}\r\nTimestamp: [\d: -]{19}Z$/,
    );
    assert.equal(enterpriseAppIn(cloud, id), undefined);
  });

  test('leaves a consent of before as it is', async () => {
    const before = structuredClone(enterpriseAppIn(cloud, customers.contoso.id));
    await new ConsentBrowser(cloud).consent(consentUrl(cloud), 'admin@contoso.example', 'cancel');
    assert.deepEqual(enterpriseAppIn(cloud, customers.contoso.id), before);
  });
});

describe('somebody who is not an administrator', () => {
  test('is told to ask one, and returns to the app with an error', async () => {
    const { id } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const page = await browser.press(await browser.open(consentUrl(cloud, id)), 'not-an-administrator');
    assert.equal(page.status, 403);
    assert.match(errorText(page), /^AADSTS90094: The grant requires admin permission\./);
    assert.equal(page.document.querySelector('button[value=accept]'), null);

    const {
      error,
      error_description: text,
      state,
      admin_consent: flag,
    } = callbackParameters(await browser.press(page, 'return'));
    assert.deepEqual({ error, state, flag }, { error: 'access_denied', state: 'state-1', flag: 'True' });
    assert.match(text ?? '', /^AADSTS90094: /);
    assert.equal(enterpriseAppIn(cloud, id), undefined);
  });

  test('cannot accept by sending the form of somebody who can', async () => {
    const { id } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const page = await browser.press(await browser.open(consentUrl(cloud, id)), 'not-an-administrator');
    const token = antiForgeryToken(page);
    const refused = await browser.post(page.url, [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ]);
    assert.match(errorText(refused), /^AADSTS90094: /);
    assert.equal(enterpriseAppIn(cloud, id), undefined);
  });

  test('may sign in again as somebody who is', async () => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const page = await browser.press(await browser.open(consentUrl(cloud, id)), 'not-an-administrator');
    const signIn = await browser.press(page, 'switch');
    const review = await browser.press(signIn, `admin@${domain}`);
    assert.equal(callbackParameters(await browser.press(review, 'accept'))['tenant'], id);
  });
});

test('each step is journalled with what was decided, and without tokens or state', async () => {
  const { id, domain } = addTenant(cloud);
  const before = cloud.journal.entries.length;
  const url = consentUrl(cloud, id, { state: 'very-secret-state' });
  await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
  await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'cancel');
  await new ConsentBrowser(cloud).open(consentUrl(cloud, 'common'));
  const entries = cloud.journal.entries.slice(before);
  assert.deepEqual(
    entries.map(({ status, code, reason }) => [status, code, reason]),
    [
      [200, undefined, 'asks who signs in'],
      [302, undefined, 'signed in'],
      [200, undefined, 'asks for consent'],
      [302, undefined, 'accepted'],
      [200, undefined, 'asks who signs in'],
      [302, undefined, 'signed in'],
      [200, undefined, 'asks for consent'],
      [302, 'AADSTS65004', 'declined'],
      [400, 'AADSTS9002328', 'common names no tenant'],
    ],
  );
  assert.ok(entries.every(({ service, operation }) => service === 'entra' && operation === 'adminconsent'));
  assert.equal(entries[3]?.tenantId, id);
  assert.equal(entries[7]?.tenantId, id);
  assert.ok(!JSON.stringify(entries).includes('very-secret-state'));
});
