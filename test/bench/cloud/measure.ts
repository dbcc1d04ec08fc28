/** Puts one operation on the cloud for some seconds and counts. */

import autocannon from 'autocannon';
import type { Operation, Worker } from './operations.ts';
import { connections } from './target.ts';

export interface Measured {
  readonly perSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Answers that were not a success. A measurement with any of them says nothing. */
  readonly failed: number;
}

export function measure(operation: Operation, seconds: number): Promise<Measured> {
  return 'request' in operation ? measureHttp(operation.request, seconds) : measureWorkers(operation.connect, seconds);
}

async function measureHttp(
  { method, url, headers, body }: Extract<Operation, { request: object }>['request'],
  duration: number,
): Promise<Measured> {
  const result = await autocannon({ url, method, headers, duration, connections, ...(body !== undefined && { body }) });
  return {
    perSecond: result['2xx'] / result.duration,
    p50Milliseconds: result.latency.p50,
    p99Milliseconds: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

async function measureWorkers(connect: (place: number) => Promise<Worker>, seconds: number): Promise<Measured> {
  const workers = await Promise.all(Array.from({ length: connections }, (_, place) => connect(place)));
  const took: number[] = [];
  let failed = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  const work = async (worker: Worker): Promise<void> => {
    while (performance.now() < end) {
      const from = performance.now();
      await worker.once().catch(() => (failed += 1));
      took.push(performance.now() - from);
    }
  };
  await Promise.all(workers.map(work));
  const lasted = (performance.now() - began) / 1000;
  for (const worker of workers) await worker.end();
  took.sort((one, other) => one - other);
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? 0;
  return {
    perSecond: (took.length - failed) / lasted,
    p50Milliseconds: at(0.5),
    p99Milliseconds: at(0.99),
    failed,
  };
}
