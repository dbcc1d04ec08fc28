import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, type HostOptions, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector, until } from './collector.ts';

const runOf = (functionName: string) =>
  z.object({ functionName: z.literal(functionName), pid: z.number(), at: z.number(), input: z.unknown() });

describe('a process for each group of functions', () => {
  let azurite: Azurite;
  let collector: Collector;
  let service: QueueServiceClient;
  const lines: string[] = [];

  before(async () => {
    azurite = await startAzurite();
    collector = await new Collector().start();
    service = QueueServiceClient.fromConnectionString(azurite.connectionString);
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

  const start = (name: string, options: Partial<HostOptions> = {}): Promise<Host> =>
    startHost({
      root: appFolder('groups'),
      processes: 'per-group',
      onLine: (line) => lines.push(line),
      ...options,
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        AzureFunctionsWebHost__hostid: name,
        COLLECTOR_URL: collector.url,
        QUEUE_NAME: name,
        ...options.settings,
      },
    });
  const pidOf = (host: Host, group: string): number =>
    host.processes.find((one) => one.group === group)?.pid ?? assert.fail(`no process of ${group}`);
  const has = (line: string): boolean => lines.some((one) => one.includes(line));
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  describe('with one process each', () => {
    let host: Host;
    before(async () => {
      host = await start('alone');
    });
    after(() => host.stop());

    const pidFrom = async (path: string): Promise<unknown> => {
      const response = await fetch(`${host.url}/api/${path}`, { headers: { 'x-functions-key': host.keys.host } });
      return response.json();
    };

    test('HTTP functions share one, every timer and queue function has its own', async () => {
      assert.deepEqual(
        host.processes.map(({ group }) => group),
        ['http', 'function:tick', 'function:work', 'function:yearly'],
      );
      assert.equal(new Set(host.processes.map(({ pid }) => pid)).size, 4);
      assert.deepEqual(
        host.functions.map(({ name }) => name),
        ['one', 'other', 'tick', 'work', 'yearly'],
      );
      assert.deepEqual([await pidFrom('one'), await pidFrom('other')], [host.pid, host.pid]);
      assert.equal(pidOf(host, 'http'), host.pid);
      await service.getQueueClient('alone').createIfNotExists();
      await service.getQueueClient('alone').sendMessage('x');
      const [run] = await collector.wait(runOf('work'));
      assert.equal(run?.pid, pidOf(host, 'function:work'));
      const ticks = await collector.wait(runOf('tick'), 2);
      assert.deepEqual(new Set(ticks.map(({ pid }) => pid)), new Set([pidOf(host, 'function:tick')]));
    });

    test('all have the host id in common: one lock and one status for each timer, and keys made once', async () => {
      const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
      const names: string[] = [];
      const hosts = blobs.getContainerClient('azure-webjobs-hosts');
      const secrets = blobs.getContainerClient('azure-webjobs-secrets');
      for (const container of [hosts, secrets]) {
        for await (const { name } of container.listBlobsFlat()) names.push(name);
      }
      assert.deepEqual(names, [
        'locks/alone/Host.Functions.tick.Listener',
        'locks/alone/Host.Functions.yearly.Listener',
        'timers/alone/Host.Functions.yearly/status',
        'alone/host.json',
        'alone/other.json',
      ]);
      const lock = hosts.getBlobClient('locks/alone/Host.Functions.tick.Listener');
      assert.equal((await lock.getProperties()).leaseState, 'leased');
    });

    test('runs a function of another group by hand in the process that was asked, as a listener that does nothing leaves it enabled', async () => {
      for (const name of ['work', 'yearly']) {
        const url = `${host.url}/admin/functions/${name}`;
        const headers = { 'x-functions-key': host.keys.master };
        const response = await fetch(url, { method: 'POST', body: '{"input":"by hand"}', headers });
        assert.equal(response.status, 202);
        const [run] = await collector.wait(runOf(name));
        assert.equal(run?.pid, host.pid);
      }
    });
  });

  test('each line begins with its group, and each process lists what it listens for and no more', async () => {
    lines.length = 0;
    const host = await start('lines', { instances: { 'Function:Work': 2 } });
    assert.equal(await host.stop(), 0);
    assert.ok(
      lines.every((line) => /^(?:http|function:(?:tick|yearly|work#[12])) \| /.test(line)),
      lines.join('\n'),
    );
    const listed = lines.flatMap(
      (line) => /^(\S+) \| \S+ info {2}\[host\] {3}(\w+) /.exec(line)?.slice(1, 3).join(' ') ?? [],
    );
    assert.deepEqual(listed.sort(), [
      'function:tick tick',
      'function:work#1 work',
      'function:work#2 work',
      'function:yearly yearly',
      'http one',
      'http other',
    ]);
    assert.equal(lines.filter((line) => line.includes('host id lines, group ')).length, 5);
    assert.equal(lines.filter((line) => line.includes('Listening on ')).length, 1);
  });

  test('three processes of one queue function share its messages, and none runs twice', async () => {
    const queue = service.getQueueClient('three');
    await queue.create();
    collector.hold();
    for (let number = 0; number < 30; number += 1) await queue.sendMessage(JSON.stringify({ number }));
    const host = await start('three', { instances: { 'function:work': 3 } });
    // Each fetches a batch of two and no more until it is over.
    const held = await collector.wait(runOf('work'), 6);
    const own = host.processes.filter(({ group }) => group === 'function:work').map(({ pid }) => pid);
    for (const pid of own) assert.equal(held.filter((run) => run.pid === pid).length, 2);
    assert.equal((await collector.wait(runOf('work'))).length, 6);
    collector.release();
    const runs = await collector.wait(runOf('work'), 30);
    await until(async () => (await queue.getProperties()).approximateMessagesCount === 0, 'the queue to be empty');
    const numbers = runs.map(({ input }) => z.object({ number: z.number() }).parse(input).number);
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, number) => number),
    );
    assert.equal((await collector.wait(runOf('work'))).length, 30);
    assert.equal(await host.stop(), 0);
  });

  test('one that dies is reported with group and exit code, the others go on, and what it held stays hidden', async () => {
    const queue = service.getQueueClient('dies');
    await queue.create();
    await queue.sendMessage('held');
    collector.hold();
    const host = await start('dies', { instances: { 'function:work': 2 } });
    const [held] = await collector.wait(runOf('work'));
    const victim = host.processes.find(({ pid }) => pid === held?.pid);
    assert.equal(victim?.group, 'function:work');
    victim?.kill();
    assert.equal(await victim?.exited, 137);
    await until(() => has('This process ended with 137; the others go on.'), 'the line');
    assert.match(
      lines.find((line) => line.includes('ended with 137')) ?? '',
      /^function:work#[12] \| \S+ fatal \[host\] /,
    );
    collector.release();
    collector.clear();
    await queue.sendMessage('later');
    const [run] = await collector.wait(runOf('work'));
    assert.equal(run?.input, 'later');
    assert.notEqual(run?.pid, victim?.pid);
    assert.equal((await fetch(`${host.url}/api/one`)).status, 200);
    await collector.wait(runOf('tick'), 2);
    // What the dead one held is still there, and nobody has run it again.
    assert.equal((await queue.getProperties()).approximateMessagesCount, 1);
    assert.equal((await queue.peekMessages()).peekedMessageItems.length, 0);
    assert.equal((await collector.wait(runOf('work'))).length, 1);
    assert.equal(await host.stop(), 137);
    assert.equal(await host.exited, 137);
  });

  test('a stop lets every process finish what is under way', async () => {
    const queue = service.getQueueClient('drained');
    await queue.create();
    await queue.sendMessage('x');
    collector.hold();
    const host = await start('drained');
    await collector.wait(runOf('work'));
    await collector.wait(runOf('tick'));
    const stopped = host.stop();
    await until(() => has('function:work | ') && has('Stopping; invocations under way: 1'), 'the stop');
    await until(() => lines.filter((line) => line.includes('Stopping; ')).length === 4, 'all to stop');
    assert.ok(isAlive(pidOf(host, 'function:work')));
    collector.release();
    assert.equal(await stopped, 0);
    assert.equal(await host.exited, 0);
    assert.equal(lines.filter((line) => line.endsWith(' | terminated')).length, 4);
    assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
    assert.ok(!has('the others go on'));
    assert.ok(host.processes.every(({ pid }) => !isAlive(pid)));
  });

  test('when one process does not come up all are stopped, and the error names its group', async () => {
    await assert.rejects(start('fails', { settings: { FAILS_IN: 'function:work' } }), {
      message: 'function:work: no settings for this group',
    });
    assert.equal(lines.filter((line) => line.endsWith(' | terminated')).length, 3);
  });

  test('refuses a count for a group that the app has not, and a count that is none, and leaves nothing behind', async () => {
    await assert.rejects(start('refused', { instances: { 'function:nobody': 2 } }), {
      message: 'instances: "function:nobody" is none of function:tick, function:work, function:yearly',
    });
    await assert.rejects(start('refused', { instances: { http: 2 } }), /instances: "http" is none of /);
    await assert.rejects(start('refused', { instances: { 'function:work': 0 } }), /function:work: 0 is no count/);
    assert.equal(lines.filter((line) => line.endsWith(' | terminated')).length, 3);
    await assert.rejects(start('refused', { processes: 'one', instances: { 'function:work': 2 } }), {
      message: "instances: needs processes: 'per-group'",
    });
  });

  test('kill ends every process at once', async () => {
    const host = await start('killed');
    host.kill();
    assert.equal(await host.exited, 137);
    assert.ok(host.processes.every(({ pid }) => !isAlive(pid)));
    assert.ok(!has(' | terminated'));
    assert.ok(!has('the others go on'));
  });
});
