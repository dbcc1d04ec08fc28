/** What the SDK throws is recorded here; that it does throw this is for the integration test of the same name. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explained } from '../../../../../shared/adapters/entra/managed-identity.ts';
import { storageCall } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { vaultCall } from '../../../../../shared/adapters/vault/vault-call.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';

const clientId = '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33';

/** As @azure/identity wraps what MSAL says. */
const answeredWith = (status: number): Error =>
  new Error('ManagedIdentityCredential: Authentication failed. Message some words', {
    cause: Object.assign(new Error('some words'), { name: 'ServerError', status }),
  });

const failing = (cause: unknown, id: string | undefined = clientId, setting = 'AZURE_CLIENT_ID' as const) =>
  explained({ getToken: () => Promise.reject(cause) }, id, setting).getToken('scope');

test('a token is passed through', async () => {
  const token = { token: 'a token', expiresOnTimestamp: 0 };
  const identity = explained({ getToken: () => Promise.resolve(token) }, clientId, 'AZURE_CLIENT_ID');
  assert.equal(await identity.getToken('scope'), token);
});

describe('an endpoint that knows no such identity', () => {
  test('is IDENTITY_REFUSED, and the setting that names it comes first', async () => {
    const error = await failureOf(failing(answeredWith(400)));
    assert.equal(error.code, 'IDENTITY_REFUSED');
    assert.equal(error.message, 'AZURE_CLIENT_ID: names a managed identity that is not assigned to the function app.');
    assert.deepEqual(error.detail, { setting: 'AZURE_CLIENT_ID', status: 400 });
  });

  test('of its own is said to lack a system-assigned one', async () => {
    const identity = explained({ getToken: () => Promise.reject(answeredWith(400)) }, undefined, 'AZURE_CLIENT_ID');
    const { code, message } = await failureOf(identity.getToken('scope'));
    assert.equal(code, 'IDENTITY_REFUSED');
    assert.equal(message, 'AZURE_CLIENT_ID: is not set, and the function app has no system-assigned identity.');
  });

  test('for storage names the setting of storage', async () => {
    const identity = explained(
      { getToken: () => Promise.reject(answeredWith(400)) },
      clientId,
      'AzureWebJobsStorage__clientId',
    );
    assert.match((await failureOf(identity.getToken('scope'))).message, /^AzureWebJobsStorage__clientId: /);
  });
});

describe('anything else is IDENTITY_UNAVAILABLE', () => {
  const causes: Record<string, unknown> = {
    'a refusal of the header': answeredWith(401),
    'an unreachable network as Docker Desktop says it': answeredWith(403),
    'too many requests': answeredWith(429),
    'an error of the endpoint': answeredWith(500),
    'no answer': new Error('Network unreachable', { cause: new Error('network_error') }),
    'a cause without status': Object.assign(new Error('x'), { cause: { status: '400' } }),
    text: 'x',
    nothing: undefined,
  };
  for (const [what, cause] of Object.entries(causes)) {
    test(what, async () => {
      const error = await failureOf(failing(cause));
      assert.equal(error.code, 'IDENTITY_UNAVAILABLE');
      assert.equal(error.cause, cause);
    });
  }

  test('no token', async () => {
    const identity = explained({ getToken: () => Promise.resolve(null) }, clientId, 'AZURE_CLIENT_ID');
    assert.equal((await failureOf(identity.getToken('scope'))).code, 'IDENTITY_UNAVAILABLE');
  });
});

test('a call of vault or storage that fails for want of a token fails with the identity’s error', async () => {
  for (const call of [vaultCall, storageCall]) {
    assert.equal((await failureOf(call('do it', () => failing(answeredWith(400))))).code, 'IDENTITY_REFUSED');
    assert.equal((await failureOf(call('do it', () => failing(answeredWith(500))))).code, 'IDENTITY_UNAVAILABLE');
  }
});

test('shows nothing of what the endpoint said', async () => {
  assert.equal(shownOf(await failureOf(failing(answeredWith(400)))).includes('some words'), false);
});
