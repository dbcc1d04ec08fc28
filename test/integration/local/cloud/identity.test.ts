import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { type AccessTokenClaims, verifyAccessToken } from '../../../../local/cloud/tokens.ts';
import { startTestCloud, vendor } from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const [identity] = cloud.state.identities;
assert.ok(identity);

const VAULT = 'https://vault.azure.net';
const granted = z.strictObject({
  access_token: z.string(),
  expires_on: z.string().regex(/^\d{10}$/),
  resource: z.string(),
  token_type: z.literal('Bearer'),
  client_id: z.string(),
});
const refused = z.strictObject({ statusCode: z.int(), message: z.string(), correlationId: z.guid() });

/** Asks for the vault's token with the identity's client id; `undefined` leaves a parameter or the header out. */
function ask(parameters: Record<string, string | undefined> = {}, header: string | undefined = cloud.identityHeader) {
  const query = { 'api-version': '2019-08-01', resource: VAULT, client_id: vendor.identityClientId, ...parameters };
  const given = Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined);
  return send(
    `/msi/token?${new URLSearchParams(given).toString()}`,
    header === '' ? {} : { 'x-identity-header': header },
  );
}

const send = (path: string, headers: Record<string, string>, method = 'GET'): Promise<Response> =>
  fetch(`${cloud.urls.identity}${path}`, { method, headers });

async function grantedBy(response: Response): Promise<z.infer<typeof granted> & { claims: AccessTokenClaims }> {
  assert.equal(response.status, 200);
  const body = granted.parse(await response.json());
  const verified = await verifyAccessToken(cloud, 'vault', body.access_token, [body.resource]);
  assert.ok('claims' in verified, JSON.stringify(verified));
  return { ...body, claims: verified.claims };
}

async function refusedBy(response: Response): Promise<{ status: number; message: string }> {
  const { statusCode, message } = refused.parse(await response.json());
  assert.equal(statusCode, response.status);
  return { status: response.status, message };
}

test('gives the identity a token of its home tenant that lasts a day', async () => {
  const { claims, ...body } = await grantedBy(await ask());
  const now = Math.floor(Date.now() / 1000);
  assert.equal(body.client_id, identity.clientId);
  assert.equal(body.resource, VAULT);
  assert.ok(Math.abs(Number(body.expires_on) - now - 24 * 3600) <= 2);
  const { appid, oid, sub, tid, aud, appidacr, idtyp } = claims;
  assert.deepEqual(
    { appid, oid, sub, tid, aud, appidacr, idtyp },
    {
      appid: identity.clientId,
      oid: identity.principalId,
      sub: identity.principalId,
      tid: vendor.tenantId,
      aud: VAULT,
      appidacr: '2',
      idtyp: 'app',
    },
  );
  assert.ok(!('roles' in claims));
});

test('refuses whoever does not know the secret of the header', async () => {
  const { identityHeader } = cloud;
  for (const header of ['', 'another', crypto.randomUUID(), `${identityHeader}x`, identityHeader.slice(1)]) {
    assert.equal((await refusedBy(await ask({}, header))).status, 401);
  }
});

describe('the api-version', () => {
  for (const version of [undefined, '', '2017-09-01', '2018-02-01']) {
    test(`is refused when it is ${version === '' ? 'empty' : (version ?? 'missing')}`, async () => {
      const { status, message } = await refusedBy(await ask({ 'api-version': version }));
      assert.equal(status, 400);
      assert.match(message, /api-version/);
    });
  }
});

