import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { addSecret } from '../../../../local/cloud/entra/client-secrets.ts';
import { addFederatedCredential } from '../../../../local/cloud/entra/federated-credentials.ts';
import { addCertificate } from '../../../../local/cloud/entra/registered-certificates.ts';
import { verifyAccessToken } from '../../../../local/cloud/tokens.ts';
import { addTenant, anAssertion, customers, graphResource, startTestCloud, vendor } from '../../../support/cloud.ts';
import { addApp } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const program = fileURLToPath(new URL('../../../support/azure-identity.ts', import.meta.url));
const result = z.union([
  z.strictObject({ token: z.string(), expiresOnTimestamp: z.number(), same: z.boolean() }),
  z.strictObject({ name: z.string(), message: z.string() }),
]);

async function run(env: Record<string, string>): Promise<z.infer<typeof result>> {
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: cloud.caFile, CLIENT_ID: vendor.appId, ...env },
    timeout: 30_000,
  });
  return result.parse(JSON.parse(stdout));
}

async function withAssertion(tenantId: string): Promise<z.infer<typeof result>> {
  return run({
    AUTHORITY_HOST: cloud.urls.entra,
    TENANT_ID: tenantId,
    ASSERTION: await anAssertion(cloud, { tenantId }),
    SCOPE: `${graphResource}/.default`,
  });
}

const withIdentity = (resource: string, env: Record<string, string> = {}): Promise<z.infer<typeof result>> =>
  run({
    IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
    IDENTITY_HEADER: cloud.identityHeader,
    CLIENT_ID: vendor.identityClientId,
    SCOPE: `${resource}/.default`,
    ...env,
  });

describe('ClientAssertionCredential of @azure/identity', { concurrency: true }, () => {
  test('gets a token of the tenant, and takes the second from its cache', async () => {
    const since = Date.now();
    const got = await withAssertion(customers.contoso.id);
    assert.ok('token' in got, JSON.stringify(got));
    const verified = await verifyAccessToken(cloud, 'graph', got.token, [graphResource]);
    assert.ok('claims' in verified);
    assert.equal(verified.claims.tid, customers.contoso.id);
    assert.deepEqual(verified.claims.roles, ['Mail.Send']);
    assert.equal(got.same, true);
    assert.ok(Math.abs(got.expiresOnTimestamp / 1000 - verified.claims.exp) <= 5);
    const granted = cloud.journal.entries.filter(
      ({ service, operation, status, at }) =>
        service === 'entra' && operation === 'token' && status === 200 && at >= since,
    );
    assert.equal(granted.length, 1);
  });

  test('reports the code of a tenant that did not consent', async () => {
    const got = await withAssertion(addTenant(cloud).id);
    assert.ok('name' in got, 'no token');
    assert.equal(got.name, 'AuthenticationRequiredError');
    assert.match(
      got.message,
      /invalid_client.*7000229.*AADSTS7000229: The client application .* is missing service principal/s,
    );
  });

  test('reports the code of a tenant that does not exist, and not a failed discovery', async () => {
    const got = await withAssertion('99999999-9999-4999-8999-999999999999');
    assert.ok('name' in got, 'no token');
    assert.match(got.message, /AADSTS90002/);
  });
});

describe('other credentials of @azure/identity', { concurrency: true }, () => {
  const { registration } = addApp(cloud);
  const withProof = (proof: Record<string, string>, tenantId: string = customers.contoso.id) =>
    run({
      AUTHORITY_HOST: cloud.urls.entra,
      TENANT_ID: tenantId,
      CLIENT_ID: registration.appId,
      SCOPE: `${graphResource}/.default`,
      ...proof,
    });
  const claimsOf = async (got: z.infer<typeof result>) => {
    assert.ok('token' in got, JSON.stringify(got));
    const verified = await verifyAccessToken(cloud, 'graph', got.token, [graphResource]);
    assert.ok('claims' in verified);
    return verified.claims;
  };

  test('ClientSecretCredential gets a token with the secret, and the code of one that has expired', async () => {
    const { value } = addSecret(registration);
    const expired = addSecret(registration, { startsAt: 1, endsAt: 2 });
    assert.equal((await claimsOf(await withProof({ SECRET: value }))).appidacr, '1');
    const refused = await withProof({ SECRET: expired.value });
    assert.ok('name' in refused && refused.name === 'AuthenticationRequiredError', JSON.stringify(refused));
    assert.match(refused.message, /AADSTS7000222: The provided client secret keys for app/);
  });

  test('ClientCertificateCredential gets a token with a PEM of certificate and key', async () => {
    const certificate = await makeAppCertificate('azure-identity');
    addCertificate(registration, certificate.der);
    const key = createPrivateKey({ key: { ...certificate.privateJwk }, format: 'jwk' });
    const pem =
      new X509Certificate(Buffer.from(certificate.der, 'base64')).toString() +
      key.export({ type: 'pkcs8', format: 'pem' }).toString();
    assert.equal((await claimsOf(await withProof({ CERTIFICATE: pem }))).appidacr, '2');
  });

  test("ClientAssertionCredential gets a customer's token for the managed identity's, and no secret exists", async () => {
    const [identity] = cloud.state.identities;
    assert.ok(identity);
    const proof = {
      IDENTITY: vendor.identityClientId,
      IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
      IDENTITY_HEADER: cloud.identityHeader,
    };
    const before = await withProof(proof);
    assert.ok('name' in before && before.message.includes('AADSTS700211'), JSON.stringify(before));
    addFederatedCredential(registration, {
      name: 'tenantpost',
      issuer: `https://login.microsoftonline.com/${vendor.tenantId}/v2.0`,
      subject: identity.principalId,
      audiences: ['api://AzureADTokenExchange'],
    });
    const claims = await claimsOf(await withProof(proof));
    assert.deepEqual([claims.tid, claims.appid], [customers.contoso.id, registration.appId]);
  });
});

describe('ManagedIdentityCredential of @azure/identity', { concurrency: true }, () => {
  test('gets a token for Key Vault that lasts a day', async () => {
    const got = await withIdentity('https://vault.azure.net');
    assert.ok('token' in got, JSON.stringify(got));
    const verified = await verifyAccessToken(cloud, 'vault', got.token, ['https://vault.azure.net']);
    assert.ok('claims' in verified);
    assert.equal(verified.claims.appid, vendor.identityClientId);
    assert.equal(got.same, true);
    assert.ok(Math.abs(got.expiresOnTimestamp - Date.now() - 24 * 3600 * 1000) < 30_000);
  });

  test('gets a token for the token exchange', async () => {
    const got = await withIdentity('api://AzureADTokenExchange');
    assert.ok('token' in got, JSON.stringify(got));
    assert.ok('claims' in (await verifyAccessToken(cloud, 'entra', got.token, ['api://AzureADTokenExchange'])));
  });

  test('gets nothing with another secret, and nothing for another identity', async () => {
    const since = Date.now();
    const [secret, identity] = await Promise.all([
      withIdentity('https://vault.azure.net', { IDENTITY_HEADER: 'another' }),
      withIdentity('https://vault.azure.net', { CLIENT_ID: crypto.randomUUID() }),
    ]);
    assert.ok('name' in secret && 'name' in identity);
    assert.equal(secret.name, 'CredentialUnavailableError');
    assert.equal(identity.name, 'CredentialUnavailableError');
    const statuses = cloud.journal.entries.filter(({ service, at }) => service === 'identity' && at >= since);
    assert.ok(statuses.some(({ status }) => status === 401) && statuses.some(({ status }) => status === 400));
  });
});
