import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector, until } from './collector.ts';

const runOf = (functionName: string) =>
  z.object({
    functionName: z.literal(functionName),
    message: z.unknown(),
    triggerMetadata: z.looseObject({ dequeueCount: z.unknown() }),
  });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('queue functions', () => {
  let azurite: Azurite;
  let collector: Collector;
  let service: QueueServiceClient;
  /** The queue of the test's host, and the queue that its poison goes to. */
  let queue: QueueClient;
  let poison: QueueClient;
  const lines: string[] = [];

  before(async () => {
    azurite = await startAzurite();
    collector = await new Collector().start();
    service = QueueServiceClient.fromConnectionString(azurite.connectionString);
  });
  afterEach(() => {
    collector.status = 200;
    collector.release();
    collector.clear();
    lines.length = 0;
  });
  after(async () => {
    await collector.stop();
    await azurite.stop();
  });

  function useQueue(stage: string): void {
    queue = service.getQueueClient(`work-${stage}`);
    poison = service.getQueueClient(`work-${stage}-poison`);
  }
  const start = (app: string, stage: string): Promise<Host> =>
    startHost({
      root: appFolder(app),
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        QUEUE_NAME: `Work-${stage}`,
        STAGE: stage,
        RESULTS_CONNECTION: 'AzureWebJobsStorage',
        COLLECTOR_URL: collector.url,
      },
      onLine: (line) => lines.push(line),
    });
  /** Hidden messages are counted, not peeked. */
  const peeked = async (of: QueueClient) => (await of.peekMessages({ numberOfMessages: 32 })).peekedMessageItems;
  const count = async (of: QueueClient) => (await of.getProperties()).approximateMessagesCount ?? 0;
  /** How long the listener said that it would sleep, in milliseconds. */
  const delays = (name: string): number[] =>
    lines.flatMap((line) => {
      const delay = new RegExp(`\\] Queue ${name} has nothing; polling again in (\\d+) ms\\.$`).exec(line)?.[1];
      return delay === undefined ? [] : [Number(delay)];
    });
  const isEmpty = (of: QueueClient) => until(async () => (await count(of)) === 0, `${of.name} to be empty`);

  describe('with messageEncoding none', () => {
    let host: Host;
    before(async () => {
      useQueue('none');
      host = await start('queue', 'none');
    });
    after(() => host.stop());

    test('creates the queue, its name in lower case, and runs a message once', async () => {
      await until(() => queue.exists(), 'the queue');
      await queue.sendMessage('{"a":1}');
      const [seen] = await collector.wait(runOf('work'));
      assert.deepEqual(seen?.message, { a: 1 });
      await isEmpty(queue);
      assert.equal(collector.received.length, 1);
    });

    test('hands over JSON parsed, and base64 and junk as they are', async () => {
      const texts = ['{"a":1}', base64('{"a":1}'), 'junk', '12345678901234567890'];
      for (const text of texts) await queue.sendMessage(text);
      const seen = await collector.wait(runOf('work'), 4);
      // A number has lost its precision on the way, as on the real host.
      const expected = [{ a: 1 }, texts[1], 'junk', 12345678901234567000].map((value) => JSON.stringify(value));
      assert.deepEqual(seen.map(({ message }) => JSON.stringify(message)).sort(), expected.sort());
      await isEmpty(queue);
    });

    test('gives trigger metadata', async () => {
      const sent = await queue.sendMessage('plain');
      const [plain] = await collector.wait(runOf('work'));
      assert.ok(plain);
      const { popReceipt, insertionTime, expirationTime, nextVisibleTime, ...rest } = plain.triggerMetadata;
      assert.deepEqual(rest, { queueTrigger: 'plain', dequeueCount: 1, id: sent.messageId });
      assert.equal(typeof popReceipt, 'string');
      for (const date of [insertionTime, expirationTime, nextVisibleTime]) {
        assert.match(String(date), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      }
    });

    test('lets properties of the message overwrite trigger metadata, whatever their case', async () => {
      await queue.sendMessage('{"id":"mine","DequeueCount":9,"Extra":{"Key":1}}');
      const [own] = await collector.wait(runOf('work'));
      assert.equal(own?.triggerMetadata.dequeueCount, 9);
      assert.equal(own?.triggerMetadata['id'], 'mine');
      // The library turns the first letter of every key into lower case, inside values too.
      assert.deepEqual(own?.triggerMetadata['extra'], { key: 1 });
      assert.deepEqual(own?.triggerMetadata['queueTrigger'], { id: 'mine', dequeueCount: 9, extra: { key: 1 } });
    });

    test('writes one message per element of an array, JSON indented, numbers as text', async () => {
      const results = service.getQueueClient('results-none');
      for (const output of [['x', { b: 2 }], '{"c":[3]}', 7, '[8,9]']) {
        await queue.sendMessage(JSON.stringify({ output }));
      }
      const seen = await collector.wait(runOf('afterResults'), 6);
      assert.deepEqual(
        seen.map(({ message }) => JSON.stringify(message)).sort(),
        ['"x"', '{"b":2}', '{"c":[3]}', '7', '8', '9'].sort(),
      );
      await isEmpty(results);
    });

    test('tries a failing message again at once, with a growing dequeueCount', async () => {
      collector.status = 500;
      await queue.sendMessage('fails');
      const began = performance.now();
      const runs = await collector.wait(runOf('work'), 3);
      assert.ok(performance.now() - began < 2000);
      assert.deepEqual(
        runs.map(({ triggerMetadata }) => triggerMetadata.dequeueCount),
        [1, 2, 3],
      );
      await collector.wait(runOf('poisoned'));
      await isEmpty(queue);
      assert.equal((await collector.wait(runOf('work'))).length, 3);
      // It failed there too, and would stay hidden for ten minutes.
      await poison.clearMessages();
    });

    test('counts a run whose output is larger than 64 KB as failed, as the service refuses the message', async () => {
      await queue.sendMessage(JSON.stringify({ output: [Array.from({ length: 15_000 }, () => 0)] }));
      await collector.wait(runOf('work'), 3);
      await collector.wait(runOf('poisoned'));
      assert.ok(lines.some((line) => /error \[work\] Executed .*\(Failed/.test(line)));
      await isEmpty(queue);
      assert.equal(await count(service.getQueueClient('results-none')), 0);
    });

    test('counts a message whose trigger metadata cannot be made as a failed run, and poisons it in the end', async () => {
      // It parses, but V8 runs out of stack when it writes it again.
      const depth = 10_000;
      const sent = await queue.sendMessage(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
      await until(async () => (await poison.exists()) && (await count(poison)) === 1, 'the poison message');
      assert.ok(lines.some((line) => line.includes(`Message ${sent.messageId} failed 3 times; moving it to`)));
      assert.equal(lines.filter((line) => line.includes('could not be settled')).length, 0);
      await isEmpty(queue);
      assert.deepEqual(collector.received, []);
      await poison.clearMessages();
    });

    test('goes on after the queue was deleted under it', async () => {
      const failing = `error [work] Queue ${queue.name} cannot be read (QueueNotFound); trying again.`;
      await queue.delete();
      await until(() => lines.some((line) => line.includes(failing)), 'the log line');
      await until(() => queue.exists(), 'the queue again');
      await queue.sendMessage('later');
      await collector.wait(runOf('work'));
      assert.ok(lines.some((line) => line.includes(`Queue ${queue.name} answers again.`)));
      assert.equal(lines.filter((line) => line.includes(failing)).length, 1);
    });

    test('sleeps up to 2 s in Development, and wakes up when the app itself writes to the queue', async () => {
      await until(() => delays('results-none').includes(2000), 'the longest sleep');
      assert.equal(Math.max(...delays('results-none')), 2000);
      collector.hold();
      await queue.sendMessage('{"output":"x"}');
      await collector.wait(runOf('work'));
      const sleeps = delays('results-none').length;
      await until(() => delays('results-none').length > sleeps, 'the next sleep to begin');
      const began = performance.now();
      collector.release();
      await collector.wait(runOf('afterResults'));
      assert.ok(performance.now() - began < 1800, 'polling alone would take 2 s');
    });
  });

  describe('with messageEncoding base64', () => {
    let host: Host;
    before(async () => {
      useQueue('base64');
      host = await start('queue-base64', 'base64');
      await until(() => queue.exists(), 'the queue');
    });
    after(() => host.stop());

    test('decodes, and poisons what is not base64 as it is, without running it', async () => {
      await queue.sendMessage('{"plain":true}');
      await queue.sendMessage(base64('{"a":"ü"}'));
      const [seen] = await collector.wait(runOf('work'));
      assert.deepEqual(seen?.message, { a: 'ü' });
      await isEmpty(queue);
      // The trigger of the poison queue cannot decode it either, and leaves it hidden.
      await until(async () => (await count(poison)) === 1 && (await peeked(poison)).length === 0, 'the poison message');
      assert.equal(collector.received.length, 1);
      const moved = /warn {2}\[work\] Message \S+ is not base64; moving it to work-base64-poison\.$/;
      assert.ok(lines.some((line) => moved.test(line)));
      await poison.clearMessages();
    });

    test('tries a failing message maxDequeueCount times, visibilityTimeout apart, then copies it to the poison queue', async () => {
      collector.status = 500;
      const sent = await queue.sendMessage(base64('fails'));
      await collector.wait(runOf('work'), 1);
      const began = performance.now();
      const runs = await collector.wait(runOf('work'), 2);
      const waited = performance.now() - began;
      assert.ok(waited > 1500 && waited < 4000, `2 s, was ${waited} ms`);
      assert.deepEqual(
        runs.map(({ triggerMetadata }) => triggerMetadata.dequeueCount),
        [1, 2],
      );

      const [poisoned] = await collector.wait(runOf('poisoned'));
      assert.equal(poisoned?.message, 'fails');
      assert.ok(poisoned);
      const { id, dequeueCount, insertionTime, expirationTime } = poisoned.triggerMetadata;
      assert.notEqual(id, sent.messageId);
      assert.equal(dequeueCount, 1);
      const days = (Date.parse(String(expirationTime)) - Date.parse(String(insertionTime))) / 86_400_000;
      assert.equal(Math.round(days), 7);
      await isEmpty(queue);
      // A poison queue has none of its own: the failed message stays hidden there.
      assert.equal(await count(poison), 1);
      assert.deepEqual(await peeked(poison), []);
      assert.equal(collector.received.length, 3);
    });
  });

  test('poisons a message that arrives with a count above maxDequeueCount without running it, and leaves one of the poison queue hidden', async () => {
    useQueue('worn');
    for (const one of [queue, poison]) {
      await one.create();
      await one.sendMessage(one === queue ? 'worn out' : 'worn out in the poison queue');
      for (let receives = 0; receives < 3; receives += 1) {
        const [message] = (await one.receiveMessages({ visibilityTimeout: 60 })).receivedMessageItems;
        assert.ok(message);
        await one.updateMessage(message.messageId, message.popReceipt, undefined, 0);
      }
    }
    const host = await start('queue', 'worn');
    const [poisoned] = await collector.wait(runOf('poisoned'));
    assert.equal(poisoned?.message, 'worn out');
    await isEmpty(queue);
    assert.equal(await host.stop(), 0);
    assert.equal(lines.filter((line) => line.includes('was dequeued 4 times; moving it to')).length, 1);
    assert.equal(collector.received.length, 1);
    await until(async () => (await count(poison)) === 1, 'the one that ran to be deleted');
    assert.deepEqual(await peeked(poison), []);
  });

  test('hides what it fetched for 10 minutes, has batchSize + newBatchThreshold under way at most, and leaves them hidden when it is killed', async () => {
    useQueue('batch');
    await queue.create();
    for (const number of [1, 2, 3, 4, 5]) await queue.sendMessage(String(number));
    collector.hold();
    const host = await start('queue', 'batch');
    const [first] = await collector.wait(runOf('work'), 2);
    const hiddenFor = (Date.parse(String(first?.triggerMetadata['nextVisibleTime'])) - Date.now()) / 1000;
    assert.ok(hiddenFor > 590 && hiddenFor <= 600, `${hiddenFor} s`);
    // batchSize 2 run, and newBatchThreshold 1 has to be reached before more are fetched.
    assert.equal((await peeked(queue)).length, 3);
    collector.releaseOne();
    await collector.wait(runOf('work'), 4);
    await until(async () => (await count(queue)) === 4, 'the first to be deleted');
    assert.equal((await peeked(queue)).length, 1);

    host.kill();
    assert.equal(await host.exited, 137);
    assert.equal(await count(queue), 4);
    assert.equal((await peeked(queue)).length, 1);
    assert.equal(collector.received.length, 4);
  });
});