describe('the resource', () => {
  for (const resource of [
    VAULT,
    `${VAULT}/`,
    'https://storage.azure.com',
    'https://storage.azure.com/',
    'api://AzureADTokenExchange',
  ]) {
    test(`may be ${resource}, which becomes the audience`, async () => {
      const body = granted.parse(await (await ask({ resource })).json());
      assert.equal(body.resource, resource);
      // The token exchange alone is told by its app id: it takes v2 tokens.
      const audience = resource.startsWith('api:') ? 'fb60f99c-7a34-4190-8149-302f77469936' : resource;
      assert.equal(decodeJwt(body.access_token).aud, audience);
    });
  }

  for (const resource of [undefined, '']) {
    test(`is refused when it is ${resource === undefined ? 'missing' : 'empty'}`, async () => {
      assert.equal((await refusedBy(await ask({ resource }))).status, 400);
    });
  }
});

describe('the identity', () => {
  test('may be selected by client id, principal id and resource id', async () => {
    const resourceId = `/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${identity.name}`;
    for (const selector of [
      { client_id: identity.clientId.toUpperCase() },
      { object_id: identity.principalId },
      { principal_id: identity.principalId },
      { mi_res_id: resourceId },
      { client_id: identity.clientId, mi_res_id: resourceId },
    ]) {
      const { claims } = await grantedBy(await ask({ client_id: undefined, ...selector }));
      assert.equal(claims.oid, identity.principalId);
    }
  });

  test('must be selected, as there is no system-assigned one', async () => {
    const { status, message } = await refusedBy(await ask({ client_id: undefined }));
    assert.equal(status, 400);
    assert.equal(message, 'Unable to load the proper Managed Identity.');
  });

  test('is refused when it is not assigned, or when two selectors disagree', async () => {
    for (const selector of [
      { client_id: crypto.randomUUID() },
      { client_id: '' },
      { client_id: undefined, object_id: identity.clientId },
      { client_id: undefined, mi_res_id: identity.name },
      { client_id: identity.clientId, object_id: crypto.randomUUID() },
    ]) {
      const { status, message } = await refusedBy(await ask(selector));
      assert.equal(status, 400);
      assert.match(message, /^No User Assigned or Delegated Managed Identity found for specified/);
    }
  });

  test('may live in a tenant of its own', async (t) => {
    const elsewhere = cloud.state.tenants.find(({ id }) => id !== vendor.tenantId);
    assert.ok(elsewhere);
    identity.tenantId = elsewhere.id;
    t.after(() => delete identity.tenantId);
    assert.equal((await grantedBy(await ask())).claims.tid, elsewhere.id);
  });
});

test('takes the name of a parameter percent-encoded, as Azure SDKs may send it', async () => {
  const query = `api%2Dversion=2019-08-01&resource=${encodeURIComponent(VAULT)}&client_id=${identity.clientId}`;
  await grantedBy(await send(`/msi/token?${query}`, { 'x-identity-header': cloud.identityHeader }));
});

test('answers 404 for other paths and methods', async () => {
  const headers = { 'x-identity-header': cloud.identityHeader };
  assert.equal((await refusedBy(await send('/metadata/identity/oauth2/token', headers))).status, 404);
  assert.equal((await refusedBy(await send('/msi/token', headers, 'POST'))).status, 404);
});

test('says no more than that something went wrong when it did', async (t) => {
  identity.tenantId = 'no such tenant';
  t.after(() => delete identity.tenantId);
  const { status, message } = await refusedBy(await ask());
  assert.equal(status, 500);
  assert.equal(message, 'An unexpected error occured while fetching the AAD Token.');
});

test('requests are journalled with status and reason, and without tokens or the secret', async () => {
  const before = cloud.journal.entries.length;
  await ask();
  await ask({}, 'another');
  const [first, second, ...more] = cloud.journal.entries
    .slice(before)
    .map(({ at: _at, request: _request, ...entry }) => entry);
  assert.deepEqual(first, { service: 'identity', operation: 'token', status: 200, tenantId: vendor.tenantId });
  assert.equal(second?.status, 401);
  assert.deepEqual(more, []);
  const journal = JSON.stringify(cloud.journal.entries);
  assert.ok(!journal.includes(cloud.identityHeader) && !journal.includes('eyJ'));
});
