/** From a message on the queue to its mail accepted by Graph: one message at a time, now of one program, now of the other. */

import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../../local/wait.ts';
import { queueOf, type World } from './send-world.ts';

const samples = 200;
/** Between two messages, at random, so that they do not keep time with the queue's polls. */
const [leastGap, mostGap] = [60, 160];

export interface Percentiles {
  readonly median: number;
  readonly p99: number;
}

export interface Latency {
  /** Milliseconds, in which the wait for the next poll is half of a tenth of a second on average. */
  readonly latency: Readonly<Record<'app' | 'claims', Percentiles>>;
  readonly latencyRatio: Percentiles;
}

/** @param say told what is being done, in one line. */
export async function measureLatency(world: World, say: (line: string) => void): Promise<Latency> {
  const running = world.runLeast('claims', samples);
  const put: { readonly program: 'app' | 'claims'; readonly mailbox: string; readonly at: number }[] = [];
  for (let sample = 1; sample <= samples; sample += 1) {
    say(`latency: ${sample} of ${samples}`);
    for (const program of ['app', 'claims'] as const) {
      await sleep(leastGap + Math.random() * (mostGap - leastGap));
      const at = Date.now();
      const mailbox = await world.feed.put(program === 'app' ? queueOf.app : queueOf.least);
      put.push({ program, mailbox, at });
    }
  }
  await running;
  await waitFor('the queue to be empty', async () => ((await world.feed.left(queueOf.app)) === 0 ? true : undefined));
  const { accepted } = await world.take();
  const took = { app: [] as number[], claims: [] as number[] };
  for (const { program, mailbox, at } of put) {
    // A mailbox has its next turn when all others have had theirs.
    const found = accepted.find((one) => one.mailbox === mailbox && one.at >= at);
    if (found === undefined) throw new Error('A mail did not leave.');
    took[program].push(found.at - at);
  }
  const latency = { app: percentiles(took.app), claims: percentiles(took.claims) };
  return {
    latency,
    latencyRatio: {
      median: rounded(latency.app.median / latency.claims.median),
      p99: rounded(latency.app.p99 / latency.claims.p99),
    },
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99) };
}

const rounded = (value: number): number => Number(value.toPrecision(3));
