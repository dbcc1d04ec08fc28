/** A proxy that the environment names is used, as by the Azure SDKs: many a network has no other way out. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connections } from '../../../../shared/adapters/connections.ts';
import { startScriptedServer } from '../../../support/scripted-server.ts';

/** Connects whoever asks to where he asks for, and keeps what was asked. */
async function startProxy(t: TestContext): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, near) => {
    asked.push(url);
    const far = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) socket.on('error', () => undefined).on('close', () => near.destroy());
    t.after(() => far.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

function withEnvironment(t: TestContext, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => (before === undefined ? delete process.env[name] : (process.env[name] = before)));
  }
}

async function statusFrom(origin: string): Promise<number> {
  const dispatcher = connections(1000)();
  const { statusCode, body } = await dispatcher.request({ origin, path: '/', method: 'GET' });
  await body.dump();
  await dispatcher.close();
  return statusCode;
}

/** @returns what the proxy was asked for, and where the request was to go. */
async function askedOfProxy(t: TestContext, noProxy: string) {
  const server = await startScriptedServer({ answer: (response) => response.writeHead(204).end() });
  t.after(() => server.stop());
  const proxy = await startProxy(t);
  withEnvironment(t, { https_proxy: proxy.url, no_proxy: noProxy });
  assert.equal(await statusFrom(server.url), 204);
  return { asked: proxy.asked, host: new URL(server.url).host };
}

test('a request goes through the proxy of the environment', async (t) => {
  const { asked, host } = await askedOfProxy(t, '');
  assert.deepEqual(asked, [host]);
});

test('and not where the environment says so', async (t) => {
  assert.deepEqual((await askedOfProxy(t, 'localhost')).asked, []);
});
