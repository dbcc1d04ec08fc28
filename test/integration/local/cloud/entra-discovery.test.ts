import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import {
  addTenant,
  anEnterpriseApp,
  customers,
  entraError,
  grantedToken,
  requestToken,
  startTestCloud,
} from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const configuration = z.object({
  issuer: z.string(),
  token_endpoint: z.string(),
  authorization_endpoint: z.string(),
  jwks_uri: z.string(),
});
const keys = z.object({
  keys: z.array(
    z.strictObject({
      kty: z.literal('RSA'),
      use: z.literal('sig'),
      kid: z.string(),
      x5t: z.string(),
      n: z.string(),
      e: z.string(),
    }),
  ),
});

async function discover(tenant: string, version = '/v2.0'): Promise<z.infer<typeof configuration>> {
  const response = await cloud.fetch(`${cloud.urls.entra}/${tenant}${version}/.well-known/openid-configuration`);
  assert.equal(response.status, 200);
  return configuration.parse(await response.json());
}

async function keysOf(tenant: string): Promise<JSONWebKeySet> {
  const response = await cloud.fetch(`${cloud.urls.entra}/${tenant}/discovery/v2.0/keys`);
  assert.equal(response.status, 200);
  return keys.parse(await response.json());
}

test('discovery of a tenant keeps every endpoint and the issuer on this host', async () => {
  const { id } = customers.contoso;
  assert.deepEqual(await discover(id), {
    issuer: `${cloud.urls.entra}/${id}/v2.0`,
    token_endpoint: `${cloud.urls.entra}/${id}/oauth2/v2.0/token`,
    authorization_endpoint: `${cloud.urls.entra}/${id}/oauth2/v2.0/authorize`,
    jwks_uri: `${cloud.urls.entra}/${id}/discovery/v2.0/keys`,
  });
});

test('discovery resolves a verified domain to its tenant', async () => {
  const issuer = `${cloud.urls.entra}/${customers.contoso.id}/v2.0`;
  for (const domain of ['contoso.example', 'CONTOSO.example']) assert.equal((await discover(domain)).issuer, issuer);
});

test('discovery of v1 names the issuer and the keys of the access tokens, and the endpoints of v1', async () => {
  for (const tenant of [customers.contoso.id, 'contoso.example']) {
    const root = `${cloud.urls.entra}/${customers.contoso.id}`;
    assert.deepEqual(await discover(tenant, ''), {
      issuer: `https://sts.windows.net/${customers.contoso.id}/`,
      token_endpoint: `${root}/oauth2/token`,
      authorization_endpoint: `${root}/oauth2/authorize`,
      jwks_uri: `${root}/discovery/keys`,
    });
  }
  const { issuer, jwks_uri: keysUrl } = await discover('contoso.example', '');
  const { access_token: token } = await grantedToken(await requestToken(cloud));
  const published = createLocalJWKSet(keys.parse(await (await cloud.fetch(keysUrl)).json()));
  assert.equal((await jwtVerify(token, published, { issuer })).payload['tid'], customers.contoso.id);
});

test('discovery of no tenant in particular leaves a place for the tenant in the issuer', async () => {
  assert.equal((await discover('common')).issuer, `${cloud.urls.entra}/{tenantid}/v2.0`);
  assert.equal((await discover('common', '')).issuer, 'https://sts.windows.net/{tenantid}/');
});

test('discovery answers for a GUID and a domain that are no tenant, and the token endpoint refuses them', async () => {
  for (const stranger of ['99999999-9999-4999-8999-999999999999', 'nobody.example']) {
    assert.equal((await discover(stranger)).issuer, `${cloud.urls.entra}/${stranger}/v2.0`);
    assert.deepEqual((await entraError(await requestToken(cloud, { tenant: stranger }))).error_codes, [90002]);
  }
});

test('discovery refuses what is neither a GUID nor a domain', async () => {
  const response = await cloud.fetch(`${cloud.urls.entra}/not_a_tenant/v2.0/.well-known/openid-configuration`);
  assert.equal(response.status, 400);
  assert.deepEqual((await entraError(response)).error_codes, [900023]);
});

test('a key set holds the public key of its tenant alone, and verifies that tenant and no other', async () => {
  const other = addTenant(cloud);
  cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: other.id }));
  const { access_token: token } = await grantedToken(await requestToken(cloud));
  const { access_token: otherToken } = await grantedToken(await requestToken(cloud, { tenant: other.id }));
  const contoso = await keysOf(customers.contoso.id);

  assert.equal(contoso.keys.length, 1);
  const { payload } = await jwtVerify(token, createLocalJWKSet(contoso));
  assert.equal(payload['tid'], customers.contoso.id);
  await assert.rejects(jwtVerify(otherToken, createLocalJWKSet(contoso)), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

test('the key set of no tenant in particular holds the keys of all', async () => {
  assert.equal((await keysOf('organizations')).keys.length, cloud.state.tenants.length);
});

test('there is no key set of a tenant that does not exist', async () => {
  const response = await cloud.fetch(`${cloud.urls.entra}/99999999-9999-4999-8999-999999999999/discovery/v2.0/keys`);
  assert.equal(response.status, 400);
  assert.deepEqual((await entraError(response)).error_codes, [90002]);
});

test('a path that does not exist is answered 404 in the words of the service', async () => {
  const response = await cloud.fetch(`${cloud.urls.entra}/${customers.contoso.id}/oauth2/token`, { method: 'POST' });
  assert.equal(response.status, 404);
  const body = await entraError(response);
  assert.equal(body.error, 'invalid_request');
  assert.ok(!body.error_description.includes(' at '), 'no stack trace');
});

test('a path that cannot be decoded is refused and does not end the service', async () => {
  const response = await cloud.fetch(`${cloud.urls.entra}/%E0%A4%A/v2.0/.well-known/openid-configuration`);
  assert.equal(response.status, 400);
  assert.deepEqual((await entraError(response)).error_codes, [900023]);
});

test('discovery and keys are journalled with their status', async () => {
  const since = Date.now();
  await discover(customers.fabrikam.id);
  await keysOf(customers.fabrikam.id);
  assert.equal(cloud.journal.count('entra', 'discovery', since), 1);
  assert.equal(cloud.journal.count('entra', 'keys', since), 1);
});
