import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { readTextBlob } from '../../../../local/host/text-blob.ts';
import { appFolder, Collector, until } from './collector.ts';

const runOf = (functionName: string) =>
  z.object({
    functionName: z.literal(functionName),
    at: z.number(),
    timer: z.object({
      schedule: z.object({ adjustForDST: z.literal(true) }),
      scheduleStatus: z.object({ last: z.string(), next: z.string(), lastUpdated: z.string() }).nullable(),
      isPastDue: z.boolean(),
    }),
  });
const statusSchema = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() });

describe('timer functions', () => {
  let azurite: Azurite;
  let collector: Collector;
  let container: ContainerClient;
  const lines: string[] = [];

  before(async () => {
    azurite = await startAzurite();
    collector = await new Collector().start();
    const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
    container = blobs.getContainerClient('azure-webjobs-hosts');
    await container.create();
  });
  after(async () => {
    await collector.stop();
    await azurite.stop();
  });

  /** Each host id has locks and status of its own. */
  const start = (hostId: string): Promise<Host> =>
    startHost({
      root: appFolder('timer'),
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        AzureFunctionsWebHost__hostid: hostId,
        YEARLY: '0 30 4 1 1 *',
        COLLECTOR_URL: collector.url,
      },
      onLine: (line) => lines.push(line),
    });
  const statusBlob = (hostId: string, name: string) =>
    container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${name}/status`);
  const writeStatus = async (hostId: string, name: string, status: z.output<typeof statusSchema>) => {
    const text = JSON.stringify(status);
    await statusBlob(hostId, name).upload(text, text.length);
  };
  const readStatus = async (hostId: string, name: string) =>
    statusSchema.parse(JSON.parse((await readTextBlob(statusBlob(hostId, name))) ?? 'null'));
  const hasRun = (name: string): boolean => collector.received.some((one) => runOf(name).safeParse(one).success);

  describe('of a host that was away for a while', () => {
    let host: Host;
    before(async () => {
      await writeStatus('away', 'yearly', {
        Last: '2025-01-01T04:30:00+00:00',
        Next: '2026-01-01T04:30:00+00:00',
        LastUpdated: '2025-01-01T04:30:00+00:00',
      });
      await writeStatus('away', 'monthly', {
        Last: '2025-03-03T00:00:00+00:00',
        Next: '2025-04-03T00:00:00+00:00',
        LastUpdated: '2025-03-03T00:00:00+00:00',
      });
      host = await start('away');
    });
    afterEach(() => {
      collector.status = 200;
      collector.release();
    });
    after(async () => {
      await host.stop();
      collector.clear();
    });

    test('fires at start, past due, what was missed', async () => {
      const [run] = await collector.wait(runOf('yearly'));
      assert.equal(run?.timer.isPastDue, true);
      assert.deepEqual(run?.timer.scheduleStatus, {
        last: '2025-01-01T04:30:00.000+00:00',
        next: '2026-01-01T04:30:00.000+00:00',
        lastUpdated: '2025-01-01T04:30:00.000+00:00',
      });
      await until(async () => (await readStatus('away', 'yearly')).Last > '2026-01-01', 'the new status');
      const { Last, Next } = await readStatus('away', 'yearly');
      assert.equal(Next, `${Number(Last.slice(0, 4)) + 1}-01-01T04:30:00.000+00:00`);
      assert.ok(lines.some((line) => line.includes("Executing 'Functions.yearly' (Reason='Timer fired, past due'")));
    });

    test('fires nothing late when the schedule was another one before', async () => {
      const hasStartedOver = async () => (await readStatus('away', 'monthly')).Last.startsWith('0001');
      await until(hasStartedOver, 'the status to start over');
      await collector.wait(runOf('everySecond'));
      assert.equal(hasRun('monthly'), false);
    });

    test('runs on startup when asked to, with a status whose last is 0001-01-01, and keeps the status', async () => {
      const [run] = await collector.wait(runOf('atStart'));
      assert.equal(run?.timer.isPastDue, false);
      const now = new Date();
      const next = `${now.getUTCFullYear() + (now.getUTCMonth() < 5 ? 0 : 1)}-06-01T03:00:00.000+00:00`;
      assert.match(run?.timer.scheduleStatus?.last ?? '', /^0001-01-01T00:00:00/);
      assert.equal(run?.timer.scheduleStatus?.next, next);
      await until(async () => !(await readStatus('away', 'atStart')).Last.startsWith('0001'), 'the new status');
      const kept = await readStatus('away', 'atStart');
      assert.equal(kept.Next, next);
      assert.equal(kept.LastUpdated, kept.Last);
    });

    test('keeps no status for a timer that is not monitored, whatever its schedule', async () => {
      const [run] = await collector.wait(runOf('unmonitored'));
      assert.deepEqual(run?.timer, { schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false });
      assert.equal(await statusBlob('away', 'unmonitored').exists(), false);
    });

    test('fires each second, once per occurrence, without a status and without a blob', async () => {
      collector.clear();
      const runs = (await collector.wait(runOf('everySecond'), 3)).slice(0, 3);
      for (const { timer, at } of runs) {
        assert.deepEqual(timer, { schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false });
        assert.ok(at % 1000 < 500, `fired ${at % 1000} ms late`);
      }
      const seconds = runs.map(({ at }) => Math.floor(at / 1000));
      const [first = 0] = seconds;
      assert.deepEqual(seconds, [first, first + 1, first + 2]);
      assert.equal(await statusBlob('away', 'everySecond').exists(), false);
    });

    test('does not overlap itself, and fires what is due at once when the run is over', async () => {
      collector.clear();
      collector.hold();
      const [held] = await collector.wait(runOf('everySecond'));
      assert.ok(held);
      await until(() => Date.now() > held.at + 1200, 'the next occurrence to be over');
      assert.equal((await collector.wait(runOf('everySecond'))).length, 1);
      collector.release();
      const [, next] = await collector.wait(runOf('everySecond'), 2);
      assert.ok((next?.at ?? Infinity) - held.at < 1700, 'not only at the second occurrence');
    });

    test('logs a failure and fires again at the next occurrence, not before', async () => {
      collector.status = 500;
      collector.clear();
      const [one, other] = await collector.wait(runOf('everySecond'), 2);
      assert.ok((other?.at ?? 0) - (one?.at ?? 0) > 700);
      assert.ok(lines.some((line) => /error \[everySecond\] Executed .*\(Failed/.test(line)));
    });

    test('leaves a function out whose schedule is no NCRONTAB expression', () => {
      const line = 'error [host] Function spanned is disabled: Schedule "00:05:00" is no six-field NCRONTAB expression';
      assert.ok(lines.some((one) => one.includes(line)));
      assert.deepEqual(
        host.functions.map(({ name }) => name),
        ['atStart', 'everySecond', 'monthly', 'unmonitored', 'yearly'],
      );
    });
  });

  test('fires on one of two hosts that share an id, and writes a first status without firing', async () => {
    lines.length = 0;
    const hosts = await Promise.all([start('shared'), start('shared')]);
    const waits = "[everySecond] Another host holds this timer's lock";
    await until(() => lines.some((line) => line.includes(waits)), 'one host to wait');
    collector.clear();
    const runs = await collector.wait(runOf('everySecond'), 2);
    assert.notEqual(Math.floor((runs[0]?.at ?? 0) / 1000), Math.floor((runs[1]?.at ?? 0) / 1000));
    assert.match((await readStatus('shared', 'yearly')).Last, /^0001-01-01/);
    assert.equal(hasRun('yearly'), false);
    assert.deepEqual(await Promise.all(hosts.map((host) => host.stop())), [0, 0]);
  });
});
