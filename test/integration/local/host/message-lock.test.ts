import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { parseHostJson } from '../../../../local/host/host-json.ts';
import { Log } from '../../../../local/host/log.ts';
import { QueueListener } from '../../../../local/host/queue-listener.ts';
import { until } from './collector.ts';

/** The program locks for 10 minutes; 2 seconds show the same in less time. */
const lockSeconds = 2;

describe('the lock of a message under way', () => {
  let azurite: Azurite;
  let service: QueueServiceClient;
  const lines: string[] = [];
  const log = new Log({}, (line) => lines.push(line)).logger('work', 'Function.work');

  before(async () => {
    azurite = await startAzurite();
    service = QueueServiceClient.fromConnectionString(azurite.connectionString);
  });
  after(() => azurite.stop());

  function listen(name: string, run: () => Promise<boolean>): QueueListener {
    const { queues } = parseHostJson('{"version":"2.0","extensions":{"queues":{"messageEncoding":"none"}}}');
    const listener = new QueueListener({
      queue: service.getQueueClient(name),
      poisonQueue: service.getQueueClient(`${name}-poison`),
      options: { ...queues, maxPollingInterval: 200 },
      lockSeconds,
      run,
      log,
    });
    listener.start();
    return listener;
  }

  test('is renewed for as long as the function runs, and the message is then deleted with its latest receipt', async () => {
    const queue = service.getQueueClient('renewed');
    await queue.create();
    await queue.sendMessage('long');
    let runs = 0;
    const listener = listen('renewed', async () => {
      runs += 1;
      await wait(lockSeconds * 2000);
      return true;
    });
    await until(() => runs === 1, 'the run');
    const deadline = Date.now() + lockSeconds * 1500;
    while (Date.now() < deadline) {
      assert.equal((await queue.peekMessages()).peekedMessageItems.length, 0);
      await wait(100);
    }
    await until(async () => (await queue.getProperties()).approximateMessagesCount === 0, 'the message to be deleted');
    await listener.stop();
    assert.equal(runs, 1);
  });

  test('is given up when somebody else has the message: it is left to them, and the listener goes on', async () => {
    const queue = service.getQueueClient('taken');
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
    assert.ok(lines.some((line) => /warn {2}\[work\] Message \S+ is no longer ours/.test(line)));
    assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
    assert.equal(await service.getQueueClient('taken-poison').exists(), false);
  });
});
