import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, test } from 'node:test';
import { QueueServiceClient } from '@azure/storage-queue';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector, until } from './collector.ts';

describe('stopping a host', () => {
  let azurite: Azurite;
  let collector: Collector;
  const lines: string[] = [];

  before(async () => {
    azurite = await startAzurite();
    collector = await new Collector().start();
  });
  afterEach(() => {
    collector.release();
    collector.clear();
    lines.length = 0;
  });
  after(async () => {
    await collector.stop();
    await azurite.stop();
  });

  const start = (app: string): Promise<Host> =>
    startHost({
      root: appFolder(app),
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        COLLECTOR_URL: collector.url,
        QUEUE_NAME: 'stopping',
        STAGE: 'stopping',
        RESULTS_CONNECTION: 'AzureWebJobsStorage',
      },
      onLine: (line) => lines.push(line),
    });
  const underWay = (count: number) =>
    until(() => collector.received.length === count, `${count} invocations under way`);

  test('answers the request under way, takes no new one on a connection that is kept alive, and exits with 0', async () => {
    const host = await start('hooks');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const fetchOver = async (path: string) => {
      const [response] = await once(get(`${host.url}${path}`, { agent }), 'response');
      return { status: response.statusCode, body: await text(response) };
    };
    assert.equal((await fetchOver('/api/steps')).status, 200);
    collector.hold();
    const held = fetchOver('/api/held');
    await underWay(1);
    const stopped = host.stop();
    await until(() => lines.some((line) => line.endsWith('[host] Stopping; invocations under way: 1')), 'the stop');
    await assert.rejects(fetch(`${host.url}/api/steps`));
    collector.release();
    assert.deepEqual(await held, { status: 200, body: 'done' });
    assert.equal(await stopped, 0);
    assert.equal(await host.stop(), 0, 'a second stop changes nothing');
    agent.destroy();
  });

  test('waits for no connection that never asked anything', async () => {
    const host = await start('hooks');
    const silent = connect({ port: Number(new URL(host.url).port), host: '127.0.0.1' });
    await once(silent, 'connect');
    const began = performance.now();
    assert.equal(await host.stop(), 0);
    assert.ok(performance.now() - began < 2000);
    silent.destroy();
  });

  test('finishes and deletes the queue message under way, and fetches no further one', async () => {
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient('stopping');
    await queue.create();
    for (const number of [1, 2, 3, 4]) await queue.sendMessage(String(number));
    collector.hold();
    const host = await start('queue');
    await underWay(2);
    const stopped = host.stop();
    await until(() => lines.some((line) => line.endsWith('[host] Stopping; invocations under way: 2')), 'the stop');
    collector.release();
    assert.equal(await stopped, 0);
    assert.equal((await queue.getProperties()).approximateMessagesCount, 2);
    assert.equal((await queue.peekMessages({ numberOfMessages: 32 })).peekedMessageItems.length, 2);
    assert.equal(collector.received.length, 2);
  });

  test('exits at once with 1 on a second signal', async () => {
    const host = await start('hooks');
    collector.hold();
    const cut = assert.rejects(fetch(`${host.url}/api/held`));
    await underWay(1);
    process.kill(host.pid, 'SIGTERM');
    await until(() => lines.some((line) => line.includes('Stopping')), 'the stop');
    process.kill(host.pid, 'SIGINT');
    assert.equal(await host.exited, 1);
    await cut;
    assert.ok(!lines.some((line) => line.includes('appTerminate')));
  });

  test('exits with 1 and says why when the app throws outside of any invocation', async () => {
    const host = await start('hooks');
    await fetch(`${host.url}/api/crashes`).catch(() => undefined);
    assert.equal(await host.exited, 1);
    assert.ok(
      lines.some((line) => /fatal \[host\] The app ended this process: Error: outside of any invocation/.test(line)),
    );
  });

  test('stops by itself when the process that started it is gone', async () => {
    const parent = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { startHost } from ${JSON.stringify(new URL('../../../../local/host/start-host.ts', import.meta.url).href)};
       const host = await startHost({ root: ${JSON.stringify(appFolder('hooks'))}, settings: {} });
       console.log(host.url);`,
    ]);
    const [url] = await once(createInterface({ input: parent.stdout }), 'line');
    assert.equal((await fetch(`${url}/api/steps`)).status, 200);
    parent.kill('SIGKILL');
    await until(
      async () =>
        fetch(`${url}/api/steps`).then(
          () => false,
          () => true,
        ),
      'the host to be gone',
    );
  });
});
