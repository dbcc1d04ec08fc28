import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { parseHostJson } from '../../../../local/host/host-json.ts';
import { Log } from '../../../../local/host/log.ts';
import { QueueListener, type QueueListenerOptions } from '../../../../local/host/queue-listener.ts';
import { SingletonLock } from '../../../../local/host/singleton-lock.ts';
import { until } from './collector.ts';

// The tests of this file wait for locks to run out, so they wait side by side.
describe('locks', { concurrency: true }, () => {
  let azurite: Azurite;
  let queues: QueueServiceClient;
  let blobs: BlobServiceClient;
  const lines: string[] = [];
  const loggerOf = (source: string) => new Log({}, (line) => lines.push(line)).logger(source, 'Function');

  before(async () => {
    azurite = await startAzurite();
    queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
    blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
  });
  after(() => azurite.stop());

  /** The program locks a message for 10 minutes; 2 seconds show the same in less time. */
  const messageLockSeconds = 2;

  function listen(name: string, run: QueueListenerOptions['run']): QueueListener {
    const listener = new QueueListener({
      queue: queues.getQueueClient(name),
      poisonQueue: queues.getQueueClient(`${name}-poison`),
      options: {
        ...parseHostJson('{"version":"2.0"}').queues,
        messageEncoding: 'none',
        maxPollingInterval: 200,
      },
      lockSeconds: messageLockSeconds,
      run,
      log: loggerOf(name),
    });
    listener.start();
    return listener;
  }

  /** A host's part in a lock: whether it holds it, and a way to stop it. */
  function compete(container: string, host: string) {
    const part = { holds: false, stopping: new AbortController(), ended: Promise.resolve() };
    const lock = new SingletonLock({
      container: blobs.getContainerClient(container),
      blobName: 'locks/host/Host.Functions.timer.Listener',
      leaseSeconds: 15,
      retryAfter: 100,
      log: loggerOf(host),
    });
    part.ended = lock.whileHeld(async (end) => {
      part.holds = true;
      await new Promise((resolve) => end.addEventListener('abort', resolve));
      part.holds = false;
    }, part.stopping.signal);
    return part;
  }

  test('a message whose run rejects is not kept hidden: its lock ends, and it runs again', async (t) => {
    const queue = queues.getQueueClient('rejected');
    await queue.create();
    await queue.sendMessage('rejects');
    let runs = 0;
    const listener = listen('rejected', () => {
      runs += 1;
      return Promise.reject(new Error('told to reject'));
    });
    t.after(() => listener.stop());
    await until(() => runs === 2, 'the second run', messageLockSeconds * 3);
    assert.ok(lines.some((line) => line.includes('A message of rejected could not be settled')));
  });

  test('a message stays hidden for as long as its function runs, and is then deleted with its latest receipt', async () => {
    const queue = queues.getQueueClient('renewed');
    await queue.create();
    await queue.sendMessage('long');
    let runs = 0;
    const listener = listen('renewed', async () => {
      runs += 1;
      await wait(messageLockSeconds * 2000);
      return true;
    });
    await until(() => runs === 1, 'the run');
    const deadline = Date.now() + messageLockSeconds * 1500;
    while (Date.now() < deadline) {
      assert.equal((await queue.peekMessages()).peekedMessageItems.length, 0);
      await wait(100);
    }
    await until(async () => (await queue.getProperties()).approximateMessagesCount === 0, 'the message to be deleted');
    await listener.stop();
    assert.equal(runs, 1);
  });

  test('a message that somebody else has taken is left to them, and the listener goes on', async () => {
    const queue = queues.getQueueClient('taken');
    await queue.create();
    await queue.sendMessage('first');
    const finish = Promise.withResolvers<boolean>();
    let runs = 0;
    const listener = listen('taken', () => {
      runs += 1;
      return runs === 1 ? finish.promise : Promise.resolve(true);
    });
    await until(() => runs === 1, 'the run');
    await queue.clearMessages();
    await queue.sendMessage('second');
    await until(() => runs === 2, 'the second message');
    finish.resolve(false);
    await listener.stop();
    assert.ok(lines.some((line) => /warn {2}\[taken\] Message \S+ is no longer ours/.test(line)));
    assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
    assert.equal(await queues.getQueueClient('taken-poison').exists(), false);
  });

  test('a message that a killed host left hidden runs again when its lock ends, with the next dequeueCount', async (t) => {
    const queue = queues.getQueueClient('left');
    await queue.create();
    await queue.sendMessage('left');
    // What a host that is killed leaves behind: fetched, and neither deleted nor given back.
    await queue.receiveMessages({ visibilityTimeout: messageLockSeconds });
    const fetchedAt = Date.now();
    const counts: number[] = [];
    const listener = listen('left', (_text, { dequeueCount }) => {
      counts.push(dequeueCount);
      return Promise.resolve(true);
    });
    t.after(() => listener.stop());
    await until(() => counts.length > 0, 'the run');
    assert.ok(Date.now() - fetchedAt > messageLockSeconds * 900, 'not while the lock holds');
    assert.deepEqual(counts, [2]);
  });

  test('a timer lock is held by one host, and given on when that host stops', async () => {
    const first = compete('handed-on', 'first');
    await until(() => first.holds, 'the first host');
    const second = compete('handed-on', 'second');
    await until(() => lines.some((line) => line.includes("[second] Another host holds this timer's lock")), 'the line');
    assert.equal(second.holds, false);
    first.stopping.abort();
    await first.ended;
    assert.equal(first.holds, false);
    await until(() => second.holds, 'the second host', 2);
    second.stopping.abort();
    await second.ended;
  });

  test('a host that loses its timer lock ends its work, and begins again when it gets the lock back', async () => {
    const host = compete('lost', 'loser');
    await until(() => host.holds, 'the host');
    const lease = blobs
      .getContainerClient('lost')
      .getBlockBlobClient('locks/host/Host.Functions.timer.Listener')
      .getBlobLeaseClient();
    await lease.breakLease(0);
    await lease.acquireLease(15);
    await until(() => !host.holds, 'the work to end', 8);
    assert.ok(lines.some((line) => line.includes("warn  [loser] The timer's lock is lost")));
    await lease.releaseLease();
    await until(() => host.holds, 'the lock again', 2);
    host.stopping.abort();
    await host.ended;
  });
});
