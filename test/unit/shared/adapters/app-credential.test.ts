/** Which credential the settings make, in each of Microsoft's clouds. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TokenCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { appCredential } from '../../../../shared/adapters/app-credential.ts';
import { readConfig } from '../../../../shared/config.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { deployedSettings, type Environment } from '../../../support/settings.ts';

const identityClientId = '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33';

function credentialOf(settings: Environment) {
  const asked: (string | string[])[] = [];
  const identity: TokenCredential = {
    getToken(scopes) {
      asked.push(scopes);
      return Promise.resolve({ token: `token ${asked.length}`, expiresOnTimestamp: noon });
    },
  };
  const url = 'https://acct.vault.azure.net';
  const clients = {
    identity,
    certificates: new CertificateClient(url, identity),
    keys: new KeyClient(url, identity),
    secrets: new SecretClient(url, identity),
    cryptography: (keyId: string) => new CryptographyClient(keyId, identity),
  };
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

describe('a secret in a setting', () => {
  const settings = { TENANTPOST_CREDENTIAL: 'secret', TENANTPOST_CLIENT_SECRET: 'abc8Q~value' };

  test('is presented as it is, without asking anybody, and its end is not known', async () => {
    const { credential, asked } = credentialOf(settings);
    const [proof] = await credential.proofs();
    assert.deepEqual(await proof?.present(contoso), { secret: 'abc8Q~value' });
    assert.deepEqual([credential.kind, proof?.id, proof?.expiresAt], ['secret', 'setting', undefined]);
    assert.deepEqual(asked, []);
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
