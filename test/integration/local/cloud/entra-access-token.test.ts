import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { base64url, decodeJwt, importJWK, SignJWT } from 'jose';
import { bearerToken, issueAccessToken, verificationKey, verifyAccessToken } from '../../../../local/cloud/tokens.ts';
import {
  aToken,
  customers,
  grantedToken,
  graphResource,
  requestToken,
  startTestCloud,
} from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const now = (): number => Math.floor(Date.now() / 1000);
const verify = (token: string | undefined) => verifyAccessToken(cloud, 'graph', token, [graphResource]);
const refused = async (token: string | undefined): Promise<string> => {
  const result = await verify(token);
  return 'refused' in result ? result.refused : 'accepted';
};

test('accepts a token of the token endpoint for its audience', async () => {
  const { access_token: token } = await grantedToken(await requestToken(cloud));
  const result = await verify(token);
  assert.ok('claims' in result);
  assert.equal(result.claims.tid, customers.contoso.id);
  assert.deepEqual(result.claims.roles, ['Mail.Send']);
});

test('accepts a token without roles', async () => {
  const result = await verify(await aToken(cloud, { roles: undefined }));
  assert.ok('claims' in result && result.claims.roles === undefined);
});

describe('refuses a token', () => {
  test('that is missing', async () => {
    assert.equal(await refused(undefined), 'missing');
    assert.equal(await refused(''), 'missing');
  });

  test('that is no JWS', async () => {
    for (const token of ['token', 'a.b', 'a.b.c', 'e30.e30.']) {
      assert.ok(['malformed', 'issuer'].includes(await refused(token)), token);
    }
  });

  test('that lacks what every token has', async () => {
    for (const claim of ['oid', 'appid', 'idtyp', 'uti', 'nbf', 'exp'] as const) {
      assert.equal(await refused(await aToken(cloud, { [claim]: undefined })), 'malformed', claim);
    }
    assert.equal(await refused(await aToken(cloud, { roles: [] })), 'malformed', 'an empty list of roles');
  });

  test('for another audience', async () => {
    assert.equal(await refused(await aToken(cloud, { aud: 'https://vault.azure.net' })), 'audience');
    assert.equal(await refused(await aToken(cloud, { aud: `${graphResource}/` })), 'audience');
  });

  test('that has expired, and takes one that expired within the tolerance', async () => {
    assert.equal(await refused(await aToken(cloud, { exp: now() - 30 })), 'expired');
    assert.equal(await refused(await aToken(cloud, { exp: now() - 2 })), 'accepted');
  });

  test('that is not valid yet, and takes one that is valid within the tolerance', async () => {
    assert.equal(await refused(await aToken(cloud, { nbf: now() + 30 })), 'not-yet-valid');
    assert.equal(await refused(await aToken(cloud, { nbf: now() + 2 })), 'accepted');
  });

  test('of an issuer that is no tenant here', async () => {
    assert.equal(await refused(await aToken(cloud, { iss: 'https://sts.windows.net/nobody/' })), 'issuer');
    const v2 = `https://login.microsoftonline.com/${customers.contoso.id}/v2.0`;
    assert.equal(await refused(await aToken(cloud, { iss: v2 })), 'issuer');
  });

  test('whose tid is not the tenant that issued it', async () => {
    const token = await aToken(
      cloud,
      { tid: customers.fabrikam.id, iss: `https://sts.windows.net/${customers.contoso.id}/` },
      customers.contoso.id,
    );
    assert.equal(await refused(token), 'issuer');
  });

  test('that another tenant signed', async () => {
    assert.equal(await refused(await aToken(cloud, {}, customers.fabrikam.id)), 'signature');
  });

  test('whose header names another key, or none, although the signature is good', async () => {
    const tenant = cloud.state.tenants.find(({ id }) => id === customers.contoso.id);
    const claims = decodeJwt(await aToken(cloud));
    assert.ok(tenant?.signingKey?.kid);
    const key = await importJWK(tenant.signingKey, 'RS256');
    const signed = (kid: string | undefined): Promise<string> =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...(kid !== undefined && { kid }) }).sign(key);
    assert.equal(await refused(await signed('another')), 'signature');
    assert.equal(await refused(await signed(undefined)), 'signature');
    assert.equal(await refused(await signed(tenant.signingKey.kid)), 'accepted');
  });

  test('of which a claim was changed', async () => {
    const token = await aToken(cloud);
    const [header, , signature] = token.split('.');
    const forged = base64url.encode(JSON.stringify({ ...decodeJwt(token), roles: ['Mail.ReadWrite'] }));
    assert.equal(await refused(`${header}.${forged}.${signature}`), 'signature');
  });

  test('that is signed with no algorithm, or with the public key as a secret', async () => {
    const tenant = cloud.state.tenants.find(({ id }) => id === customers.contoso.id);
    assert.ok(tenant);
    const { kid, n } = verificationKey(tenant);
    const [, payload] = (await aToken(cloud)).split('.');
    const none = base64url.encode(JSON.stringify({ alg: 'none', typ: 'JWT', kid }));
    assert.equal(await refused(`${none}.${payload}.`), 'signature');
    const mac = await new SignJWT({ aud: graphResource, iss: `https://sts.windows.net/${tenant.id}/`, exp: now() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(Buffer.from(n ?? '', 'base64url'));
    assert.equal(await refused(mac), 'signature');
  });
});

test('a tenant that does not exist issues nothing', async () => {
  const options = {
    issuedBy: 'entra' as const,
    resource: graphResource,
    appId: 'a',
    objectId: 'o',
    appidacr: '2' as const,
    roles: [],
  };
  await assert.rejects(
    issueAccessToken(cloud, { ...options, tenantId: crypto.randomUUID(), lifetimeSeconds: 60 }),
    /There is no tenant/,
  );
});

test('a tenant keeps its key, and no key set shows the private part', async () => {
  const [tenant] = cloud.state.tenants;
  assert.ok(tenant);
  const first = verificationKey(tenant);
  assert.deepEqual(verificationKey(tenant), first);
  assert.deepEqual(Object.keys(first).sort(), ['e', 'kid', 'kty', 'n', 'use', 'x5t']);
  assert.ok(tenant.signingKey?.d, 'the private part is in the state, so that a restart keeps tokens valid');
});

test('the token is taken from a header of the scheme Bearer alone', () => {
  assert.equal(bearerToken('Bearer abc'), 'abc');
  assert.equal(bearerToken('bearer  abc'), 'abc');
  for (const header of [undefined, '', 'abc', 'Basic abc', 'Bearer', 'Bearer a b']) {
    assert.equal(bearerToken(header), undefined);
  }
});
