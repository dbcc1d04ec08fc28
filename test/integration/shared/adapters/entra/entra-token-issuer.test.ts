import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { decodeJwt } from 'jose';
import { makeAppCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import type { JournalEntry } from '../../../../../local/cloud/journal.ts';
import { verifyAccessToken } from '../../../../../local/cloud/tokens.ts';
import { freePort } from '../../../../../local/free-port.ts';
import {
  EntraTokenIssuer,
  type EntraTokenIssuerOptions,
} from '../../../../../shared/adapters/entra/entra-token-issuer.ts';
import { VaultCertificateCredential } from '../../../../../shared/adapters/entra/vault-certificate-credential.ts';
import { hours } from '../../../../../shared/clock.ts';
import type { Credential, Presented } from '../../../../../shared/tokens/credential.ts';
import { settableClock } from '../../../../support/clock.ts';
import {
  addTenant,
  anEnterpriseApp,
  customers,
  enterpriseAppIn,
  graphResource,
  startTestCloud,
  vendor,
} from '../../../../support/cloud.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { rotationOf, rotationPresenting } from '../../../../support/rotation.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const contoso = customers.contoso.id;

function credential(overrides: Partial<ConstructorParameters<typeof VaultCertificateCredential>[0]> = {}): Credential {
  return new VaultCertificateCredential({
    ...vaultClients(cloud.urls.vault, managedIdentity(cloud)),
    certificateName: vendor.certificateName,
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    refreshSeconds: 600,
    now: Date.now,
    log: recordingLog().log,
    ...overrides,
  });
}

/** What the vault's certificate presents to a tenant. */
async function presentTo(tenantId: string): Promise<Presented> {
  const [proof] = await credential().proofs();
  assert.ok(proof);
  return proof.present(tenantId);
}

function issuer(overrides: Partial<EntraTokenIssuerOptions> = {}): EntraTokenIssuer {
  return new EntraTokenIssuer({
    rotation: rotationOf(credential()),
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    authorityIsKnown: false,
    audiences: { graph: graphResource },
    ...overrides,
  });
}

/** A tenant that no other test knows, in which somebody consented just now. */
function justConsented(): string {
  const { id } = addTenant(cloud);
  cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id, consentedAt: Date.now() }));
  return id;
}

const atOnce = cloud.state.propagation;

/** Changes how long a consent takes to arrive, until the test ends. */
function propagation(t: TestContext, milliseconds: { enterpriseApp: number; roles: number }): void {
  cloud.state.propagation = milliseconds;
  t.after(() => {
    cloud.state.propagation = atOnce;
  });
}

/** What a service was asked, and answered, since a moment. */
function since(index: number, wanted: JournalEntry['service']): string[] {
  const entries = cloud.journal.entries.slice(index).filter(({ service }) => service === wanted);
  return entries.map(({ operation, status }) => `${operation} ${status}`);
}

describe('a token', () => {
  test('of a tenant that consented is the one that Graph takes', async () => {
    const verified = await verifyAccessToken(cloud, 'graph', await issuer().request(contoso, 'graph'), [graphResource]);
    assert.ok('claims' in verified);
    const { tid, appid, oid, roles, aud } = verified.claims;
    assert.deepEqual([tid, appid, roles, aud], [contoso, vendor.appId, ['Mail.Send'], graphResource]);
    assert.equal(oid, enterpriseAppIn(cloud, contoso)?.objectId);
  });

  test('costs one signature and one request to the token endpoint', async () => {
    const one = issuer();
    await one.request(contoso, 'graph');
    const tenant = justConsented();
    const index = cloud.journal.entries.length;
    await one.request(tenant, 'graph');
    assert.deepEqual(since(index, 'vault'), ['sign 200']);
    // Microsoft's own authorities are known to MSAL and cost no discovery.
    assert.deepEqual(since(index, 'entra'), ['discovery 200', 'token 200']);
  });

  test('is a new one each time: no cache stands between the app and Entra', async () => {
    const one = issuer();
    const tokens = [await one.request(contoso, 'graph'), await one.request(contoso, 'graph')];
    assert.equal(new Set(tokens.map((token) => decodeJwt(token)['uti'])).size, 2);
  });

  test('of many tenants at once is each of its own tenant', async () => {
    const one = issuer();
    const tenants = Array.from({ length: 6 }, justConsented);
    const tokens = await Promise.all(tenants.map((tenant) => one.request(tenant, 'graph')));
    assert.deepEqual(
      tokens.map((token) => decodeJwt(token)['tid']),
      tenants,
    );
  });

  test('without the role, while consent is on its way, is not kept for when it has arrived', async (t) => {
    const one = issuer();
    const tenant = justConsented();
    propagation(t, { enterpriseApp: 0, roles: 1 * hours });
    assert.equal('roles' in decodeJwt(await one.request(tenant, 'graph')), false);
    propagation(t, { enterpriseApp: 0, roles: 0 });
    assert.deepEqual(decodeJwt(await one.request(tenant, 'graph'))['roles'], ['Mail.Send']);
  });

  test('refused while the enterprise application is on its way is given when it has arrived', async (t) => {
    const one = issuer();
    const tenant = justConsented();
    propagation(t, { enterpriseApp: 1 * hours, roles: 1 * hours });
    assert.equal((await failureOf(one.request(tenant, 'graph'))).code, 'APP_NOT_IN_TENANT');
    propagation(t, { enterpriseApp: 0, roles: 0 });
    assert.equal(decodeJwt(await one.request(tenant, 'graph'))['tid'], tenant);
  });
});

