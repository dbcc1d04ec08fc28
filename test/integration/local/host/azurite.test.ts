import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { startAzurite } from '../../../../local/azurite.ts';
import { makeServerCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { until } from './collector.ts';

describe('Azurite', { concurrency: true }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'azurite-test-'));
  after(() => rmSync(folder, { recursive: true }));

  test('serves blobs, queues and tables by one connection string, on disk so that they outlive it', async () => {
    const first = await startAzurite({ folder });
    await BlobServiceClient.fromConnectionString(first.connectionString).createContainer('kept');
    await TableClient.fromConnectionString(first.connectionString, 'kept', {
      allowInsecureConnection: true,
    }).createTable();
    await QueueServiceClient.fromConnectionString(first.connectionString).createQueue('kept');
    await QueueServiceClient.fromConnectionString(first.connectionString).getQueueClient('kept').sendMessage('kept');
    await first.stop();

    const second = await startAzurite({ folder });
    assert.match(second.urls.queue, /^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
    const queue = QueueServiceClient.fromConnectionString(second.connectionString).getQueueClient('kept');
    assert.equal((await queue.receiveMessages()).receivedMessageItems[0]?.messageText, 'kept');
    const blobs = BlobServiceClient.fromConnectionString(second.connectionString);
    assert.equal(await blobs.getContainerClient('kept').exists(), true);
    await second.stop();
  });

  test('with TLS serves https under the given certificate, and refuses a request without a token or key', async () => {
    const { ca, cert, key } = await makeServerCertificate();
    const certFile = join(folder, 'cert.pem');
    const keyFile = join(folder, 'key.pem');
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const azurite = await startAzurite({ tls: { certFile, keyFile } });
    assert.match(azurite.urls.blob, /^https:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
    assert.match(azurite.connectionString, /^DefaultEndpointsProtocol=https;/);
    const request = get(`${azurite.urls.blob}?comp=list`, { ca, agent: false });
    const [response] = await once(request, 'response');
    response.resume();
    assert.equal(response.statusCode, 403);
    await azurite.stop();
  });

  test('names the port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    await assert.rejects(startAzurite({ ports: { queue: port } }), {
      message: `Port ${port}, wanted for Azurite, is taken. Stop what listens there, or choose another with --port.`,
    });
    server.close();
  });

  test('ends with the process that started it, however that ends', async () => {
    const module = new URL('../../../../local/azurite.ts', import.meta.url).href;
    const parent = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { startAzurite } from ${JSON.stringify(module)};
       console.log((await startAzurite()).urls.queue);`,
    ]);
    const [url] = await once(createInterface({ input: parent.stdout }), 'line');
    assert.equal((await fetch(`${url}?comp=list`)).status, 403);
    parent.kill('SIGKILL');
    const isGone = () =>
      fetch(`${url}?comp=list`).then(
        () => false,
        () => true,
      );
    await until(isGone, 'Azurite to be gone');
  });
});
