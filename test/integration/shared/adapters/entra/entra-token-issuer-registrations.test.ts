/** App registrations that are not as this app needs them, and federated ones: what Entra says of them, and what we call it. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { FederatedCredential, Registration } from '../../../../../local/cloud/state/registration.ts';
import { issueAccessToken, signAccessToken, v2IssuerOf } from '../../../../../local/cloud/tokens.ts';
import { EntraTokenIssuer } from '../../../../../shared/adapters/entra/entra-token-issuer.ts';
import { errorMeanings } from '../../../../../shared/errors.ts';
import type { Presented } from '../../../../../shared/tokens/credential.ts';
import {
  anAssertion,
  anEnterpriseApp,
  customers,
  graphResource,
  redirectUri,
  startTestCloud,
  vendor,
} from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { rotationPresenting } from '../../../../support/rotation.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const [vendors] = cloud.state.registrations;
const [identity] = cloud.state.identities;
assert.ok(vendors && identity);

const home = vendor.tenantId;
const contoso = customers.contoso.id;
const exchange = 'api://AzureADTokenExchange';

/** A registration of its own that has consent at home and at Contoso. */
function aRegistration(overrides: Partial<Registration> = {}): Registration {
  const registration: Registration = {
    appId: crypto.randomUUID(),
    displayName: 'One more app',
    publisher: 'Mailworks Ltd',
    homeTenantId: home,
    audience: 'multitenant',
    redirectUris: [redirectUri],
    requiredAppRoles: [{ resource: graphResource, role: 'Mail.Send' }],
    certificates: vendors?.certificates ?? [],
    ...overrides,
  };
  cloud.state.registrations.push(registration);
  for (const tenantId of [home, contoso]) {
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId, appId: registration.appId }));
  }
  return registration;
}

function issuer({ appId }: Registration, present: (tenantId: string) => Promise<Presented>): EntraTokenIssuer {
  return new EntraTokenIssuer({
    rotation: rotationPresenting(present),
    clientId: appId,
    authorityUrl: cloud.urls.entra,
    authorityIsKnown: false,
    audiences: { graph: graphResource },
  });
}

const signedFor = (registration: Registration): EntraTokenIssuer =>
  issuer(registration, async (tenantId) => ({
    assertion: await anAssertion(cloud, { tenantId, claims: { iss: registration.appId, sub: registration.appId } }),
  }));

describe('a single-tenant registration', () => {
  const single = aRegistration({ audience: 'single-tenant' });

  test('gets tokens of its home tenant', async () => {
    const { tid, roles } = decodeJwt(await signedFor(single).request(home, 'graph'));
    assert.deepEqual([tid, roles], [home, ['Mail.Send']]);
  });

  test('is unknown in every other tenant, even one that has its enterprise application, and the remedy says why', async () => {
    const { code, detail, meaning } = await failureOf(signedFor(single).request(contoso, 'graph'));
    assert.deepEqual([code, detail], ['APP_NOT_IN_TENANT', { tenantId: contoso, aadsts: 700016 }]);
    assert.match(meaning.remedy, /AADSTS700016 .*single-tenant.*TENANTPOST_SINGLE_TENANT_ID/);
  });

  test('gets them of any tenant that consented once it is multitenant', async () => {
    const many = aRegistration();
    assert.equal(decodeJwt(await signedFor(many).request(contoso, 'graph'))['tid'], contoso);
  });
});

test('a public client is REGISTRATION_WRONG', async () => {
  const error = await failureOf(signedFor(aRegistration({ publicClient: true })).request(contoso, 'graph'));
  assert.deepEqual([error.code, error.detail['aadsts']], ['REGISTRATION_WRONG', 700025]);
  assert.match(error.meaning.remedy, /public client flows/);
});

describe('a federated token', () => {
  const trusted: FederatedCredential = {
    name: 'identity',
    issuer: v2IssuerOf(home),
    // With letters in it, so that its case can be wrong.
    subject: `abcdef00${crypto.randomUUID().slice(8)}`,
    audiences: [exchange],
  };
  cloud.state.identities.push({ ...identity, clientId: crypto.randomUUID(), principalId: trusted.subject });

  async function identityToken(tenantId: string, principal: string): Promise<Presented> {
    const { token } = await issueAccessToken(cloud, {
      issuedBy: 'identity',
      tenantId,
      resource: exchange,
      appId: vendor.identityClientId,
      objectId: principal,
      appidacr: '2',
      roles: [],
      lifetimeSeconds: 3600,
    });
    return { assertion: token };
  }

  const askedWith = (credential: Partial<FederatedCredential>, presented: () => Promise<Presented>) =>
    issuer(aRegistration({ federatedCredentials: [{ ...trusted, ...credential }] }), presented).request(
      contoso,
      'graph',
    );

  test('of the identity that the registration trusts gets a token of the customer', async () => {
    const token = decodeJwt(await askedWith({}, () => identityToken(home, trusted.subject)));
    assert.deepEqual([token['tid'], token['roles']], [contoso, ['Mail.Send']]);
  });

  const ownTenantsIdentity = () => identityToken(home, trusted.subject);
  const refusals: readonly (readonly [string, number, Partial<FederatedCredential>, () => Promise<Presented>])[] = [
    ['whose issuer is not the one that is trusted', 700211, { issuer: v2IssuerOf(contoso) }, ownTenantsIdentity],
    ['whose audience is another cloud’s', 700212, { audiences: [`${exchange}USGov`] }, ownTenantsIdentity],
    ['whose subject is another', 700213, { subject: crypto.randomUUID() }, ownTenantsIdentity],
    ['whose subject differs in case', 7002138, { subject: trusted.subject.toUpperCase() }, ownTenantsIdentity],
    [
      'of another tenant than the registration’s',
      700236,
      { issuer: v2IssuerOf(contoso) },
      () => identityToken(contoso, trusted.subject),
    ],
    [
      'that is no managed identity’s',
      700226,
      {},
      async () => {
        const tenant = cloud.state.tenants.find(({ id }) => id === home);
        assert.ok(tenant);
        const { assertion } = { assertion: '', ...(await ownTenantsIdentity()) };
        return { assertion: await signAccessToken(tenant, { ...decodeJwt(assertion), sub: crypto.randomUUID() }) };
      },
    ],
  ];
  for (const [what, aadsts, credential, presented] of refusals) {
    test(`${what} is FEDERATION_REFUSED`, async () => {
      const { code, detail } = await failureOf(askedWith(credential, presented));
      assert.deepEqual([code, detail], ['FEDERATION_REFUSED', { tenantId: contoso, aadsts }]);
      assert.match(errorMeanings.FEDERATION_REFUSED.symptom, new RegExp(`(?<!\\d)${aadsts}(?!\\d)`));
    });
  }
});
