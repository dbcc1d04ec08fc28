import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector } from './collector.ts';

const run = (name: string) =>
  z.object({ name: z.literal(name), input: z.unknown(), dequeueCount: z.number().optional() });

describe('keys and the admin route', () => {
  let azurite: Azurite;
  let collector: Collector;
  let host: Host;
  const lines: string[] = [];

  const start = () =>
    startHost({
      root: appFolder('keys'),
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        AzureFunctionsWebHost__hostid: 'keys-test',
        COLLECTOR_URL: collector.url,
      },
      onLine: (line) => lines.push(line),
    });

  before(async () => {
    azurite = await startAzurite();
    collector = await new Collector().start();
    host = await start();
  });
  after(async () => {
    await host.stop();
    await collector.stop();
    await azurite.stop();
  });

  const get = (path: string, key?: string) =>
    fetch(`${host.url}${path}`, key === undefined ? {} : { headers: { 'x-functions-key': key } });
  const post = (name: string, body: string, key: string) =>
    fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', body, headers: { 'x-functions-key': key } });
  const keyOf = (name: string): string => host.keys.functions[name] ?? assert.fail(`no key of ${name}`);

  async function isRefused(response: Response): Promise<void> {
    assert.equal(response.status, 401);
    assert.equal(await response.text(), '');
  }

  test('asks no key of an anonymous function, which is also what a function without a level is', async () => {
    assert.equal((await get('/api/open')).status, 200);
    assert.equal((await get('/api/unnamed', 'a wrong key')).status, 200);
  });

  test("opens a function with its own, the host's and the master key, as header and as query", async () => {
    for (const key of [keyOf('locked'), host.keys.host, host.keys.master]) {
      assert.equal((await get('/api/locked', key)).status, 200);
      assert.equal((await get(`/api/locked?code=${encodeURIComponent(key)}`)).status, 200);
    }
  });

  test('refuses no key, a wrong key and the key of another function with 401 and an empty body', async () => {
    await isRefused(await get('/api/locked'));
    await isRefused(await get('/api/locked', ''));
    await isRefused(await get('/api/locked', keyOf('locked').slice(0, -1)));
    await isRefused(await get('/api/locked', keyOf('otherLocked')));
    await isRefused(await get('/api/locked?code=wrong'));
    await isRefused(await get(`/api/locked?code=${keyOf('locked')}`, 'wrong'));
  });

  test('opens a function of level admin with the master key alone', async () => {
    assert.equal((await get('/api/operators', host.keys.master)).status, 200);
    await isRefused(await get('/api/operators', host.keys.host));
  });

  test('finds no route before it looks at a key', async () => {
    const response = await fetch(`${host.url}/api/locked`, { method: 'DELETE' });
    assert.equal(response.status, 404);
  });

  test('keeps the keys in blobs, so that they outlive the host', async () => {
    const former = host.keys;
    assert.deepEqual(Object.keys(former.functions), ['locked', 'otherLocked']);
    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
      'azure-webjobs-secrets',
    );
    const names: string[] = [];
    for await (const blob of container.listBlobsFlat()) names.push(blob.name);
    assert.deepEqual(names, ['keys-test/host.json', 'keys-test/locked.json', 'keys-test/otherlocked.json']);

    assert.equal(await host.stop(), 0);
    host = await start();
    assert.deepEqual(host.keys, former);
  });

  test('prints no key', () => {
    const keys = [host.keys.master, host.keys.host, ...Object.values(host.keys.functions)];
    for (const key of keys) {
      assert.ok(key.length >= 40);
      assert.ok(!lines.some((line) => line.includes(key)));
    }
  });

  test('runs a queue function by hand with the input and a dequeueCount of 0', async () => {
    assert.equal((await post('fromQueue', '{"input":"{\\"a\\":1}"}', host.keys.master)).status, 202);
    const [seen] = await collector.wait(run('fromQueue'));
    assert.deepEqual(seen, { name: 'fromQueue', input: { a: 1 }, dequeueCount: 0 });
  });

  test('runs a timer by hand', async () => {
    assert.equal((await post('EVERYNEWYEAR', '{}', host.keys.master)).status, 202);
    const [seen] = await collector.wait(run('everyNewYear'));
    assert.equal(z.object({ isPastDue: z.boolean() }).parse(seen?.input).isPastDue, false);
  });

  test('runs nothing by hand without the master key, without such a function, or with a body of another shape', async () => {
    collector.clear();
    await isRefused(await post('fromQueue', '{"input":"x"}', host.keys.host));
    await isRefused(await post('nobody', '{"input":"x"}', 'wrong'));
    assert.equal((await post('nobody', '{"input":"x"}', host.keys.master)).status, 404);
    assert.equal((await post('open', '{"input":"x"}', host.keys.master)).status, 404);
    assert.equal((await post('fromQueue', 'no json', host.keys.master)).status, 400);
    assert.equal((await post('fromQueue', '{"input":1}', host.keys.master)).status, 400);
    assert.equal((await get('/admin/functions/fromQueue', host.keys.master)).status, 404);
    assert.deepEqual(collector.received, []);
  });
});
