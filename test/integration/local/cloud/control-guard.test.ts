/** Who may use the portal at all: this machine, under its own names, and no other site's page. Needs loopback only. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, afterEach, describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { startTestCloud } from '../../../support/cloud.ts';
import { control, problem, refuses } from './control-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
afterEach(() => assert.deepEqual(cloud.faults.list(), [], 'nobody who is refused has added a fault'));

const port = Number(new URL(cloud.urls.portal).port);
const rule = { service: 'graph', fault: { kind: 'down' } };

/** `fetch` lets nobody choose the Host header. */
async function statusWithHost(host: string, path = '/api/state'): Promise<number | undefined> {
  const asking = request({ port, host: '127.0.0.1', path, headers: { host } });
  asking.end();
  const [response] = await once(asking, 'response');
  await text(response);
  return response.statusCode;
}

describe('addresses', () => {
  test('no other address of this machine than loopback is listened on', async () => {
    const others = Object.values(networkInterfaces())
      .flat()
      .flatMap((one) => (one !== undefined && !one.internal && one.family === 'IPv4' ? [one.address] : []));
    // 127.0.0.2 is the machine itself on Linux, too, and yet not the address that is listened on.
    for (const address of [...others, '127.0.0.2']) {
      await assert.rejects(once(connect(port, address), 'connect'), { code: 'ECONNREFUSED' }, address);
    }
  });
});

describe('Host', () => {
  test('is one of the names that no DNS server answers for, with any port', async () => {
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, 'LOCALHOST', '[::1]:80', 'localhost:1']) {
      assert.equal(await statusWithHost(host), 200, host);
      assert.equal(await statusWithHost(host, '/'), 200, host);
    }
  });

  test('is no other: a name that was made to point here (DNS rebinding) is refused, for pages as well', async () => {
    const hosts = ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.nip.io', '10.0.0.1'];
    for (const host of hosts) {
      assert.equal(await statusWithHost(host), 421, host);
      assert.equal(await statusWithHost(host, '/'), 421, host);
    }
    for (const host of ['[::1', '::1', 'localhost:x'])
      assert.ok([400, 421].includes((await statusWithHost(host)) ?? 0));
  });
});

describe('pages of other sites', () => {
  const send = (headers: Record<string, string>, method = 'POST') =>
    control(cloud, method, '/faults', method === 'GET' ? undefined : rule, headers);

  test('are refused by where the browser says that they are', async () => {
    for (const site of ['cross-site', 'same-site', 'whatever']) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        await refuses(send({ 'sec-fetch-site': site }, method), 403);
      }
    }
  });

  test('are refused by their origin where the browser does not say more', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `http://localhost:${port + 1}`,
      `https://localhost:${port}`,
    ]) {
      await refuses(send({ origin }), 403);
    }
  });

  test('cannot send a form in the place of JSON', async () => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'];
    for (const type of types) await refuses(send({ 'content-type': type }), 415);
  });

  test('are given no leave by a preflight', async () => {
    const response = await control(cloud, 'OPTIONS', '/faults', undefined, {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
      'sec-fetch-site': 'cross-site',
    });
    assert.equal((await problem(response)).status, 403);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  test('cannot send forms to the pages', async () => {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      const response = await cloud.fetch(`${cloud.urls.portal}/faults`, {
        method: 'POST',
        body: new URLSearchParams({ preset: 'graph-down' }),
        headers,
      });
      assert.equal(response.status, 403);
    }
  });

  test('may link to a page, which they can neither read nor frame', async () => {
    const response = await cloud.fetch(`${cloud.urls.portal}/`, { headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
    assert.match(response.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  });
});

describe('own pages and programs', () => {
  test('are served', async () => {
    const own: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { origin: cloud.urls.portal },
      // What a browser sends with a form of a page that has no referrer.
      { origin: 'null', 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of own) {
      assert.equal((await control(cloud, 'POST', '/faults', rule, headers)).status, 201);
      assert.equal((await control(cloud, 'DELETE', '/faults', undefined, headers)).status, 204);
    }
  });
});
