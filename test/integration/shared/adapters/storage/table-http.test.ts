/** What reaches a server that is scripted, and in which words its failures are told to the SDK, which retries by them. */

import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createPipelineRequest, type PipelineRequestOptions, RestError } from '@azure/core-rest-pipeline';
import { freePort } from '../../../../../local/free-port.ts';
import { tableHttp } from '../../../../../shared/adapters/storage/table-http.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../../../support/scripted-server.ts';

async function scripted(t: TestContext, script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  t.after(() => server.stop());
  return server;
}

const send = (url: string, options: Omit<PipelineRequestOptions, 'url'> = {}) =>
  tableHttp.sendRequest(createPipelineRequest({ url, ...options }));

async function codeOf(sending: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await sending.then(() => assert.fail('It was answered.')).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof RestError, String(error));
  assert.ok(error.cause instanceof Error);
  return error.code;
}

describe('a request', () => {
  test('arrives with its method, path, headers and text, and its answer comes back', async (t) => {
    const server = await scripted(t, {
      answer: (response) => response.writeHead(202, { etag: 'W/"1"', 'set-cookie': ['a=1', 'b=2'] }).end('Grüße'),
    });
    const url = `${server.url}/account/$batch?comp=x`;
    const request = createPipelineRequest({ url, method: 'POST', body: 'Zürich' });
    request.headers.set('x-ms-version', '2019-02-02');
    request.headers.set('Accept-Encoding', 'gzip,deflate');
    const answer = await tableHttp.sendRequest(request);
    assert.deepEqual([answer.status, answer.bodyAsText, answer.headers.get('etag')], [202, 'Grüße', 'W/"1"']);
    assert.equal(answer.headers.get('set-cookie'), 'a=1');
    assert.equal(answer.request, request);
    const [arrived] = server.requests;
    assert.deepEqual([arrived?.method, arrived?.path, arrived?.body], ['POST', '/account/$batch?comp=x', 'Zürich']);
    assert.equal(arrived?.headers['x-ms-version'], '2019-02-02');
    assert.equal(arrived?.headers['accept-encoding'], undefined);
  });

  test('goes over a connection of those before', async (t) => {
    const server = await scripted(t, { answer: (response) => response.writeHead(204).end() });
    for (let count = 0; count < 20; count += 1) await send(server.url);
    // undici takes another one while that of an answer that has just come is not free yet.
    assert.ok(server.connections <= 2, `${server.connections} connections for ${server.requests.length} requests`);
  });

  test('is not made without TLS unless that is allowed', async () => {
    await assert.rejects(send('http://localhost:1'), /allowInsecureConnection is false/);
    assert.equal(await codeOf(send('http://localhost:1', { allowInsecureConnection: true })), 'ECONNREFUSED');
  });

  test('is of text alone', async () => {
    await assert.rejects(send('https://localhost:1', { body: Buffer.from('octets') }), /Only text/);
  });
});

describe('a failure', () => {
  test('has the code of Node where nobody listens', async () => {
    assert.equal(await codeOf(send(`https://localhost:${await freePort()}`)), 'ECONNREFUSED');
  });

  test('is ECONNRESET when the connection ends before an answer', async (t) => {
    const server = await scripted(t, { answer: (_response, _request, socket) => void socket.destroy() });
    assert.equal(await codeOf(send(server.url)), 'ECONNRESET');
    assert.deepEqual([server.connections, server.requests.length], [1, 1]);
  });

  test('is PARSE_ERROR when it ends within an answer', async (t) => {
    const server = await scripted(t, {
      answer(response, _request, socket) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('the first half', () => socket.destroy());
      },
    });
    assert.equal(await codeOf(send(server.url)), 'PARSE_ERROR');
  });

  test('is an end in time when the server never answers', async (t) => {
    const server = await scripted(t, { answer: () => undefined });
    assert.equal(await codeOf(send(server.url, { timeout: 200 })), 'UND_ERR_HEADERS_TIMEOUT');
  });

  test('is an end in time when the server stops in the middle', async (t) => {
    const server = await scripted(t, {
      answer(response) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('the first half');
      },
    });
    assert.equal(await codeOf(send(server.url, { timeout: 200 })), 'PARSE_ERROR');
  });

  test("is the caller's own reason when he gives up", async (t) => {
    const server = await scripted(t, { answer: () => undefined });
    const reason = new Error('The caller gave up.');
    await assert.rejects(send(server.url, { abortSignal: AbortSignal.abort(reason) }), reason);
    const giving = new AbortController();
    const refused = assert.rejects(send(server.url, { abortSignal: giving.signal }), reason);
    giving.abort(reason);
    await refused;
  });
});
