/** Who is let in to the storage account, and what the others are told. Azurite itself checks no signature of a token. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { customers, startTestCloud, type TokenOverrides, vendor } from '../../../support/cloud.ts';
import { call, storageToken, version, xmlError } from './storage-requests.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.storageAccount.allowSharedKeyAccess = true;
  cloud.journal.entries.length = 0;
});
const { storage } = cloud;
assert.ok(storage);

const list = { path: '?comp=list' };
const challenge = `Bearer authorization_uri=${cloud.urls.entra}/${vendor.tenantId}/oauth2/authorize resource_id=https://storage.azure.com`;
const referToChallenge =
  'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.';
const failed =
  'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.';

async function listWith(overrides: TokenOverrides, headers = {}, signedBy?: string): Promise<Response> {
  const authorization = `Bearer ${await storageToken(cloud, overrides, signedBy)}`;
  return call(cloud, 'queue', { ...list, authorization, headers });
}

describe('a token', () => {
  test('of the identity is taken, for storage as a whole and for the one service of the account', async () => {
    const whole = ['https://storage.azure.com', 'https://storage.azure.com/'];
    for (const aud of [...whole, 'https://devstoreaccount1.queue.core.windows.net']) {
      assert.equal((await listWith({ aud })).status, 200, aud);
    }
  });

  const now = Math.floor(Date.now() / 1000);
  const bad: [string, TokenOverrides, string, string?][] = [
    ['for another API', { aud: 'https://vault.azure.net' }, 'Audience validation failed. Audience did not match.'],
    [
      'for another service of the account',
      { aud: 'https://devstoreaccount1.blob.core.windows.net' },
      'Audience validation failed. Audience did not match.',
    ],
    ['that has expired', { exp: now - 60 }, 'Lifetime validation failed. The token is expired.'],
    ['that begins later', { nbf: now + 600 }, 'Lifetime validation failed. The token is not yet valid.'],
    ['of another tenant', { tid: customers.contoso.id }, 'Issuer validation failed. Issuer did not match.'],
    ['that another tenant signed', {}, 'Signature validation failed. Signature did not match.', customers.contoso.id],
  ];
  for (const [what, overrides, detail, signedBy] of bad) {
    test(`${what} is refused with 401 and a challenge, and goes no further`, async () => {
      const response = await listWith(overrides, {}, signedBy);
      assert.equal(response.headers.get('www-authenticate'), challenge);
      assert.equal(response.headers.get('x-ms-version'), version);
      assert.equal(response.headers.get('server'), null, 'Azurite has answered');
      assert.deepEqual(await xmlError(response), {
        status: 401,
        code: 'InvalidAuthenticationInfo',
        message: referToChallenge,
        detail,
      });
    });
  }

  test('that was good before is refused once its tenant has another key', async () => {
    const authorization = `Bearer ${await storageToken(cloud)}`;
    assert.equal((await call(cloud, 'queue', { ...list, authorization })).status, 200);
    const tenant = cloud.state.tenants.find(({ id }) => id === vendor.tenantId);
    assert.ok(tenant);
    delete tenant.signingKey;
    const error = await xmlError(await call(cloud, 'queue', { ...list, authorization }));
    assert.equal(error.detail, 'Signature validation failed. Signature did not match.');
    assert.equal((await call(cloud, 'queue', list)).status, 200);
  });

  test('that was good before is refused once the clock says that it has expired', async () => {
    const authorization = `Bearer ${await storageToken(cloud)}`;
    assert.equal((await call(cloud, 'queue', { ...list, authorization })).status, 200);
    const id = cloud.faults.add({ service: 'queue', fault: { kind: 'clock', seconds: 7200 } });
    const error = await xmlError(await call(cloud, 'queue', { ...list, authorization }));
    cloud.faults.remove(id);
    assert.equal(error.detail, 'Lifetime validation failed. The token is expired.');
  });

  test('whose signature was cut off is refused', async () => {
    const [header, claims] = (await storageToken(cloud)).split('.');
    const response = await call(cloud, 'queue', { ...list, authorization: `Bearer ${header}.${claims}.` });
    assert.equal((await xmlError(response)).code, 'InvalidAuthenticationInfo');
  });

  test('that is bad is refused with 403 where the version has no challenge yet', async () => {
    const response = await listWith({ exp: now - 60 }, { 'x-ms-version': '2019-07-07' });
    assert.equal(response.headers.get('www-authenticate'), null);
    assert.deepEqual(await xmlError(response), {
      status: 403,
      code: 'AuthenticationFailed',
      message: failed,
      detail: 'Lifetime validation failed. The token is expired.',
    });
  });

  test('is not known to versions before 2017-11-09, nor where no version is named', async () => {
    const detail = 'Authentication scheme Bearer is not supported in this version.';
    const without = await cloud.fetch(`${cloud.urls.blob}?comp=list`, {
      headers: { authorization: `Bearer ${await storageToken(cloud)}` },
    });
    for (const response of [without, await listWith({}, { 'x-ms-version': '2017-07-29' })]) {
      assert.deepEqual(await xmlError(response), {
        status: 403,
        code: 'AuthenticationFailed',
        message: failed,
        detail,
      });
    }
  });

  test('of an identity that has no role here is refused with 403', async () => {
    const error = await xmlError(await listWith({ oid: crypto.randomUUID() }));
    assert.equal(error.status, 403);
    assert.equal(error.code, 'AuthorizationPermissionMismatch');
  });
});

describe('without a token', () => {
  test('a request is challenged', async () => {
    const response = await call(cloud, 'blob', { ...list, authorization: null });
    assert.equal(response.headers.get('www-authenticate'), challenge);
    assert.deepEqual(await xmlError(response), {
      status: 401,
      code: 'NoAuthenticationInformation',
      message: referToChallenge,
    });
  });

  test('a public container is not public: the account does not allow it', async () => {
    const headers = { 'x-ms-version': version, 'x-ms-blob-public-access': 'blob' };
    await call(cloud, 'blob', { method: 'PUT', path: '/public?restype=container', headers });
    await call(cloud, 'blob', {
      method: 'PUT',
      path: '/public/b',
      headers: { 'x-ms-blob-type': 'BlockBlob' },
      body: 'public',
    });
    const response = await call(cloud, 'blob', {
      path: '/public/b',
      authorization: null,
      headers: { 'x-ms-version': '2019-07-07' },
    });
    const error = await xmlError(response);
    assert.equal(error.status, 409);
    assert.equal(error.code, 'PublicAccessNotPermitted');
  });

  test('an unknown scheme is refused with 400', async () => {
    const error = await xmlError(await call(cloud, 'queue', { ...list, authorization: 'Basic YTpi' }));
    assert.equal(error.status, 400);
    assert.equal(error.code, 'InvalidAuthenticationInfo');
  });

  test('the answer to HEAD has the code in a header and no body', async () => {
    const response = await call(cloud, 'blob', { method: 'HEAD', path: '/c/b', authorization: null });
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('x-ms-error-code'), 'NoAuthenticationInformation');
    assert.equal(await response.text(), '');
  });

  test('tables say it in JSON to who asks for JSON, and in XML to others', async () => {
    const json = await call(cloud, 'table', {
      path: '/Tables',
      authorization: null,
      headers: { accept: 'application/json;odata=nometadata' },
    });
    assert.match(json.headers.get('content-type') ?? '', /^application\/json;/);
    const told: unknown = await json.json();
    assert.ok(told instanceof Object && 'odata.error' in told);
    assert.match(
      JSON.stringify(told),
      /"code":"NoAuthenticationInformation","message":\{"lang":"en-US","value":"Server/,
    );
    const xml = await call(cloud, 'table', { path: '/Tables', authorization: null });
    assert.match(await xml.text(), /<m:code>NoAuthenticationInformation<\/m:code>/);
  });
});

describe('a shared key', () => {
  const accountKey = /AccountKey=([^;]+)/.exec(storage.connectionString)?.[1] ?? '';
  const byKey = (): QueueServiceClient =>
    QueueServiceClient.fromConnectionString(storage.connectionString, { retryOptions: { maxTries: 1 } });
  const signed = (): string =>
    generateAccountSASQueryParameters(
      {
        permissions: AccountSASPermissions.parse('rl'),
        resourceTypes: AccountSASResourceTypes.parse('so').toString(),
        services: AccountSASServices.parse('bqt').toString(),
        expiresOn: new Date(Date.now() + 600_000),
        version: '2020-12-06',
      },
      new StorageSharedKeyCredential('devstoreaccount1', accountKey),
    ).toString();

  test('and a signature made with it are taken as long as the account allows them', async () => {
    assert.equal((await byKey().getProperties())._response.status, 200);
    const response = await call(cloud, 'queue', { path: `?comp=list&${signed()}`, authorization: null });
    assert.equal(response.status, 200);
  });

  test('that is wrong is refused with 403', async () => {
    const wrong = storage.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${btoa('no key of anything')}`);
    const client = QueueServiceClient.fromConnectionString(wrong, { retryOptions: { maxTries: 1 } });
    await assert.rejects(client.getProperties(), { statusCode: 403, code: 'AuthenticationFailed' });
    assert.equal(cloud.journal.entries.at(-1)?.reason, 'the signature is not of the account key');
  });

  test('and a signature made with it are refused once keys are off; tokens still are taken', async () => {
    cloud.state.storageAccount.allowSharedKeyAccess = false;
    await assert.rejects(byKey().getProperties(), { statusCode: 403, code: 'KeyBasedAuthenticationNotPermitted' });
    const response = await call(cloud, 'queue', { path: `?comp=list&${signed()}`, authorization: null });
    assert.deepEqual(await xmlError(response), {
      status: 403,
      code: 'KeyBasedAuthenticationNotPermitted',
      message: 'Key based authentication is not permitted on this storage account.',
    });
    assert.equal((await call(cloud, 'queue', list)).status, 200);
  });

  test('is not taken for a user delegation by what is added to the query', async () => {
    cloud.state.storageAccount.allowSharedKeyAccess = false;
    const { principalId } = cloud.state.identities[0] ?? {};
    for (const service of ['blob', 'queue'] as const) {
      const path = `?comp=list&${signed()}&skoid=${principalId}&sktid=${vendor.tenantId}`;
      const response = await call(cloud, service, { path, authorization: null });
      assert.equal((await xmlError(response)).code, 'KeyBasedAuthenticationNotPermitted');
    }
  });
});

test('the body of a refused request is read to its end', async () => {
  const response = await call(cloud, 'blob', {
    method: 'PUT',
    path: '/c/large',
    authorization: null,
    body: 'x'.repeat(8_000_000),
  });
  assert.equal(response.status, 401);
});
