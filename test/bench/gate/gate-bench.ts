/** `npm run bench -- gate`: what one hot mailbox reaches, what that costs, and what it costs the others. */

import { printTable } from '../../../local/table.ts';
import type { Figure } from '../tokens/figure.ts';
import { progressOn } from '../tokens/progress.ts';
import { type GateBench, measureGate } from './measure-gate.ts';

export async function measureHotMailbox(): Promise<GateBench> {
  const progress = progressOn(process.stderr);
  const measured = await measureGate({ blast: 50_000, seconds: 300, samples: 15 }, (line) => progress.say(line));
  progress.end();
  return measured;
}

export function printGate(measured: GateBench): void {
  const { blast, processes, seconds, sent, latency } = measured;
  const whole = (value: number): string => value.toLocaleString('en');
  console.log(
    `\nA blast of ${whole(blast)} to one mailbox, ${processes} processes of each send function: taken in within ${whole(seconds.booking)} s; ` +
      `${whole(sent)} sent in ${whole(seconds.sending)} s\n`,
  );
  printTable(
    ['', 'figure', 'goal'],
    [
      ['throughput over the ceiling', String(measured.hotMailboxRatio), 'at least 0.95'],
      ['answers 429 over messages', String(measured.throttledShare), 'at most 0.005'],
      ['dequeues a job', String(measured.dequeuesPerJob), 'at most 2'],
      ['of these until all have been looked at', String(measured.dequeuesBooking), ''],
      ['of these at their turns', String(measured.dequeuesAtTurn), ''],
      ["another tenant's message: latency behind the blast over alone", String(measured.fairness), 'at most 2'],
      ['its latency alone, milliseconds', figure(latency.alone), ''],
      ['behind the blast', figure(latency.behind), ''],
      ['while the blast is taken in', figure(latency.during), ''],
    ],
  );
}

function figure({ median, min, max }: Figure): string {
  const [middle, least, most] = [median, min, max].map((value) => value.toLocaleString('en'));
  return `${middle} (${least} to ${most})`;
}