describe('a refusal of Entra', () => {
  test('for a tenant that did not consent is APP_NOT_IN_TENANT', async () => {
    const { id } = addTenant(cloud);
    const { code, message, detail, cause } = await failureOf(issuer().request(id, 'graph'));
    assert.deepEqual([code, detail], ['APP_NOT_IN_TENANT', { tenantId: id, aadsts: 7000229 }]);
    assert.equal(message, `Entra refused a token of tenant ${id} (AADSTS7000229).`);
    assert.ok(cause instanceof Error);
  });

  test('reaches Entra each time: nothing refuses on its behalf', async () => {
    const { id } = addTenant(cloud);
    const one = issuer();
    const index = cloud.journal.entries.length;
    for (let round = 0; round < 3; round += 1) await failureOf(one.request(id, 'graph'));
    assert.deepEqual(
      since(index, 'entra').filter((what) => what.startsWith('token')),
      ['token 401', 'token 401', 'token 401'],
    );
  });

  test('for a tenant that does not exist is TENANT_NOT_FOUND', async () => {
    const tenantId = crypto.randomUUID();
    const { code, detail } = await failureOf(issuer().request(tenantId, 'graph'));
    assert.deepEqual([code, detail], ['TENANT_NOT_FOUND', { tenantId, aadsts: 90002 }]);
  });

  test('for an app that nobody registered is APP_NOT_IN_TENANT', async () => {
    const { code, detail } = await failureOf(issuer({ clientId: crypto.randomUUID() }).request(contoso, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['APP_NOT_IN_TENANT', 700016]);
  });

  test('for a certificate that is not on the registration is CREDENTIAL_REFUSED', async (t) => {
    const registration = cloud.state.registrations[0];
    assert.ok(registration);
    const { certificates } = registration;
    t.after(() => {
      registration.certificates = certificates;
    });
    const { thumbprint, der } = await makeAppCertificate('another');
    registration.certificates = [{ thumbprint, der }];
    const { code, detail } = await failureOf(issuer().request(contoso, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['CREDENTIAL_REFUSED', 700027]);
  });

  test("for another tenant's assertion is CREDENTIAL_REFUSED", async () => {
    const mistaken = rotationPresenting(() => presentTo(customers.fabrikam.id));
    const { code, detail } = await failureOf(issuer({ rotation: mistaken }).request(contoso, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['CREDENTIAL_REFUSED', 700023]);
  });

  test('for an assertion of a clock that is two hours ahead is CREDENTIAL_REFUSED', async () => {
    const ahead = credential({ now: settableClock(Date.now() + 2 * hours).now });
    const { code, detail } = await failureOf(issuer({ rotation: rotationOf(ahead) }).request(contoso, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['CREDENTIAL_REFUSED', 700024]);
  });

  test('for a tenant of another cloud is TENANT_IN_OTHER_CLOUD', async () => {
    const { id } = addTenant(cloud, { nationalCloud: 'microsoftonline.us' });
    const { code, detail } = await failureOf(issuer().request(id, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['TENANT_IN_OTHER_CLOUD', 900382]);
  });

  test('for an enterprise application that is disabled is APP_BLOCKED', async () => {
    const { id } = addTenant(cloud);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id, accountEnabled: false }));
    const { code, detail } = await failureOf(issuer().request(id, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['APP_BLOCKED', 7000112]);
  });

  test('shows nothing of the assertion', async () => {
    const assertions: string[] = [];
    const watched = rotationPresenting(async (tenantId) => {
      const presented = await presentTo(tenantId);
      if ('assertion' in presented) assertions.push(presented.assertion);
      return presented;
    });
    const shown = shownOf(await failureOf(issuer({ rotation: watched }).request(addTenant(cloud).id, 'graph')));
    assert.equal(assertions.length, 1);
    for (const part of assertions.join('.').split('.')) assert.equal(shown.includes(part), false);
  });
});

describe('without an assertion', { concurrency: true }, () => {
  test('for want of a role in the vault, a token is VAULT_REFUSED', async () => {
    const clientId = crypto.randomUUID();
    cloud.state.identities.push({ clientId, principalId: crypto.randomUUID(), name: clientId, vaultRoles: [] });
    const denied = credential(vaultClients(cloud.urls.vault, managedIdentity(cloud, clientId)));
    const tenant = justConsented();
    assert.equal(
      (await failureOf(issuer({ rotation: rotationOf(denied) }).request(tenant, 'graph'))).code,
      'VAULT_REFUSED',
    );
    assert.deepEqual(
      cloud.journal.entries.filter(({ tenantId }) => tenantId === tenant),
      [],
    );
  });

  test('because the vault is away, a token is VAULT_UNAVAILABLE', async () => {
    const away = credential(vaultClients(`https://localhost:${await freePort()}`, managedIdentity(cloud)));
    const tenant = justConsented();
    assert.equal(
      (await failureOf(issuer({ rotation: rotationOf(away) }).request(tenant, 'graph'))).code,
      'VAULT_UNAVAILABLE',
    );
    assert.deepEqual(
      cloud.journal.entries.filter(({ tenantId }) => tenantId === tenant),
      [],
    );
  });
});

test('while Entra is away, a token is ENTRA_UNAVAILABLE at once, with the cause', async () => {
  const began = Date.now();
  const away = issuer({ authorityUrl: `https://localhost:${await freePort()}` });
  const { code, detail, cause } = await failureOf(away.request(contoso, 'graph'));
  assert.deepEqual([code, detail], ['ENTRA_UNAVAILABLE', { tenantId: contoso }]);
  assert.ok(cause instanceof Error);
  assert.ok(Date.now() - began < 2000);
});

test('no token ever cost the secret of the certificate', () => {
  assert.ok(cloud.journal.count('vault', 'sign') > 0);
  assert.equal(cloud.journal.count('vault', 'getSecret'), 0);
});
