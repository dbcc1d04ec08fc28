import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import {
  grantAppRole,
  grantConsent,
  removeAppRole,
  setEnabled,
  withdrawConsent,
} from '../../../../local/cloud/entra/consents.ts';
import type { CloudState } from '../../../../local/cloud/state.ts';
import {
  addTenant,
  enterpriseAppIn,
  entraError,
  grantedToken,
  graphResource,
  redirectUri,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';
import { callbackParameters, ConsentBrowser, consentUrl } from '../../../support/consent-browser.ts';
import { outcome, vendorApp } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = vendorApp(cloud);
const exchange = 'https://outlook.office365.com';

function consented() {
  const tenant = addTenant(cloud);
  return { ...tenant, app: grantConsent(cloud, registration, tenant.id) };
}

async function rolesIn(tenant: string, resource = graphResource): Promise<unknown> {
  const form = { scope: `${resource}/.default` };
  return (await grantedToken(await requestToken(cloud, { tenant, form }))).claims['roles'];
}

function setPropagation(t: TestContext, propagation: CloudState['propagation']): void {
  const before = cloud.state.propagation;
  cloud.state.propagation = propagation;
  t.after(() => {
    cloud.state.propagation = before;
  });
}

/** By Entra's clock, so that nobody has to wait. */
function later(t: TestContext, seconds: number): void {
  const rule = cloud.faults.add({ service: 'entra', fault: { kind: 'clock', seconds } });
  t.after(() => cloud.faults.remove(rule));
}

describe('a consent', () => {
  test('that is withdrawn leaves the tenant without the app, and a new one has another object id', async () => {
    const { id, app } = consented();
    assert.deepEqual(await rolesIn(id), ['Mail.Send']);
    assert.equal(withdrawConsent(cloud, vendor.appId, id), true);
    assert.equal(await outcome(cloud, { tenant: id }), 7000229);
    assert.equal(withdrawConsent(cloud, vendor.appId, id), false);
    assert.notEqual(grantConsent(cloud, registration, id).objectId, app.objectId);
    assert.deepEqual(await rolesIn(id), ['Mail.Send']);
  });

  test('loses single roles at once', async () => {
    const { id, app } = consented();
    grantAppRole(cloud, app, { resource: graphResource, role: 'Mail.ReadWrite' });
    assert.deepEqual(await rolesIn(id), ['Mail.Send', 'Mail.ReadWrite']);
    removeAppRole(app, { resource: `${graphResource}/`, role: 'Mail.Send' });
    assert.deepEqual(await rolesIn(id), ['Mail.ReadWrite']);
    removeAppRole(app, { resource: graphResource, role: 'Mail.ReadWrite' });
    assert.equal(await rolesIn(id), undefined, 'no roles, and no refusal');
  });

  test('gains single roles after the time that a consent takes, and keeps the others meanwhile', async (t) => {
    setPropagation(t, { enterpriseApp: 60_000, roles: 120_000 });
    const { id, app } = consented();
    app.consentedAt -= 3_600_000;
    grantAppRole(cloud, app, { resource: graphResource, role: 'Mail.ReadWrite' });
    grantAppRole(cloud, app, { resource: graphResource, role: 'Mail.Send' });
    assert.equal(app.grantedAppRoles.length, 2, 'a role that is there is not granted again');
    assert.deepEqual(await rolesIn(id), ['Mail.Send']);
    later(t, 121);
    assert.deepEqual(await rolesIn(id), ['Mail.Send', 'Mail.ReadWrite']);
  });

  test('given again has what is required by now: what is new propagates, what is gone is taken back', async (t) => {
    setPropagation(t, { enterpriseApp: 0, roles: 120_000 });
    const { id, domain, app } = consented();
    app.consentedAt -= 3_600_000;
    grantAppRole(cloud, app, { resource: graphResource, role: 'Mail.Read' });
    const before = registration.requiredAppRoles;
    registration.requiredAppRoles = [...before, { resource: exchange, role: 'IMAP.AccessAsApp' }];
    t.after(() => {
      registration.requiredAppRoles = before;
    });
    await new ConsentBrowser(cloud).consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');
    assert.deepEqual(
      app.grantedAppRoles.map(({ role }) => role),
      ['Mail.Send', 'IMAP.AccessAsApp'],
    );
    assert.deepEqual(await rolesIn(id), ['Mail.Send']);
    assert.equal(await rolesIn(id, exchange), undefined);
    later(t, 121);
    assert.deepEqual(await rolesIn(id, exchange), ['IMAP.AccessAsApp']);
  });
});

test('an enterprise application that is disabled gets no token until it is enabled', async () => {
  const { id, app } = consented();
  setEnabled(app, false);
  const response = await requestToken(cloud, { tenant: id });
  assert.equal(response.status, 400);
  const { error, error_codes: codes, error_description: text } = await entraError(response);
  assert.deepEqual([error, codes], ['unauthorized_client', [7000112]]);
  assert.ok(text.startsWith(`AADSTS7000112: Application '${vendor.appId}'(${registration.displayName}) is disabled.`));
  setEnabled(app, true);
  assert.deepEqual(await rolesIn(id), ['Mail.Send']);
});

describe('the name of a deleted enterprise application', () => {
  test('stays taken for a while: consent fails on the redirect, and works later', async (t) => {
    setPropagation(t, { enterpriseApp: 0, roles: 0, deletion: 600_000 });
    const { id, domain } = consented();
    withdrawConsent(cloud, vendor.appId, id);
    const browser = new ConsentBrowser(cloud);
    const consent = () => browser.consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');
    const refused = await consent();
    assert.ok(
      refused.location?.startsWith(`${redirectUri}?admin_consent=True&error=invalid_client&`),
      refused.location,
    );
    const { error_description: text = '', state } = callbackParameters(refused);
    assert.match(text, /^AADSTS650051: Consent action for Application '.*' failed due to the following error: The '/);
    assert.ok(text.includes(`service principal name is already present for the tenant '${id}'. paramName: `));
    assert.equal(state, 'state-1');
    assert.equal(enterpriseAppIn(cloud, id), undefined);
    later(t, 601);
    assert.equal(callbackParameters(await consent())['tenant'], id);
    assert.ok(enterpriseAppIn(cloud, id));
    assert.deepEqual(cloud.state.deletedEnterpriseApps, [], 'what is over is forgotten');
  });

  test('is taken in its own tenant alone, and for no time if none is set', async (t) => {
    const first = consented();
    withdrawConsent(cloud, vendor.appId, first.id);
    grantConsent(cloud, registration, first.id);
    setPropagation(t, { enterpriseApp: 0, roles: 0, deletion: 600_000 });
    withdrawConsent(cloud, vendor.appId, first.id);
    assert.throws(() => grantConsent(cloud, registration, first.id), /already present/);
    const other = addTenant(cloud);
    grantConsent(cloud, registration, other.id);
    assert.deepEqual(await rolesIn(other.id), ['Mail.Send']);
  });
});
