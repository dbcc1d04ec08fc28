/** How requests are passed on behind the front: as they are, as they come, over connections that are kept. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:https';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, test } from 'node:test';
import { makeServerCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { serve } from '../../../../local/cloud/serve.ts';
import { forwardTo } from '../../../../local/cloud/storage/forward.ts';

const tls = await makeServerCertificate();
let answer: RequestListener = (_request, response) => void response.end();
let connections = 0;
/** In the place of Azurite. */
const behind = createServer(tls, (incoming, response) => answer(incoming, response));
behind.on('secureConnection', () => (connections += 1));
behind.listen(0, '127.0.0.1');
await once(behind, 'listening');
const { port } = behind.address() as AddressInfo;
const agent = new Agent({ keepAlive: true, ca: tls.ca });
const forward = forwardTo(new URL(`https://127.0.0.1:${port}`), agent);
const front = await serve('queue', (_request, { incoming }) => forward(incoming), { port: 0, tls });
after(async () => {
  await front.stop();
  agent.destroy();
  behind.closeAllConnections();
  behind.close();
});

function begin(method: string, path: string, headers: Record<string, string> = {}) {
  return request({ host: '127.0.0.1', port: front.port, ca: tls.ca, method, path, headers });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function send(method: string, path: string, headers: Record<string, string> = {}, body = '') {
  const sent = begin(method, path, headers);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, text: await textOf(response) };
}

test('path, query, method and headers arrive as they were written, the host as the caller named it', async () => {
  let seen: IncomingMessage | undefined;
  answer = (incoming, response) => {
    seen = incoming;
    response.writeHead(201, { 'x-ms-request-id': 'one', etag: '"0x1"' }).end('<made/>');
  };
  const path = "/account/a%20table(PartitionKey='it%27%27s',RowKey='%C3%BC')?comp=x%2By&$filter=a%20eq%201";
  const got = await send('MERGE', path, { 'x-ms-Date': 'today', Authorization: 'SharedKey a:b' }, '{}');
  assert.equal(seen?.method, 'MERGE');
  assert.equal(seen.url, path);
  assert.ok(seen.rawHeaders.includes('x-ms-Date'), seen.rawHeaders.join());
  assert.equal(seen.headers.authorization, 'SharedKey a:b');
  assert.equal(seen.headers.host, `127.0.0.1:${front.port}`);
  assert.deepEqual(
    [got.status, got.headers['x-ms-request-id'], got.headers.etag, got.text],
    [201, 'one', '"0x1"', '<made/>'],
  );
});

test('answers without a body stay without one: 204, HEAD with its length, an empty error', async () => {
  answer = (_incoming, response) => void response.writeHead(204).end();
  assert.deepEqual((await send('DELETE', '/a')).text, '');
  answer = (_incoming, response) => void response.writeHead(200, { 'content-length': '12345' }).end();
  const head = await send('HEAD', '/a');
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '12345', '']);
  answer = (_incoming, response) => void response.writeHead(500, { 'content-length': '0' }).end();
  const error = await send('GET', '/a');
  assert.deepEqual([error.status, error.headers['content-type']], [500, undefined]);
});

test('one request after the other uses one connection', async () => {
  answer = (incoming, response) => {
    incoming.resume();
    response.end('done');
  };
  connections = 0;
  agent.destroy();
  for (let place = 0; place < 10; place += 1) await send('POST', '/a', {}, 'body');
  assert.equal(connections, 1);
});

test('a body is passed on while it is still being written, and so is the answer', async () => {
  const firstPart = Promise.withResolvers<string>();
  answer = (incoming, response) => {
    incoming.once('data', (chunk: Buffer) => {
      firstPart.resolve(chunk.toString());
      response.write('first of the answer');
    });
    incoming.once('end', () => response.end(', last of the answer'));
  };
  const sent = begin('PUT', '/a');
  const responded = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write('first');
  assert.equal(await firstPart.promise, 'first');
  const [response] = await responded;
  const [chunk] = (await once(response, 'data')) as [Buffer];
  assert.equal(chunk.toString(), 'first of the answer');
  sent.end('last');
  assert.equal(await textOf(response), ', last of the answer');
});

test('a body in chunks is part of its request, and never the next request, whatever the method', async () => {
  const inner = 'PUT /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n';
  const seen: string[] = [];
  answer = (incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      seen.push(`${incoming.method} ${incoming.url} ${body}`);
      response.end('done');
    });
  };
  for (const method of ['GET', 'DELETE', 'OPTIONS', 'POST']) {
    await send(method, '/a', { 'transfer-encoding': 'chunked' }, inner);
    await send('PUT', '/next');
    assert.deepEqual(seen.splice(0), [`${method} /a ${inner}`, 'PUT /next ']);
  }
});

test('a caller that has gone before its request is passed on leaves none waiting behind', async () => {
  const failed = Promise.withResolvers<unknown>();
  const late = await serve(
    'queue',
    async (_request, { incoming }) => {
      incoming.on('error', () => {});
      await new Promise((closed) => incoming.once('close', closed));
      await forward(incoming).catch(failed.resolve);
      return new Response();
    },
    { port: 0, tls },
  );
  try {
    const sent = request({ host: '127.0.0.1', port: late.port, ca: tls.ca, method: 'PUT' });
    sent.on('error', () => {});
    const [socket] = (await once(sent, 'socket')) as [Socket];
    await once(socket, 'secureConnect');
    await new Promise<void>((flushed) => sent.write('first', () => flushed()));
    sent.destroy();
    assert.ok((await failed.promise) instanceof Error);
  } finally {
    await late.stop();
  }
});

test('a caller that goes away in the middle of its body leaves no request waiting behind', async () => {
  const gone = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  answer = (incoming) => {
    incoming.resume();
    incoming.once('data', () => begun.resolve());
    incoming.once('close', () => gone.resolve());
  };
  const sent = begin('PUT', '/a', { 'content-length': '1000' });
  sent.on('error', () => {});
  sent.write('first');
  await begun.promise;
  sent.destroy();
  await gone.promise;
});
