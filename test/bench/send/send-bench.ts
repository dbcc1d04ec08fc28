/** `npm run bench -- send`: the built bundle beside the least program that keeps the same promise. */

import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable } from '../../../local/table.ts';
import type { Figure } from '../tokens/figure.ts';
import { progressOn } from '../tokens/progress.ts';
import { type Latency, measureLatency, type Percentiles } from './latency.ts';
import { copyApp, startMeasuredHost } from './measured-host.ts';
import { measureRounds, type Rounds } from './rounds.ts';
import { World } from './send-world.ts';
import { countStorageCalls, type StorageCalls } from './storage-calls.ts';

export interface SendBench extends Rounds, Latency, StorageCalls {
  /** What else the machine did: processes that wanted a core, over a minute before and after (getloadavg). */
  readonly sendLoad: { readonly before: number; readonly after: number };
}

/**
 * For latency, which would be that of the polls: the least that the storage extension takes. Rounds go by host.json, since a
 * queue that has messages is asked again at once, and the app has eight queues to ask where the least program has one.
 */
const oftenest = { maxPollingInterval: '00:00:00.1000000' };

export async function measureSend(): Promise<SendBench> {
  const progress = progressOn(process.stderr);
  const say = (line: string): void => progress.say(line);
  const load = (): number => loadavg()[0] ?? 0;
  const before = load();
  const folder = mkdtempSync(join(tmpdir(), 'send-bench-'));
  try {
    say('building the app, starting the cloud');
    const app = await copyApp(join(folder, 'app'));
    const asking = await copyApp(join(folder, 'asking'), oftenest);
    const world = await World.start(app);
    try {
      const direct = await startMeasuredHost(app, world.direct);
      const rounds = await measureRounds(world, direct, say);
      await direct.stop();
      const quick = await startMeasuredHost(asking, world.direct);
      const latency = await measureLatency(world, say);
      await quick.stop();
      say('counting storage calls');
      const front = await startMeasuredHost(app, world.throughFront);
      const calls = await countStorageCalls(world);
      await front.stop();
      return { ...rounds, ...latency, ...calls, sendLoad: { before, after: load() } };
    } finally {
      await world.end();
    }
  } finally {
    progress.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function printSend(measured: SendBench): void {
  const { throughput, cpu, latency, latencyRatio, throughputRatio, bareRatio, gateRatio, mostRatio } = measured;
  const { cpuPerMessageRatio, storageCalls, storageCallsPerMessage } = measured;
  console.log('\nOne message, one mail: median (least to most) of the rounds\n');
  printTable(
    ['', 'tenantpost', 'the least with claims and gates', 'with claims', 'get, POST, delete'],
    [
      [
        'messages per second',
        figure(throughput.app),
        figure(throughput.gate),
        figure(throughput.claims),
        figure(throughput.bare),
      ],
      ['milliseconds of a core per message', figure(cpu.app), figure(cpu.gate), figure(cpu.claims), figure(cpu.bare)],
      ['queue to accepted, ms: median, 99 %', both(latency.app), '', both(latency.claims), ''],
    ],
  );
  console.log('\n');
  printTable(
    ['ratio', 'median (least to most)', 'goal'],
    [
      ['throughput over the least with claims', figure(throughputRatio), 'at least 0.9'],
      ['throughput over get, POST, delete', figure(bareRatio), ''],
      ['throughput over the least with claims and gates', figure(gateRatio), ''],
      ['the least with claims and gates over that with claims', figure(mostRatio), ''],
      ['time of a core over the least with claims', figure(cpuPerMessageRatio), 'at most 2'],
      ['latency over the least with claims: median, 99 %', both(latencyRatio), ''],
      ['storage calls per message', storageCallsPerMessage.toFixed(2), 'at most 4'],
    ],
  );
  console.log('\nStorage calls per message on a full queue\n');
  const calls = Object.entries(storageCalls).sort(([, one], [, other]) => other - one);
  printTable(
    ['operation', 'per message'],
    calls.map(([operation, count]) => [operation, count.toFixed(3)]),
  );
}

function figure({ median, min, max }: Figure): string {
  return `${median} (${min} to ${max})`;
}

function both({ median, p99 }: Percentiles): string {
  return `${median}, ${p99}`;
}
