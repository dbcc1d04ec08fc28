/** How much the local cloud takes: it must not be what limits our own measurements. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { printTable } from '../../../local/table.ts';
import { trust } from '../../../local/trust.ts';
import { type Measured, measure } from './measure.ts';
import { operations } from './operations.ts';
import { connections, type LoadTarget } from './target.ts';

export interface CloudLoad extends Measured {
  readonly service: string;
  readonly what: string;
  /** Of one core, that the cloud's process used meanwhile. */
  readonly coreShare: number;
}

const cpuUsage = z.object({ user: z.number(), system: z.number() });

export async function measureCloud(say: (line: string) => void, seconds = 5): Promise<CloudLoad[]> {
  const child = fork(join(import.meta.dirname, 'cloud-process.ts'), { stdio: 'inherit' });
  const exited = once(child, 'exit');
  try {
    const [target] = (await once(child, 'message')) as [LoadTarget];
    trust(target.ca);
    const cpu = async (): Promise<number> => {
      child.send('cpu');
      const [usage] = (await once(child, 'message')) as [unknown];
      const { user, system } = cpuUsage.parse(usage);
      return (user + system) / 1e6;
    };
    const measured: CloudLoad[] = [];
    for (const operation of await operations(target)) {
      const { service, what } = operation;
      say(`${service}: ${what}, ${seconds} s at ${connections} connections`);
      const before = await cpu();
      const began = performance.now();
      const result = await measure(operation, seconds);
      const lasted = (performance.now() - began) / 1000;
      measured.push({ service, what, ...result, coreShare: ((await cpu()) - before) / lasted });
    }
    return measured;
  } finally {
    if (child.connected) child.disconnect();
    await exited;
  }
}

export function printCloudLoad(measured: readonly CloudLoad[]): void {
  printTable(
    ['service', 'request', 'per second', 'p50 ms', 'p99 ms', 'core', 'failed'],
    measured.map(({ service, what, perSecond, p50Milliseconds, p99Milliseconds, coreShare, failed }) => [
      service,
      what,
      perSecond.toFixed(0),
      p50Milliseconds.toFixed(1),
      p99Milliseconds.toFixed(1),
      `${(coreShare * 100).toFixed(0)} %`,
      String(failed),
    ]),
  );
}
