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
    invocationId: z.string(),
    retryContext: z
      .object({
        retryCount: z.number(),
        maxRetryCount: z.number(),
        exception: z.object({ message: z.string(), stackTrace: z.string() }).optional(),
      })
      .optional(),
    dequeueCount: z.number().optional(),
    at: z.number(),
  });

describe('retry policies', () => {
  let azurite: Azurite;
  let collector: Collector;
  let service: QueueServiceClient;
  let host: Host;
  const lines: string[] = [];

  before(async () => {
    azurite = await startAzurite();
    collector = await new Collector().start();
    service = QueueServiceClient.fromConnectionString(azurite.connectionString);
    collector.status = 500;
    host = await startHost({
      root: appFolder('retry'),
      settings: { AzureWebJobsStorage: azurite.connectionString, COLLECTOR_URL: collector.url },
      onLine: (line) => lines.push(line),
    });
  });
  afterEach(() => {
    collector.status = 500;
    collector.clear();
  });
  after(async () => {
    await host.stop();
    await collector.stop();
    await azurite.stop();
  });

  const send = async (name: string): Promise<QueueClient> => {
    const queue = service.getQueueClient(name);
    await until(() => queue.exists(), `the queue ${name}`);
    await queue.sendMessage('x');
    return queue;
  };
  const count = async (of: QueueClient) => (await of.getProperties()).approximateMessagesCount;

  test('a timer runs again after its delay, each time as an invocation of its own that is told why, and then no more', async () => {
    const runs = await collector.wait(runOf('tick'), 3);
    assert.deepEqual(
      runs.map(({ retryContext }) => [retryContext?.retryCount, retryContext?.maxRetryCount]),
      [
        [0, 2],
        [1, 2],
        [2, 2],
      ],
    );
    assert.equal(runs[0]?.retryContext?.exception, undefined);
    assert.equal(runs[1]?.retryContext?.exception?.message, 'told to fail');
    assert.match(runs[2]?.retryContext?.exception?.stackTrace ?? '', /^Error: told to fail\n +at /);
    assert.equal(new Set(runs.map(({ invocationId }) => invocationId)).size, 3);
    const waits = runs.map(({ at }, index) => at - (runs[index - 1]?.at ?? at));
    assert.ok(
      waits.slice(1).every((wait) => wait > 950 && wait < 1900),
      `1 s each, were ${waits.join()}`,
    );
    await until(() => lines.some((line) => line.endsWith('error [tick] Failed after 2 retries.')), 'the last line');
    assert.equal((await collector.wait(runOf('tick'))).length, 3);
  });

  test('a queue function runs its tries at every dequeue, then the message goes to poison; a warning says that it soon will not', async () => {
    assert.ok(lines.some((line) => line.includes('warn  [fixed] The real host runs the retry policy of a queue')));
    const queue = await send('fixed');
    const runs = await collector.wait(runOf('fixed'), 4);
    assert.deepEqual(
      runs.map(({ dequeueCount, retryContext }) => [dequeueCount, retryContext?.retryCount]),
      [
        [1, 0],
        [1, 1],
        [2, 0],
        [2, 1],
      ],
    );
    const poison = service.getQueueClient('fixed-poison');
    await until(async () => (await poison.exists()) && (await count(poison)) === 1, 'the poison message');
    await until(async () => (await count(queue)) === 0, 'the queue to be empty');
    assert.equal((await collector.wait(runOf('fixed'))).length, 4);
  });

  test('with exponentialBackoff the delay grows, and a run that succeeds ends it', async () => {
    const queue = await send('growing');
    const [first, second] = await collector.wait(runOf('growing'), 2);
    collector.status = 200;
    const [, , third] = await collector.wait(runOf('growing'), 3);
    assert.ok(first && second && third);
    assert.ok(second.at - first.at > 950 && second.at - first.at < 1700, 'minimumInterval');
    assert.ok(third.at - second.at > 1750 && third.at - second.at < 3000, 'twice that, stretched by up to a fifth');
    assert.deepEqual([third.dequeueCount, third.retryContext?.retryCount], [1, 2]);
    await until(async () => (await count(queue)) === 0, 'the message to be deleted');
    assert.equal((await collector.wait(runOf('growing'))).length, 3);
  });

  test('a run by hand is tried once', async () => {
    const url = `${host.url}/admin/functions/fixed`;
    await fetch(url, { method: 'POST', body: '{"input":"x"}', headers: { 'x-functions-key': host.keys.master } });
    const [run] = await collector.wait(runOf('fixed'));
    assert.equal(run?.retryContext, undefined);
    await until(
      () => lines.some((line) => line.includes(run?.invocationId ?? '') && line.includes('Failed')),
      'its end',
    );
    assert.equal((await collector.wait(runOf('fixed'))).length, 1);
  });

  test('a stop does not wait for the next try: the message is given back', async () => {
    const queue = await send('patient');
    await collector.wait(runOf('patient'));
    await until(() => lines.some((line) => line.endsWith('[patient] Retry 1 of 1 in 01:00:00')), 'the wait');
    assert.equal(await host.stop(), 0);
    assert.equal((await queue.peekMessages()).peekedMessageItems[0]?.dequeueCount, 1);
    assert.equal((await collector.wait(runOf('patient'))).length, 1);
  });
});
