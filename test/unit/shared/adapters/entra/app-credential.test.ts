/** Which credential the settings make, in each of Microsoft's clouds. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TokenCredential } from '@azure/identity';
import { appCredential } from '../../../../../shared/adapters/entra/app-credential.ts';
import { managedIdentityCredential } from '../../../../../shared/adapters/entra/managed-identity-credential.ts';
import { vaultClients } from '../../../../../shared/adapters/vault/vault-clients.ts';
import { readConfig } from '../../../../../shared/config.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { anError, withCode } from '../../../../support/failing.ts';
import { deployedSettings, type Environment } from '../../../../support/settings.ts';

const identityClientId = '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33';

const aToken = { token: 'a token', expiresOnTimestamp: noon };

function credentialOf(settings: Environment) {
  const asked: (string | string[])[] = [];
  const identity: TokenCredential = {
    getToken(scopes) {
      asked.push(scopes);
      return Promise.resolve({ token: `token ${asked.length}`, expiresOnTimestamp: noon });
    },
  };
  const clients = { identity, ...vaultClients('https://acct.vault.azure.net', identity) };
  const credential = appCredential(
    readConfig(deployedSettings(settings)),
    clients,
    () => noon,
    () => undefined,
  );
  return { credential, asked };
}

describe('the managed identity', () => {
  const settings = { TENANTPOST_CREDENTIAL: 'managed-identity', AZURE_CLIENT_ID: identityClientId };
  // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
  for (const [cloud, audience] of [
    ['public', 'api://AzureADTokenExchange'],
    ['usgov', 'api://AzureADTokenExchangeUSGov'],
    ['usgov-dod', 'api://AzureADTokenExchangeUSGov'],
    ['china', 'api://AzureADTokenExchangeChina'],
  ] as const) {
    test(`is asked for a token for ${audience} in the cloud ${cloud}, and that token is the assertion`, async () => {
      const { credential, asked } = credentialOf({ ...settings, TENANTPOST_CLOUD: cloud });
      const [proof, ...others] = await credential.proofs();
      assert.deepEqual([credential.kind, proof?.id, others], ['managed-identity', identityClientId, []]);
      assert.equal(proof !== undefined && 'expiresAt' in proof, false);
      assert.deepEqual(await proof?.present(contoso), { assertion: 'token 1' });
      assert.deepEqual(asked, [`${audience}/.default`]);
    });
  }

  test('is asked again for each tenant: the SDK keeps the token, and nobody else', async () => {
    const { credential, asked } = credentialOf(settings);
    const [proof] = await credential.proofs();
    await proof?.present(contoso);
    assert.deepEqual(await proof?.present(fabrikam), { assertion: 'token 2' });
    assert.equal(asked.length, 2);
  });
});

describe('the managed identity of many tenants that come together', () => {
  const settings = { TENANTPOST_CREDENTIAL: 'managed-identity', AZURE_CLIENT_ID: identityClientId };

  test('is asked once: the SDK would ask the endpoint for each of them', async () => {
    const { credential, asked } = credentialOf(settings);
    const [proof] = await credential.proofs();
    assert.ok(proof !== undefined);
    const presented = await Promise.all([contoso, fabrikam, contoso].map((tenant) => proof.present(tenant)));
    assert.deepEqual(presented, Array(3).fill({ assertion: 'token 1' }));
    assert.equal(asked.length, 1);
  });

  test('fails for all of them, and is asked again by the next', async () => {
    let fails = true;
    const identity: TokenCredential = {
      getToken: () => (fails ? Promise.reject(anError('IDENTITY_UNAVAILABLE')) : Promise.resolve(aToken)),
    };
    const [proof] = await managedIdentityCredential(identity, identityClientId, 'api://x').proofs();
    assert.ok(proof !== undefined);
    const got = await Promise.allSettled([contoso, fabrikam].map((tenant) => proof.present(tenant)));
    assert.ok(got.every((one) => one.status === 'rejected' && withCode('IDENTITY_UNAVAILABLE')(one.reason)));
    fails = false;
    assert.deepEqual(await proof.present(contoso), { assertion: aToken.token });
  });
});

describe('a secret in a setting', () => {
  const settings = { TENANTPOST_CREDENTIAL: 'secret', TENANTPOST_CLIENT_SECRET: 'abc8Q~value' };

  test('is presented as it is, without asking anybody, and its end is not known', async () => {
    const { credential, asked } = credentialOf(settings);
    const [proof] = await credential.proofs();
    assert.deepEqual(await proof?.present(contoso), { secret: 'abc8Q~value' });
    assert.deepEqual([credential.kind, proof?.expiresAt], ['secret', undefined]);
    assert.deepEqual(asked, []);
  });

  test('is told from the one that was there before, by a name that holds nothing of it and is the same in each process', async () => {
    const idOf = async (secret: string) =>
      (await credentialOf({ ...settings, TENANTPOST_CLIENT_SECRET: secret }).credential.proofs())[0]?.id ?? '';
    const id = await idOf('abc8Q~value');
    assert.match(id, /^setting-[0-9a-f]{8}$/);
    assert.equal(await idOf('abc8Q~value'), id);
    assert.notEqual(await idOf('abc8Q~other'), id);
  });

  test('ends when the operator says it does', async () => {
    const { credential } = credentialOf({ ...settings, TENANTPOST_CLIENT_SECRET_EXPIRES: '2027-01-31' });
    assert.equal((await credential.proofs())[0]?.expiresAt, Date.UTC(2027, 0, 31));
  });
});

test('a certificate is the credential unless another is chosen', () => {
  assert.equal(credentialOf({}).credential.kind, 'certificate');
  assert.equal(credentialOf({ TENANTPOST_CERTIFICATE_SIGNING: 'local' }).credential.kind, 'certificate');
  const inVault = { TENANTPOST_CREDENTIAL: 'secret', TENANTPOST_CLIENT_SECRET_NAME: 'mail' };
  assert.equal(credentialOf(inVault).credential.kind, 'secret');
});
