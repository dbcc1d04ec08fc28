import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTestCloud } from '../../../support/cloud.ts';

const clientId = crypto.randomUUID();
const cloud = await startTestCloud({
  seed: (state) => {
    state.identities.push({
      clientId,
      principalId: crypto.randomUUID(),
      name: 'id-operator',
      vaultRoles: ['Key Vault Administrator'],
    });
    // Long enough that the clients have to ask again.
    state.vault = { certificateMilliseconds: 300, softDeleteMilliseconds: 300 };
  },
});
after(() => cloud.stop());

/** What a client of Microsoft's reports that runs as it would in a function app, and finds the managed identity by itself. */
async function report(program: string): Promise<unknown> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, cloud.urls.vault], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: cloud.caFile,
      IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
      IDENTITY_HEADER: cloud.identityHeader,
      AZURE_CLIENT_ID: clientId,
    },
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

describe("Microsoft's own clients, with DefaultAzureCredential", { concurrency: true }, () => {
  test('create, renew, export, import, disable, delete, recover and purge a certificate', async () => {
    assert.deepEqual(await report('vault-sdk-certificates-client.ts'), {
      first: { tags: { a: 'b' }, subject: 'CN=sdk', enabled: true },
      operation: 'completed',
      isNewer: true,
      versions: 2,
      listed: true,
      exported: true,
      imported: true,
      months: 6,
      disabled: [false, false, true],
      withheld: '403 Forbidden',
      deleted: ['sdk-certificate', true],
      missing: '404 CertificateNotFound',
      taken: '409 Conflict',
      deletedNames: true,
      recovered: 'sdk-certificate',
      purged: '404 CertificateNotFound',
    });
  });

  test('create, rotate, use, delete, recover and purge a key', async () => {
    const back = 'data data';
    assert.deepEqual(await report('vault-sdk-keys-client.ts'), {
      first: { type: 'RSA', tags: { a: 'b' }, bits: 3072 },
      isNewer: true,
      updated: { c: 'd' },
      versions: 2,
      listed: true,
      signatures: { RS256: true, RS384: true, RS512: true, PS256: true, PS384: true, PS512: true },
      returned: { 'RSA-OAEP': back, 'RSA-OAEP-256': back, RSA1_5: back },
      deleted: 'sdk-key',
      missing: '404 KeyNotFound',
      taken: '409 Conflict',
      deletedNames: true,
      recovered: 'sdk-key',
      purged: '404 KeyNotFound',
      elliptic: '501 NotImplementedByLocalCloud',
    });
  });

  test('set, list page by page, disable, delete, recover and purge a secret', async () => {
    assert.deepEqual(await report('vault-sdk-secrets-client.ts'), {
      first: ['one', 'text/plain', '2030-01-01T00:00:00.000Z', { a: 'b' }],
      newest: 'two',
      versions: 2,
      listed: 30,
      updated: false,
      withheld: '403 Forbidden',
      deleted: 'sdk-secret',
      missing: '404 SecretNotFound',
      taken: '409 Conflict',
      deletedNames: true,
      recovered: 'sdk-secret',
      purged: '404 SecretNotFound',
    });
  });
});
