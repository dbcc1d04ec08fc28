import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import {
  addFederatedCredential,
  removeFederatedCredential,
} from '../../../../local/cloud/entra/federated-credentials.ts';
import { issueAccessToken, signAccessToken, v2IssuerOf, verifyAccessToken } from '../../../../local/cloud/tokens.ts';
import type { FederatedCredential } from '../../../../local/cloud/state/registration.ts';
import type { Registration } from '../../../../local/cloud/state.ts';
import {
  aToken,
  customers,
  entraError,
  grantedToken,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';
import { addApp, outcome } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const [identity] = cloud.state.identities;
assert.ok(identity);
const { principalId } = identity;

const EXCHANGE = 'api://AzureADTokenExchange';
/** A principal id with letters in it, whatever was drawn for the seed's. */
const other = { ...identity, clientId: crypto.randomUUID(), principalId: `abcdef00${crypto.randomUUID().slice(8)}` };
cloud.state.identities.push(other);

/** The token that the managed identity endpoint gives for the token exchange, or another of the same make. */
async function identityToken(options: { tenantId?: string; principal?: string; resource?: string } = {}) {
  const { token } = await issueAccessToken(cloud, {
    issuedBy: 'identity',
    tenantId: options.tenantId ?? vendor.tenantId,
    resource: options.resource ?? EXCHANGE,
    appId: vendor.identityClientId,
    objectId: options.principal ?? principalId,
    appidacr: '2',
    roles: [],
    lifetimeSeconds: 3600,
  });
  return token;
}

const credential = (overrides: Partial<FederatedCredential> = {}): FederatedCredential => ({
  name: 'identity',
  issuer: `https://login.microsoftonline.com/${vendor.tenantId}/v2.0`,
  subject: principalId,
  audiences: [EXCHANGE],
  ...overrides,
});

function trusting(...credentials: FederatedCredential[]): Registration {
  const { registration } = addApp(cloud);
  for (const one of credentials) addFederatedCredential(registration, one);
  return registration;
}

const ask = async (registration: Registration, assertion?: string) =>
  requestToken(cloud, {
    form: { client_id: registration.appId, client_assertion: assertion ?? (await identityToken()) },
  });

async function refusal(registration: Registration, assertion?: string): Promise<[number, string]> {
  const response = await ask(registration, assertion);
  assert.equal(response.status, 401);
  const { error, error_codes: codes, error_description: text } = await entraError(response);
  assert.equal(error, 'invalid_client');
  return [codes[0] ?? 0, text];
}

describe("the managed identity's token for the token exchange", () => {
  test('comes from the identity endpoint as a v2 token of the principal', async () => {
    const query = new URLSearchParams({
      'api-version': '2019-08-01',
      resource: EXCHANGE,
      client_id: vendor.identityClientId,
    });
    const response = await fetch(`${cloud.urls.identity}/msi/token?${query.toString()}`, {
      headers: { 'x-identity-header': cloud.identityHeader },
    });
    const { access_token: token } = z.object({ access_token: z.string() }).parse(await response.json());
    const { iat, nbf, exp, aio, rh, uti, ...claims } = decodeJwt(token);
    assert.deepEqual(claims, {
      aud: 'fb60f99c-7a34-4190-8149-302f77469936',
      iss: `https://login.microsoftonline.com/${vendor.tenantId}/v2.0`,
      azp: vendor.identityClientId,
      azpacr: '2',
      idtyp: 'app',
      oid: principalId,
      sub: principalId,
      tid: vendor.tenantId,
      ver: '2.0',
    });
    assert.ok([iat, nbf, exp, aio, rh, uti].every((one) => one !== undefined));
    assert.ok('claims' in (await verifyAccessToken(cloud, 'entra', token, [EXCHANGE])));
    assert.deepEqual(await verifyAccessToken(cloud, 'graph', token, ['https://graph.microsoft.com']), {
      refused: 'audience',
    });
  });

  test('is taken as the assertion of an app in any tenant that consented, again and again', async () => {
    const registration = trusting(credential());
    const token = await identityToken();
    for (let use = 0; use < 2; use += 1) {
      const { claims } = await grantedToken(await ask(registration, token));
      assert.equal(claims['tid'], customers.contoso.id);
      assert.equal(claims['appid'], registration.appId);
      assert.equal(claims['appidacr'], '2');
    }
  });

  test('is taken by whichever credential matches, and no longer when that is removed', async () => {
    const registration = trusting(
      credential({ name: 'first', subject: crypto.randomUUID() }),
      credential({ name: 'second' }),
    );
    await grantedToken(await ask(registration));
    assert.equal(removeFederatedCredential(registration, 'second'), true);
    assert.equal((await refusal(registration))[0], 700213);
    assert.equal(removeFederatedCredential(registration, 'second'), false);
  });
});

describe('a federated assertion is refused', () => {
  test('when no credential has its issuer, to the letter', async () => {
    const issuer = `https://login.microsoftonline.com/${vendor.tenantId}/v2.0`;
    for (const wrong of [`${issuer}/`, issuer.toUpperCase(), `https://sts.windows.net/${vendor.tenantId}/`]) {
      const [code, text] = await refusal(trusting(credential({ issuer: wrong })));
      assert.equal(code, 700211);
      assert.ok(
        text.includes(`record found for presented assertion issuer '${issuer}'. Check your federated identity`),
      );
    }
    assert.equal((await refusal(trusting()))[0], 700211);
  });

  test('when no credential has its audience', async () => {
    const [code, text] = await refusal(trusting(credential({ audiences: ['api://AzureADTokenExchangeUSGov'] })));
    assert.equal(code, 700212);
    assert.match(text, /presented assertion audience 'fb60f99c-7a34-4190-8149-302f77469936'/);
    const registration = trusting(credential());
    assert.equal((await refusal(registration, await signedClaims({ aud: 'https://vault.azure.net' })))[0], 700212);
  });

  test('when no credential has its subject', async () => {
    const [code, text] = await refusal(trusting(credential({ subject: identity.clientId })));
    assert.equal(code, 700213);
    assert.ok(text.includes(`presented assertion subject '${principalId}'`), 'the client id is not the principal id');
  });

  test('when its subject differs in case', async () => {
    const registration = trusting(credential({ subject: other.principalId.toUpperCase() }));
    const [code, text] = await refusal(registration, await identityToken({ principal: other.principalId }));
    assert.equal(code, 7002138);
    assert.match(text, /matches with case-insensitive comparison, but not with case-sensitive comparison/);
  });

  test('when it is of another Entra tenant than the registration', async () => {
    const issuer = `https://login.microsoftonline.com/${customers.fabrikam.id}/v2.0`;
    const token = await identityToken({ tenantId: customers.fabrikam.id });
    const [code, text] = await refusal(trusting(credential({ issuer })), token);
    assert.equal(code, 700236);
    assert.ok(text.includes(`Entra ID tokens issued by issuer '${issuer}' may not be used for federated identity`));
  });

  test('when it is the token of an app and not of a managed identity', async () => {
    const subject = crypto.randomUUID();
    const registration = trusting(credential({ subject }));
    assert.equal((await refusal(registration, await identityToken({ principal: subject })))[0], 700226);
  });

  test('when it is of a system-assigned identity', async (t) => {
    t.after(() => delete identity.systemAssigned);
    const { appId } = trusting(credential());
    const form = { client_id: appId, client_assertion: await identityToken() };
    identity.systemAssigned = true;
    assert.equal(await outcome(cloud, { form }), 700226);
    identity.systemAssigned = false;
    assert.equal(await outcome(cloud, { form }), 'granted');
  });

  test('when it was meant for another resource', async () => {
    const registration = trusting(credential());
    const [code] = await refusal(registration, await identityToken({ resource: 'https://vault.azure.net' }));
    assert.equal(code, 700211, 'a v1 token has another issuer');
    assert.equal((await refusal(registration, await aToken(cloud)))[0], 700211);
  });

  test('when it was not signed by the tenant', async () => {
    const registration = trusting(credential());
    assert.equal((await refusal(registration, await signedClaims({}, customers.fabrikam.id)))[0], 700027);
    const [, payload] = (await identityToken()).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    assert.equal((await refusal(registration, `${none}.${payload}.`))[0], 700027);
  });

  test('when its time is over', async (t) => {
    const registration = trusting(credential());
    const token = await identityToken();
    const rule = cloud.faults.add({ service: 'entra', fault: { kind: 'clock', seconds: 3700 } });
    t.after(() => cloud.faults.remove(rule));
    assert.equal((await refusal(registration, token))[0], 700024);
  });

  test('when it lacks a claim', async () => {
    const registration = trusting(credential());
    for (const claim of ['sub', 'aud', 'exp']) {
      assert.equal((await refusal(registration, await signedClaims({ [claim]: undefined })))[0], 50027, claim);
    }
  });
});

describe('the federated credentials of an app', () => {
  test('are twenty at most', async () => {
    const registration = trusting();
    const add = (number: number) =>
      addFederatedCredential(registration, credential({ name: `n${number}`, subject: `subject ${number}` }));
    for (let number = 0; number < 20; number += 1) add(number);
    assert.throws(() => add(20), /at most 20/);
    assert.equal(registration.federatedCredentials?.length, 20);
    assert.equal(await outcome(cloud, { form: { client_id: registration.appId } }), 700027, 'its own assertion');
  });

  test('have names and pairs of issuer and subject of their own, and otherwise whatever values', () => {
    const registration = trusting(credential());
    assert.throws(() => addFederatedCredential(registration, credential({ subject: 's' })), /named "identity"/);
    assert.throws(() => addFederatedCredential(registration, credential({ name: 'n' })), /this issuer and subject/);
    addFederatedCredential(registration, credential({ name: 'n', issuer: 'no URL at all', audiences: ['?'] }));
    assert.equal(registration.federatedCredentials?.length, 2);
  });
});

/** A token such as the identity's with other claims, signed by the vendor's tenant or another one. */
async function signedClaims(overrides: Record<string, unknown>, signedBy: string = vendor.tenantId): Promise<string> {
  const tenant = cloud.state.tenants.find(({ id }) => id === signedBy);
  assert.ok(tenant);
  const token = await identityToken();
  assert.equal(decodeProtectedHeader(token).alg, 'RS256');
  const claims = Object.entries({ ...decodeJwt(token), iss: v2IssuerOf(vendor.tenantId), ...overrides });
  return signAccessToken(tenant, Object.fromEntries(claims.filter(([, value]) => value !== undefined)));
}
