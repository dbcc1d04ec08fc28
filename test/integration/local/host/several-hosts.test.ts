import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector, until } from './collector.ts';

const runOf = (functionName: string) =>
  z.object({ functionName: z.literal(functionName), pid: z.number(), at: z.number(), input: z.unknown() });

// One test waits for a lease to run out, so they wait side by side.
describe('several hosts on one storage account', { concurrency: true }, () => {
  let azurite: Azurite;
  before(async () => {
    azurite = await startAzurite();
  });
  after(() => azurite.stop());

  /** Hosts of one app: they post to one collector and read one queue. */
  async function hosts(t: TestContext, queue: string, ids: readonly string[], { hold = false } = {}) {
    const collector = await new Collector().start();
    if (hold) collector.hold();
    const lines: string[] = [];
    const started = await Promise.all(
      ids.map((id) =>
        startHost({
          root: appFolder('groups'),
          settings: {
            AzureWebJobsStorage: azurite.connectionString,
            AzureFunctionsWebHost__hostid: id,
            COLLECTOR_URL: collector.url,
            QUEUE_NAME: queue,
          },
          onLine: (line) => lines.push(line),
        }),
      ),
    );
    t.after(async () => {
      collector.release();
      await Promise.all(started.map((host) => host.stop()));
      await collector.stop();
    });
    return { started, collector, lines };
  }
  const queueOf = (name: string) =>
    QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(name);
  const hostBlobs = () =>
    BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('azure-webjobs-hosts');
  const waits = "[tick] Another host holds this timer's lock";

  test('of three with one id only one runs a timer, once at each occurrence', async (t) => {
    const { collector, lines } = await hosts(t, 'timer', ['timer', 'timer', 'timer']);
    await until(() => lines.filter((line) => line.includes(waits)).length === 2, 'two hosts to wait');
    const runs = await collector.wait(runOf('tick'), 5);
    assert.equal(new Set(runs.map(({ pid }) => pid)).size, 1);
    const seconds = runs.map(({ at }) => Math.floor(at / 1000));
    assert.deepEqual(
      seconds,
      Array.from(seconds, (_, index) => (seconds[0] ?? 0) + index),
    );
    const lock = hostBlobs().getBlobClient('locks/timer/Host.Functions.tick.Listener');
    assert.equal((await lock.getProperties()).leaseState, 'leased');
  });

  test('when the one that holds a timer is killed another goes on after the lease, and never the two at once', async (t) => {
    const { started, collector, lines } = await hosts(t, 'killed', ['killed', 'killed']);
    await until(() => lines.some((line) => line.includes(waits)), 'one host to wait');
    const [run] = await collector.wait(runOf('tick'));
    const holder = started.find(({ pid }) => pid === run?.pid) ?? assert.fail('nobody holds the timer');
    holder.kill();
    assert.equal(await holder.exited, 137);
    const killedAt = Date.now();
    const next = (): z.output<ReturnType<typeof runOf>> | undefined =>
      collector.received
        .flatMap((one) => runOf('tick').safeParse(one).data ?? [])
        .find(({ pid }) => pid !== holder.pid);
    // The lease lasts 15 s, and is asked for every 5.
    await until(() => next() !== undefined, 'the other host', 15 + 5 + 5);
    assert.ok((next()?.at ?? 0) - killedAt > 9000, 'not before the lease has run out');
    assert.equal(collector.received.filter((one) => runOf('tick').parse(one).at > killedAt + 1000).length, 1);
  });

  test('share the messages of a queue, and none runs twice while its lock holds', async (t) => {
    const queue = queueOf('shared');
    await queue.create();
    for (let number = 0; number < 40; number += 1) await queue.sendMessage(String(number));
    const { started, collector } = await hosts(t, 'shared', ['shared', 'shared', 'shared'], { hold: true });
    // Each fetches a batch of two and no more until it is over.
    const held = await collector.wait(runOf('work'), 6);
    for (const { pid } of started) assert.equal(held.filter((run) => run.pid === pid).length, 2);
    collector.release();
    await collector.wait(runOf('work'), 40);
    await until(async () => (await queue.getProperties()).approximateMessagesCount === 0, 'the queue to be empty');
    const runs = await collector.wait(runOf('work'));
    assert.deepEqual(
      runs.map(({ input }) => Number(input)).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, number) => number),
    );
  });

  test('a message that a killed host held is not run by another before its lock ends', async (t) => {
    const queue = queueOf('held');
    await queue.create();
    await queue.sendMessage('held');
    const { started, collector } = await hosts(t, 'held', ['held', 'held'], { hold: true });
    const [run] = await collector.wait(runOf('work'));
    const holder = started.find(({ pid }) => pid === run?.pid) ?? assert.fail('nobody holds the message');
    holder.kill();
    await holder.exited;
    collector.release();
    collector.clear();
    await queue.sendMessage('later');
    const [later] = await collector.wait(runOf('work'));
    assert.equal(later?.input, 'later');
    await until(
      async () => (await queue.getProperties()).approximateMessagesCount === 1,
      'the later one to be deleted',
    );
    assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
    assert.equal((await collector.wait(runOf('work'))).length, 1);
  });

  test('with different ids do not meet: each runs the timer, and each has keys and status of its own', async (t) => {
    const { started, collector, lines } = await hosts(t, 'different', ['one', 'other']);
    const ticks = (host: Host) =>
      collector.received.filter((one) => runOf('tick').safeParse(one).data?.pid === host.pid);
    for (const host of started) await until(() => ticks(host).length >= 2, 'both timers');
    assert.ok(!lines.some((line) => line.includes(waits)));
    const [one, other] = started;
    assert.ok(one && other);
    const withKey = async (host: Host, key: string) =>
      (await fetch(`${host.url}/api/other`, { headers: { 'x-functions-key': key } })).status;
    assert.deepEqual([await withKey(one, one.keys.host), await withKey(other, other.keys.host)], [200, 200]);
    assert.deepEqual([await withKey(one, other.keys.host), await withKey(other, one.keys.host)], [401, 401]);
    for (const id of ['one', 'other']) {
      await until(
        () => hostBlobs().getBlobClient(`timers/${id}/Host.Functions.yearly/status`).exists(),
        `status of ${id}`,
      );
    }
  });
});
