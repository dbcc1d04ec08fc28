import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startTestCloud, vendor } from '../../../support/cloud.ts';

const program = fileURLToPath(new URL('identity-client.ts', import.meta.url));
const report = z.union([
  z.strictObject({ token: z.string(), expiresIn: z.number() }),
  z.strictObject({ name: z.string(), message: z.string() }),
]);

/** A cloud of its own for each test: a fault rule holds for everybody. */
async function cloudFor(t: { after(done: () => Promise<void>): void }) {
  const cloud = await startTestCloud();
  t.after(() => cloud.stop());
  return cloud;
}

/** What @azure/identity reports, unmodified and with its own retries, in a process of its own. */
async function run(
  cloud: { urls: { identity: string }; identityHeader: string },
  env: Record<string, string> = {},
): Promise<z.infer<typeof report>> {
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
      IDENTITY_HEADER: cloud.identityHeader,
      AZURE_CLIENT_ID: vendor.identityClientId,
      SCOPE: 'https://vault.azure.net/.default',
      CREDENTIAL: 'ManagedIdentityCredential',
      ...env,
    },
    timeout: 60_000,
  });
  return report.parse(JSON.parse(stdout));
}

describe('@azure/identity', { concurrency: true }, () => {
  for (const CREDENTIAL of ['ManagedIdentityCredential', 'DefaultAzureCredential']) {
    test(`${CREDENTIAL} gets a token that lasts a day with one request`, async (t) => {
      const cloud = await cloudFor(t);
      const got = await run(cloud, { CREDENTIAL });
      assert.ok('token' in got, JSON.stringify(got));
      assert.ok(Math.abs(got.expiresIn - 24 * 3600) < 60);
      assert.equal(cloud.journal.count('identity', 'token'), 1);
    });
  }

  test('by resource id gets the token of that identity', async (t) => {
    const cloud = await cloudFor(t);
    const name = cloud.state.identities[0]?.name;
    const RESOURCE_ID = `/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
    assert.ok('token' in (await run(cloud, { RESOURCE_ID })));
  });

  test('waits for a slow endpoint', async (t) => {
    const cloud = await cloudFor(t);
    cloud.faults.add({ service: 'identity', fault: { kind: 'slow', milliseconds: 1500 } });
    assert.ok('token' in (await run(cloud)));
  });

  test('asks again after a 404, as the endpoint gives while an app starts', async (t) => {
    const cloud = await cloudFor(t);
    cloud.faults.add({ service: 'identity', times: 1, fault: { kind: 'answer', status: 404 } });
    const got = await run(cloud);
    assert.ok('token' in got, JSON.stringify(got));
    assert.equal(cloud.journal.count('identity', 'token'), 2);
  });

  test('gives up on an endpoint where nothing listens', async (t) => {
    const cloud = await cloudFor(t);
    cloud.faults.add({ service: 'identity', fault: { kind: 'down' } });
    const got = await run(cloud);
    assert.ok('name' in got, 'no token');
    assert.equal(got.name, 'CredentialUnavailableError');
    assert.equal(cloud.journal.count('identity', 'token'), 0);
  });

  test('gives up on an endpoint that fails, after asking four times', async (t) => {
    const cloud = await cloudFor(t);
    cloud.faults.add({ service: 'identity', fault: { kind: 'answer', status: 500 } });
    const got = await run(cloud);
    assert.ok('name' in got, 'no token');
    assert.equal(got.name, 'CredentialUnavailableError');
    assert.match(got.message, /An unexpected error occured while fetching the AAD Token\./);
    assert.equal(cloud.journal.count('identity', 'token'), 4);
  });

  test('reports an identity that the app does not have', async (t) => {
    const cloud = await cloudFor(t);
    const got = await run(cloud, { AZURE_CLIENT_ID: crypto.randomUUID() });
    assert.ok('name' in got, 'no token');
    assert.match(got.message, /No User Assigned or Delegated Managed Identity found/);
    assert.equal(cloud.journal.count('identity', 'token'), 1);
  });
});
