import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { verifyAccessToken } from '../../../../local/cloud/tokens.ts';
import { addTenant, anAssertion, customers, graphResource, startTestCloud, vendor } from '../../../support/cloud.ts';

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
