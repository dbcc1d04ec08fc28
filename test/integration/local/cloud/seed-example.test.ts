/** A cloud that begins from the example seed: everything that the example promises works, and what it leaves out does not. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ClientAssertionCredential, ClientSecretCredential, ManagedIdentityCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { SecretClient } from '@azure/keyvault-secrets';
import { BlobServiceClient } from '@azure/storage-blob';
import { decodeJwt } from 'jose';
import { exampleSecret } from '../../../../local/cloud/seed-file/example-seed.ts';
import { exampleSeed, startCloud } from '../../../../local/cloud/index.ts';

const cloud = await startCloud({ seed: exampleSeed, storage: true });
after(() => cloud.stop());
const { urls, environment } = cloud;

const authority = { authorityHost: urls.entra, disableInstanceDiscovery: true };
const graph = 'https://graph.microsoft.com/.default';
const app = cloud.appId('Mailworks Post');
for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) process.env[name] = environment[name];
const identity = new ManagedIdentityCredential({ clientId: environment['AZURE_CLIENT_ID'] ?? '' });

test('the secret opens Contoso, which consented, with the permissions that it granted', async () => {
  const credential = new ClientSecretCredential('contoso.example', app, exampleSecret, authority);
  const { token } = await credential.getToken(graph);
  assert.deepEqual(decodeJwt(token)['roles'], ['Mail.Send']);
});

test('it does not open Fabrikam, which has not, and a wrong one opens nothing', async () => {
  const fabrikam = new ClientSecretCredential('fabrikam.example', app, exampleSecret, authority);
  await assert.rejects(fabrikam.getToken(graph), /AADSTS7000229/);
  const wrong = new ClientSecretCredential('contoso.example', app, 'another secret', authority);
  await assert.rejects(wrong.getToken(graph), /AADSTS7000215/);
});

test('the identity’s own token is a credential of the app', async () => {
  const credential = new ClientAssertionCredential(
    'contoso.example',
    app,
    async () => (await identity.getToken('api://AzureADTokenExchange/.default')).token,
    authority,
  );
  assert.equal(decodeJwt((await credential.getToken(graph)).token)['appid'], app);
});

test('the identity reads the vault’s secret and certificate, whose key does not leave it', async () => {
  const options = { disableChallengeResourceVerification: true };
  const secrets = new SecretClient(urls.vault, identity, options);
  assert.equal((await secrets.getSecret('greeting')).value, 'Hello from the local vault');
  const certificate = await new CertificateClient(urls.vault, identity, options).getCertificate('tenantpost');
  assert.equal(certificate.policy?.exportable, false);
  const { value = '' } = await secrets.getSecret('tenantpost');
  assert.ok(!value.includes('PRIVATE KEY'), 'the key of a certificate that is not exportable was given out');
});

test('the identity has the storage roles that it was given', async () => {
  const container = new BlobServiceClient(urls.blob, identity).getContainerClient('content');
  await container.create();
  assert.equal(await container.exists(), true);
});

test('Contoso’s Exchange knows the app for one mailbox, and Fabrikam’s knows nothing', () => {
  const { exchangeServicePrincipals, mailboxPermissions, exchangeOrganizations, tenants } = cloud.state;
  assert.deepEqual(
    mailboxPermissions.map(({ mailbox }) => mailbox),
    ['post@contoso.example'],
  );
  assert.equal(exchangeServicePrincipals.length, 1);
  const fabrikam = tenants.find(({ domain }) => domain === 'fabrikam.example');
  const organization = exchangeOrganizations.find(({ tenantId }) => tenantId === fabrikam?.id);
  assert.equal(organization?.smtpClientAuthenticationDisabled, true);
});
