import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { makeServerCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector } from './collector.ts';

/** What Azurite checks of a token, and it checks no more: audience, issuer and times. */
function storageToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000000/',
    nbf: now - 60,
    iat: now - 60,
    exp: now + 3600,
  };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.c2lnbmF0dXJl`;
}

describe('an identity-based connection', () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-test-'));
  const asked: { path: string; header: unknown }[] = [];
  /** The managed identity endpoint of an instance (https://learn.microsoft.com/azure/app-service/overview-managed-identity). */
  const endpoint = createServer((request, response) => {
    asked.push({ path: request.url ?? '', header: request.headers['x-identity-header'] });
    const expiresOn = String(Math.floor(Date.now() / 1000) + 3600);
    const body = { access_token: storageToken(), expires_on: expiresOn, token_type: 'Bearer', resource: '' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  let azurite: Azurite;
  let collector: Collector;
  let settings: Record<string, string>;

  before(async () => {
    const { ca, cert, key } = await makeServerCertificate();
    const file = (name: string): string => join(folder, name);
    for (const [name, content] of Object.entries({ ca, cert, key })) writeFileSync(file(name), content);
    azurite = await startAzurite({ tls: { certFile: file('cert'), keyFile: file('key') } });
    collector = await new Collector().start();
    endpoint.listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    const { port } = z.object({ port: z.number() }).parse(endpoint.address());
    settings = {
      AzureWebJobsStorage__blobServiceUri: azurite.urls.blob,
      AzureWebJobsStorage__queueServiceUri: azurite.urls.queue,
      AzureWebJobsStorage__clientId: '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33',
      IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`,
      IDENTITY_HEADER: 'the secret of the endpoint',
      NODE_EXTRA_CA_CERTS: file('ca'),
      COLLECTOR_URL: collector.url,
      QUEUE_NAME: 'identity-work',
      STAGE: 'identity',
      RESULTS_CONNECTION: 'Storage',
    };
  });
  after(async () => {
    endpoint.closeAllConnections();
    endpoint.close();
    await collector.stop();
    await azurite.stop();
    rmSync(folder, { recursive: true });
  });

  test('reads and writes queues and keys with a token of the managed identity that it names', async () => {
    const host = await startHost({
      root: appFolder('queue'),
      settings: { ...settings, AzureWebJobsStorage__credential: 'managedidentity' },
    });
    await fetch(`${host.url}/admin/functions/work`, {
      method: 'POST',
      body: JSON.stringify({ input: '{"output":"through the queue"}' }),
      headers: { 'x-functions-key': host.keys.master },
    });
    const seen = z.object({ functionName: z.literal('afterResults'), message: z.literal('through the queue') });
    assert.equal((await collector.wait(seen)).length, 1);
    assert.equal(await host.stop(), 0);
    assert.ok(asked.length > 0);
    for (const { path, header } of asked) {
      const query = new URL(path, 'http://endpoint').searchParams;
      assert.equal(query.get('client_id'), '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33');
      assert.equal(query.get('resource'), 'https://storage.azure.com');
      assert.equal(header, 'the secret of the endpoint');
    }
  });

  // Passed over, the account would be reached another way than in Azure (docs/local-host.md).
  test('is refused with any other credential, by the name of the setting', async () => {
    await assert.rejects(startHost({ root: appFolder('queue'), settings }), {
      message:
        'AzureWebJobsStorage__credential of another value than managedidentity is not implemented by the local host: set it to managedidentity',
    });
  });

  test('asks for the system-assigned identity when it names none, and takes serviceUri for a connection that has one service', async () => {
    asked.length = 0;
    const { AzureWebJobsStorage__clientId: _clientId, ...rest } = settings;
    const host = await startHost({
      root: appFolder('queue'),
      settings: {
        ...rest,
        AzureWebJobsStorage__credential: 'managedidentity',
        QUEUE_NAME: 'system-assigned',
        STAGE: 'system',
        RESULTS_CONNECTION: 'Results',
        Results__serviceUri: azurite.urls.queue,
        Results__credential: 'managedidentity',
      },
    });
    assert.equal(host.functions.length, 3);
    const results = { method: 'POST', body: '{"input":"{\\"output\\":\\"x\\"}"}' };
    await fetch(`${host.url}/admin/functions/work`, { ...results, headers: { 'x-functions-key': host.keys.master } });
    await collector.wait(z.object({ functionName: z.literal('afterResults'), message: z.literal('x') }));
    assert.equal(await host.stop(), 0);
    assert.ok(asked.length > 0);
    for (const { path } of asked) assert.equal(new URL(path, 'http://endpoint').searchParams.get('client_id'), null);
  });

  // For the same reason: the real host acts on them.
  test('is refused with other settings below its name, each by its name', async () => {
    for (const name of ['AzureWebJobsStorage__accountName', 'AzureWebJobsStorage__managedIdentityResourceId']) {
      const error = await startHost({
        root: appFolder('keys'),
        settings: { ...settings, AzureWebJobsStorage__credential: 'managedidentity', [name]: 'x' },
      }).catch((reason: unknown) => reason);
      assert.ok(error instanceof Error);
      assert.equal(
        error.message,
        `${name} is not implemented by the local host: ` +
          'set AzureWebJobsStorage__credential, AzureWebJobsStorage__clientId and the URI of the service',
      );
    }
  });

  test('gives way to a connection string under the exact name', async () => {
    asked.length = 0;
    const host = await startHost({
      root: appFolder('queue'),
      settings: {
        ...settings,
        AzureWebJobsStorage__credential: 'managedidentity',
        AzureWebJobsStorage: azurite.connectionString,
      },
    });
    assert.equal(await host.stop(), 0);
    assert.deepEqual(asked, []);
  });
});
