/** Instances that are killed while they hold messages, under a lock short enough to wait for, and replaced. */

import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, type HostOptions, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector, until } from './collector.ts';

const workRun = z.object({ functionName: z.literal('work'), pid: z.number(), at: z.number(), input: z.unknown() });
const messageLockSeconds = 4;

describe('instances that are killed', { concurrency: true }, () => {
  let azurite: Azurite;
  let service: QueueServiceClient;
  before(async () => {
    azurite = await startAzurite();
    service = QueueServiceClient.fromConnectionString(azurite.connectionString);
  });
  after(() => azurite.stop());

  async function start(t: TestContext, name: string, options: Partial<HostOptions> = {}) {
    const collector = await new Collector().start();
    t.after(() => collector.stop());
    const lines: string[] = [];
    const host: Host = await startHost({
      root: appFolder('groups'),
      processes: 'per-group',
      onLine: (line) => lines.push(line),
      messageLockSeconds,
      ...options,
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        AzureFunctionsWebHost__hostid: name,
        COLLECTOR_URL: collector.url,
        QUEUE_NAME: name,
      },
    });
    t.after(async () => {
      collector.release();
      await host.stop();
    });
    const queue = service.getQueueClient(name);
    await queue.createIfNotExists();
    return { host, collector, queue, lines };
  }

  test('what a killed one held runs elsewhere when the lock that was asked for ends, and not before', async (t) => {
    const { host, collector, queue } = await start(t, 'held', { instances: { 'function:work': 2 } });
    collector.hold();
    const sentAt = Date.now();
    await queue.sendMessage('held');
    const [first] = await collector.wait(workRun);
    const victim = host.processes.find(({ pid }) => pid === first?.pid) ?? assert.fail('nobody holds the message');
    victim.kill();
    assert.equal(await victim.exited, 137);
    collector.release();
    const [, second] = await collector.wait(workRun, 2);
    assert.notEqual(second?.pid, victim.pid);
    // Azurite counts whole seconds, so the lock may be over up to one second early.
    assert.ok((second?.at ?? 0) - sentAt > (messageLockSeconds - 1) * 1000, 'the lock held');
    await until(async () => (await queue.getProperties()).approximateMessagesCount === 0, 'the message to be deleted');
    assert.equal((await collector.wait(workRun)).length, 2);
  });

  test('one that was killed is replaced in its place, under its label and at its address, and works', async (t) => {
    const { host, collector, queue, lines } = await start(t, 'replaced', { instances: { 'function:work': 2 } });
    const victims = host.processes.filter(({ group }) => group === 'function:work');
    const places = victims.map((one) => host.processes.indexOf(one));
    for (const victim of victims) victim.kill();
    const fresh = await Promise.all(victims.map((victim) => host.replace(victim)));
    assert.deepEqual(
      places.map((place) => host.processes[place]),
      fresh,
    );
    assert.ok(fresh.every(({ group }) => group === 'function:work'));
    assert.equal(new Set([...victims, ...fresh].map(({ pid }) => pid)).size, 4);
    await queue.sendMessage('after');
    const [run] = await collector.wait(workRun);
    assert.ok(fresh.some(({ pid }) => pid === run?.pid));
    const ready = /^function:work#([12]) \| .* host id replaced, group function:work/;
    await until(() => lines.filter((line) => ready.test(line)).length === 4, 'both labels twice');
    await assert.rejects(host.replace(victims[0] ?? assert.fail()), /no process of this host/);
    const [http = assert.fail()] = host.processes;
    http.kill();
    const { pid } = await host.replace(http);
    const response = await fetch(`${host.url}/api/one`, { headers: { 'x-functions-key': host.keys.host } });
    assert.equal(await response.json(), pid);
    // Only those that are there now count.
    assert.equal(await host.stop(), 0);
    assert.equal(await host.exited, 0);
  });

  test('refuses a lock that is no whole number of 1 to 600 seconds', async (t) => {
    for (const wrong of [0, 601]) {
      const refused = start(t, 'refused', { processes: 'one', messageLockSeconds: wrong });
      await assert.rejects(refused, new RegExp(`"${wrong}" is no lock of 1 to 600 seconds`));
    }
  });
});
