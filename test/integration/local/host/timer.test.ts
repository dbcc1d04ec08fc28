import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { type Azurite, startAzurite } from '../../../../local/azurite.ts';
import { type Host, startHost } from '../../../../local/host/start-host.ts';
import { appFolder, Collector, until } from './collector.ts';

const status = z.object({ last: z.string(), next: z.string(), lastUpdated: z.string() });
const runOf = (functionName: string) =>
  z.object({
    functionName: z.literal(functionName),
    at: z.number(),
    timer: z.object({
      schedule: z.object({ adjustForDST: z.literal(true) }),
      scheduleStatus: status.nullable(),
      isPastDue: z.boolean(),
    }),
  });
const statusBlob = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() });

describe('timer functions', () => {
  let azurite: Azurite;
  let collector: Collector;
  let container: ContainerClient;
  let host: Host;
  const lines: string[] = [];

  before(async () => {
    azurite = await startAzurite();
    collector = await new Collector().start();
    container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
      'azure-webjobs-hosts',
    );
  });
  afterEach(async () => {
    collector.status = 200;
    collector.release();
    await host.stop();
    collector.clear();
    lines.length = 0;
  });
  after(async () => {
    await collector.stop();
    await azurite.stop();
  });

  /** Each host id has locks and status of its own. */
  const start = async (hostId: string) => {
    host = await startHost({
      root: appFolder('timer'),
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        AzureFunctionsWebHost__hostid: hostId,
        YEARLY: '0 30 4 1 1 *',
        COLLECTOR_URL: collector.url,
      },
      onLine: (line) => lines.push(line),
    });
  };
  const blobOf = (hostId: string, name: string) =>
    container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${name}/status`);
  const readStatus = async (hostId: string, name: string) =>
    statusBlob.parse(JSON.parse((await blobOf(hostId, name).downloadToBuffer()).toString()));

  test('fires each second, once per occurrence, without status and without a blob', async () => {
    await start('seconds');
    const runs = await collector.wait(runOf('everySecond'), 3);
    for (const { timer } of runs) {
      assert.deepEqual(timer, { schedule: { adjustForDST: true }, scheduleStatus: null, isPastDue: false });
    }
    const seconds = runs.map(({ at }) => Math.floor(at / 1000));
    assert.deepEqual(seconds, [seconds[0], (seconds[0] ?? 0) + 1, (seconds[0] ?? 0) + 2]);
    for (const { at } of runs) assert.ok(at % 1000 < 500, `fired ${at % 1000} ms late`);
    assert.equal(await blobOf('seconds', 'everySecond').exists(), false);
  });

  test('does not overlap itself, and fires what is due at once when the run is over', async () => {
    await start('overlap');
    await collector.wait(runOf('everySecond'));
    collector.hold();
    const [held] = (await collector.wait(runOf('everySecond'), 2)).slice(-1);
    await until(() => Date.now() > (held?.at ?? 0) + 2200, 'two more occurrences');
    assert.equal((await collector.wait(runOf('everySecond'))).length, 2);
    collector.release();
    const all = await collector.wait(runOf('everySecond'), 3);
    assert.ok((all[2]?.at ?? 0) - (held?.at ?? 0) < 2700);
  });

  test('logs a failure and fires again at the next occurrence only', async () => {
    collector.status = 500;
    await start('failing');
    const runs = await collector.wait(runOf('everySecond'), 2);
    assert.ok((runs[1]?.at ?? 0) - (runs[0]?.at ?? 0) > 700);
    assert.ok(lines.some((line) => /error \[everySecond\] Executed .*\(Failed/.test(line)));
  });

  test('runs on startup when asked to, with a status whose last is 0001-01-01, and keeps the status', async () => {
    await start('startup');
    const [first] = await collector.wait(runOf('atStart'));
    assert.equal(first?.timer.isPastDue, false);
    assert.match(first?.timer.scheduleStatus?.last ?? '', /^0001-01-01T00:00:00/);
    const year = new Date().getUTCMonth() < 5 ? new Date().getUTCFullYear() : new Date().getUTCFullYear() + 1;
    assert.equal(first?.timer.scheduleStatus?.next, `${year}-06-01T03:00:00.000+00:00`);
    await until(async () => !(await readStatus('startup', 'atStart')).Last.startsWith('0001'), 'the new status');
    const kept = await readStatus('startup', 'atStart');
    assert.equal(kept.Next, `${year}-06-01T03:00:00.000+00:00`);
    assert.equal(kept.LastUpdated, kept.Last);
  });

  test('writes a first status for a schedule from a setting, and does not fire before it is due', async () => {
    await start('first');
    await until(() => blobOf('first', 'yearly').exists(), 'the status blob');
    const kept = await readStatus('first', 'yearly');
    assert.equal(kept.Next, `${new Date().getUTCFullYear() + 1}-01-01T04:30:00.000+00:00`);
    assert.match(kept.Last, /^0001-01-01/);
    await collector.wait(runOf('everySecond'));
    assert.ok(!collector.received.some((one) => runOf('yearly').safeParse(one).success));
  });

  test('fires at start, past due, what was missed while no host ran', async () => {
    const text =
      '{"Last":"2025-01-01T04:30:00+00:00","Next":"2026-01-01T04:30:00+00:00","LastUpdated":"2025-01-01T04:30:00+00:00"}';
    await container.createIfNotExists();
    await blobOf('missed', 'yearly').upload(text, text.length);
    await start('missed');
    const [run] = await collector.wait(runOf('yearly'));
    assert.equal(run?.timer.isPastDue, true);
    assert.deepEqual(run?.timer.scheduleStatus, {
      last: '2025-01-01T04:30:00.000+00:00',
      next: '2026-01-01T04:30:00.000+00:00',
      lastUpdated: '2025-01-01T04:30:00.000+00:00',
    });
    await until(async () => (await readStatus('missed', 'yearly')).Last > '2026-01-01', 'the new status');
    assert.ok(
      lines.some((line) => line.includes("[yearly] Executing 'Functions.yearly' (Reason='Timer fired, past due'")),
    );
  });

  test('fires nothing late when the schedule was another one before', async () => {
    const text =
      '{"Last":"2025-03-03T00:00:00+00:00","Next":"2025-04-03T00:00:00+00:00","LastUpdated":"2025-03-03T00:00:00+00:00"}';
    await container.createIfNotExists();
    await blobOf('changed', 'yearly').upload(text, text.length);
    await start('changed');
    await until(
      async () => (await readStatus('changed', 'yearly')).Last.startsWith('0001'),
      'the status to start over',
    );
    await collector.wait(runOf('everySecond'));
    assert.ok(!collector.received.some((one) => runOf('yearly').safeParse(one).success));
  });

  test('leaves a timer out whose schedule is no NCRONTAB expression, and runs the others', async () => {
    await start('spanned');
    assert.ok(
      lines.some((line) => line.includes('Function spanned is disabled: Schedule "00:05:00" is no six-field NCRONTAB')),
    );
    assert.deepEqual(
      host.functions.map(({ name }) => name),
      ['atStart', 'everySecond', 'yearly'],
    );
    await collector.wait(runOf('everySecond'));
  });

  test('runs on one host only, and on the other as soon as that one stops', async () => {
    await start('shared');
    await collector.wait(runOf('everySecond'));
    const first = host;
    const before = lines.length;
    await start('shared');
    await until(
      () => lines.slice(before).some((line) => line.includes("[everySecond] Another host holds this timer's lock")),
      'the line',
    );
    await first.stop();
    collector.clear();
    await collector.wait(runOf('everySecond'));
  });
});
