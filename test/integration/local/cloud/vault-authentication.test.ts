import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { customers, startTestCloud, type TokenOverrides, vendor } from '../../../support/cloud.ts';
import { ask, aVaultToken, errorOf, lastEntry, vaultResource } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const challenge = `Bearer authorization="${cloud.urls.entra}/${vendor.tenantId}", resource="${vaultResource}"`;
const path = `certificates/${vendor.certificateName}`;
const now = Math.floor(Date.now() / 1000);

describe('the challenge', () => {
  test('names Entra, the home tenant and the resource when a request has no token', async () => {
    const answer = await ask(cloud, path, { token: null, headers: { 'x-ms-client-request-id': 'mine' } });

    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('www-authenticate'), challenge);
    assert.deepEqual(answer.body, {
      error: { code: 'Unauthorized', message: 'AKV10000: Request is missing a Bearer or PoP token.' },
    });
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.match(answer.headers.get('x-ms-request-id') ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(answer.headers.get('x-ms-client-request-id'), 'mine');
    assert.ok(answer.headers.get('x-ms-keyvault-region'));
    assert.deepEqual(lastEntry(cloud), {
      service: 'vault',
      operation: 'challenge',
      status: 401,
      code: 'Unauthorized',
      reason: 'token refused: missing',
    });
  });

  test('answers a request whose authorization is of another scheme', async () => {
    const answer = await ask(cloud, path, { token: null, headers: { Authorization: 'Basic dGVuYW50OnBvc3Q=' } });

    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('www-authenticate'), challenge);
    assert.match(errorOf(answer).message, /^AKV10000/);
  });

  test('comes before anything is said about what exists or is well formed', async () => {
    for (const target of ['certificates/missing', 'keys/not_a_name', 'nothing', '']) {
      const answer = await ask(cloud, target, { token: null, query: '' });
      assert.equal(answer.status, 401, target);
      assert.match(errorOf(answer).message, /^AKV10000/, target);
    }
  });

  test('does not come back once a good token is sent', async () => {
    const answer = await ask(cloud, path);

    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('www-authenticate'), null);
    assert.deepEqual(lastEntry(cloud), { service: 'vault', operation: 'getCertificate', status: 200 });
  });
});

describe('a token is refused', () => {
  const refusals: { title: string; overrides: TokenOverrides; signedBy?: string; message: RegExp; reason: string }[] = [
    {
      title: 'when it is for another resource',
      overrides: { aud: 'https://graph.microsoft.com' },
      message:
        /^AKV10022: Invalid audience\. Expected https:\/\/vault\.azure\.net, found: https:\/\/graph\.microsoft\.com\.$/,
      reason: 'audience',
    },
    {
      title: 'when it is for another vault resource by one character',
      overrides: { aud: `${vaultResource}/` },
      message: /^AKV10022/,
      reason: 'audience',
    },
    {
      title: "when a customer's tenant issued it",
      overrides: { tid: customers.contoso.id },
      message: new RegExp(
        `^AKV10032: Invalid issuer\\. Expected one of https://sts\\.windows\\.net/${vendor.tenantId}/, ` +
          `found https://sts\\.windows\\.net/${customers.contoso.id}/\\.$`,
      ),
      reason: 'issuer',
    },
    {
      title: 'when its issuer is no tenant of this cloud',
      overrides: { iss: 'https://sts.windows.net/99999999-9999-4999-8999-999999999999/' },
      message: /^AKV10032: Invalid issuer\./,
      reason: 'issuer',
    },
    {
      title: "when another tenant's key signed it",
      overrides: {},
      signedBy: customers.contoso.id,
      message: /^AKV10046: Unable to resolve the key used for signature validation\./,
      reason: 'signature',
    },
    {
      title: 'when it is expired',
      overrides: { iat: now - 7200, nbf: now - 7200, exp: now - 60 },
      message: /^Error validating token: IDX10223$/,
      reason: 'expired',
    },
    {
      title: 'when it is not valid yet',
      overrides: { nbf: now + 600 },
      message: /^Error validating token: IDX10222$/,
      reason: 'not-yet-valid',
    },
  ];
  for (const { title, overrides, signedBy, message, reason } of refusals) {
    test(title, async () => {
      const token = await aVaultToken(cloud, overrides, signedBy);
      const answer = await ask(cloud, path, { token });

      assert.equal(answer.status, 401);
      assert.equal(errorOf(answer).code, 'Unauthorized');
      assert.match(errorOf(answer).message, message);
      assert.equal(answer.headers.get('www-authenticate'), challenge);
      assert.deepEqual(lastEntry(cloud), {
        service: 'vault',
        operation: 'getCertificate',
        status: 401,
        code: 'Unauthorized',
        reason: `token refused: ${reason}`,
      });
    });
  }

  test('when it is no JWT', async () => {
    const answer = await ask(cloud, path, { token: 'not.a.token' });

    assert.equal(answer.status, 401);
    assert.equal(errorOf(answer).message, 'Error validating token: IDX12741');
    assert.equal(lastEntry(cloud).reason, 'token refused: malformed');
  });

  test('when its issuer is no text', async () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const iss of [{ toString: 1, valueOf: 1 }, [['x']], 5, null]) {
      const token = `${part({ alg: 'RS256', kid: 'x' })}.${part({ iss, aud: vaultResource })}.AAAA`;
      const answer = await ask(cloud, path, { token });
      assert.equal(answer.status, 401, JSON.stringify(iss));
      assert.match(errorOf(answer).message, /^AKV10032: Invalid issuer\..* found \.$/);
    }
  });

  test('when its signature was changed', async () => {
    const token = await aVaultToken(cloud);
    const [header, claims, signature = ''] = token.split('.');
    const changed = Buffer.from(signature, 'base64url').fill(0, 0, 8).toString('base64url');
    const answer = await ask(cloud, path, { token: `${header}.${claims}.${changed}` });

    assert.equal(answer.status, 401);
    assert.match(errorOf(answer).message, /^AKV10046/);
  });

  test('without a trace of it in the journal', async () => {
    const token = await aVaultToken(cloud, { aud: 'https://graph.microsoft.com' });
    await ask(cloud, path, { token });

    assert.ok(!JSON.stringify(cloud.journal.entries).includes(token.slice(0, 20)));
  });
});

test('a vault that has no tenant says in its own form that something is wrong, and why in the journal alone', async (t) => {
  const registrations = cloud.state.registrations;
  t.after(() => (cloud.state.registrations = registrations));
  cloud.state.registrations = [];
  const answer = await ask(cloud, path, { token: null });

  assert.equal(answer.status, 500);
  assert.equal(errorOf(answer).code, 'InternalServerError');
  assert.equal(answer.headers.get('www-authenticate'), null);
  assert.match(lastEntry(cloud).reason ?? '', /has no tenant/);
});
