import assert from 'node:assert/strict';
import { request as rawRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { appFolder } from './collector.ts';

const echo = z.object({
  name: z.string(),
  method: z.string(),
  url: z.string(),
  params: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.string()),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

describe('HTTP functions', () => {
  let azurite: Azurite;
  let host: Host;
  const lines: string[] = [];

  before(async () => {
    azurite = await startAzurite();
    host = await startHost({
      root: appFolder('http'),
      settings: { AzureWebJobsStorage: azurite.connectionString },
      onLine: (line) => lines.push(line),
    });
  });
  after(async () => {
    await host.stop();
    await azurite.stop();
  });

  const get = (path: string, init?: RequestInit) => fetch(`${host.url}${path}`, { redirect: 'manual', ...init });
  const seen = async (path: string, init?: RequestInit) => echo.parse(await (await get(path, init)).json());

  async function isEmpty(response: Response, status: number): Promise<void> {
    assert.equal(response.status, status);
    assert.equal(await response.text(), '');
  }

  /** Sends the path as it is written: fetch would normalize it. */
  async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const request = rawRequest(host.url, { path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject).end();
    });
  }

  test('answers under the name of the function and the prefix when it has no route', async () => {
    assert.equal((await seen('/api/bare')).name, 'bare');
    await isEmpty(await get('/bare'), 404);
  });

  test('answers at the root with a page of its own, whatever the method', async () => {
    for (const method of ['GET', 'POST']) {
      const response = await get('/', { method });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
      assert.match(await response.text(), /runs in the local host/);
    }
  });

  test('gives a function without methods GET and POST, and no other', async () => {
    assert.equal((await seen('/api/bare', { method: 'POST', body: 'hello' })).body, 'hello');
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']) {
      await isEmpty(await get('/api/bare', { method }), 404);
    }
  });

  test('lets two functions share a path by their methods', async () => {
    assert.equal((await seen('/api/shared')).name, 'sharedGet');
    assert.equal((await seen('/api/shared', { method: 'PUT' })).name, 'sharedPut');
  });

  test('ignores case and a trailing slash of the path', async () => {
    assert.equal((await seen('/API/Bare/')).name, 'bare');
    assert.deepEqual((await seen('/api/ITEMS/Anna/')).params, { name: 'Anna' });
  });

  test('hands a constrained parameter over as text, and goes on to the next function when it does not fit', async () => {
    assert.deepEqual(await seen('/api/items/12').then(({ name, params }) => ({ name, params })), {
      name: 'byId',
      params: { id: '12' },
    });
    assert.equal((await seen('/api/items/twelve')).name, 'byName');
  });

  test('leaves an absent optional parameter out', async () => {
    assert.deepEqual((await seen('/api/optional')).params, {});
    assert.deepEqual((await seen('/api/optional/x')).params, { name: 'x' });
    await isEmpty(await get('/api/optional/x/y'), 404);
  });

  test('reads two parameters of one segment', async () => {
    assert.deepEqual((await seen('/api/files/report.pdf')).params, { stem: 'report', extension: 'pdf' });
  });

  test('takes the first function by name, so that an early catch-all swallows a later exact route', async () => {
    assert.deepEqual((await seen('/api/deep/a/b/c')).params, { rest: 'a/b/c' });
    assert.equal((await seen('/api/deep/exact')).name, 'deep');
  });

  test('decodes escapes in a parameter except that of the slash', async () => {
    assert.deepEqual((await seen('/api/items/caf%C3%A9%20x')).params, { name: 'café x' });
    assert.deepEqual((await seen('/api/items/a%2Fb')).params, { name: 'a%2Fb' });
    assert.deepEqual((await seen('/api/items/%E0%A4%A')).params, { name: '%E0%A4%A' });
  });

  test('joins repeated query values with a comma', async () => {
    const { query, url } = await seen('/api/bare?x=1&x=2&y=a%20b');
    assert.deepEqual(query, { x: '1,2', y: 'a b' });
    assert.equal(url, `${host.url}/api/bare?x=1&x=2&y=a%20b`);
  });

  test('hands headers over, with several of one name joined', async () => {
    const { headers } = await seen('/api/bare', {
      headers: [
        ['X-Several', 'a'],
        ['x-several', 'b'],
      ],
    });
    assert.equal(headers['x-several'], 'a, b');
  });

  test('refuses a target or Host header that would change the address that the function sees', async () => {
    assert.equal(await statusOf('http://elsewhere.example/api/bare'), 400);
    assert.equal(await statusOf('/api/bare', { host: 'user@elsewhere.example' }), 400);
    assert.equal(await statusOf('//elsewhere.example/api/bare'), 404);
    assert.equal(await statusOf('/api/bare', { host: 'localhost' }), 200);
  });

  test('passes a binary body both ways, and does not let a function contradict its length', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const response = await get('/api/mirror', { method: 'POST', body: bytes });
    assert.equal(response.status, 201);
    assert.equal(response.headers.get('x-answer'), 'yes');
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.equal(response.headers.get('content-length'), '256');
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
  });

  test('refuses a body that is larger than 100 MB', async () => {
    assert.equal(await statusOf('/api/bare', { 'content-length': '104857601', connection: 'close' }), 413);
  });

  test('sends cookies and a redirect as ASP.NET Core spells them', async () => {
    const response = await get('/api/cookies');
    assert.equal(response.status, 302);
    assert.equal(response.headers.get('location'), '/elsewhere');
    assert.deepEqual(response.headers.getSetCookie(), [
      'browser=a%20b%3Bc; max-age=60; path=/api; secure; samesite=lax; httponly',
      'plain=v; expires=Sun, 09 Sep 2001 01:46:40 GMT; path=/',
    ]);
  });

  test('sends a text body as UTF-8 text', async () => {
    const response = await get('/api/text');
    assert.equal(response.headers.get('content-type'), 'text/plain;charset=UTF-8');
    assert.equal(await response.text(), 'grüße');
  });

  test('answers 204 when a function returns nothing or says so', async () => {
    await isEmpty(await get('/api/nothing'), 204);
    await isEmpty(await get('/api/noContent'), 204);
  });

  test('answers 500 with an empty body when a function throws or returns what is no response', async () => {
    await isEmpty(await get('/api/throwsAfterOutput'), 500);
    await isEmpty(await get('/api/wrong'), 500);
    assert.ok(lines.some((line) => /error \[throwsAfterOutput\] Executed .*\(Failed, Id=/.test(line)));
    assert.ok(lines.some((line) => line.includes('the handler gave up')));
  });

  test('writes outputs before it answers, and none of a function that throws', async () => {
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('http-output');
    const texts = async () => {
      const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
      return receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString('utf8'));
    };
    const value = encodeURIComponent(JSON.stringify(['one', { two: 2 }, 3]));
    assert.equal((await get(`/api/enqueues?value=${value}`)).status, 202);
    assert.deepEqual(await texts(), ['one', '{\n  "two": 2\n}', '3']);
    await isEmpty(await get('/api/throwsAfterOutput'), 500);
    assert.deepEqual(await texts(), []);
  });

  test('answers 500 when functionTimeout is over, and says so', async () => {
    const began = performance.now();
    await isEmpty(await get('/api/slow'), 500);
    const took = performance.now() - began;
    assert.ok(took >= 1990 && took < 4000, `after ${took} ms`);
    assert.ok(lines.some((line) => line.includes('functionTimeout 00:00:02 is over')));
  });

  test('logs start and end of an invocation with id and duration, and never the query', () => {
    const starts = lines.filter((line) =>
      line.includes("[bare] Executing 'Functions.bare' (Reason='GET /api/bare', Id="),
    );
    assert.ok(starts.length > 0);
    const id = /Id=([\da-f-]{36})\)/.exec(starts[0] ?? '')?.[1];
    assert.ok(lines.some((line) => line.includes(`(Succeeded, Id=${id}, Duration=`)));
    assert.ok(!lines.some((line) => line.includes('x=1')));
  });

  test('lists each function with route and methods', () => {
    assert.deepEqual(
      host.functions.find(({ name }) => name === 'byId'),
      { name: 'byId', trigger: 'http', route: '/api/items/{id:int}', methods: ['GET'] },
    );
    assert.ok(lines.some((line) => / info {2}\[host\] {3}byId +GET \/api\/items\/\{id:int\}$/.test(line)));
    assert.ok(lines.some((line) => line.endsWith(`[host] Listening on ${host.url}`)));
  });
});
