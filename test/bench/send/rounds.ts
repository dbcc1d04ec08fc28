/**
 * Rounds in which each program sends as many messages, one program at a time and in an order that is shuffled anew, so that
 * whatever else the machine does meets all of them alike. What is compared are the figures of one round.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figureOf } from '../tokens/figure.ts';
import { shuffled } from '../tokens/shuffled.ts';
import type { MeasuredHost } from './measured-host.ts';
import { queueOf, type World } from './send-world.ts';

const programs = ['app', 'gate', 'claims', 'bare'] as const;
type Program = (typeof programs)[number];

const messages = 400;
/** In its first pass the app takes twice the processor of its third, and from there on no less. */
const warmings = 3;
const mostRounds = 9;
const leastRounds = 3;
/** No further round begins after this. */
const longest = 120_000;

interface Pass {
  readonly perSecond: number;
  /** Milliseconds of a core. */
  readonly cpuPerMessage: number;
}

export interface Rounds {
  readonly throughput: Readonly<Record<Program, Figure>>;
  readonly cpu: Readonly<Record<Program, Figure>>;
  /** The app over `claims`, `bare` and `gate`. */
  readonly throughputRatio: Figure;
  readonly bareRatio: Figure;
  readonly gateRatio: Figure;
  readonly cpuPerMessageRatio: Figure;
  /** `gate` over `claims`: as near as anything can come that keeps mailboxes within their limits by a row of each. */
  readonly mostRatio: Figure;
}

/** @param say told what is being done, in one line. */
export async function measureRounds(world: World, host: MeasuredHost, say: (line: string) => void): Promise<Rounds> {
  const passes: Record<Program, Pass[]> = { app: [], gate: [], claims: [], bare: [] };
  // Code that has not run often is not compiled well, and a mailbox's first message is its gate's and its token's.
  for (let time = 1; time <= warmings; time += 1) {
    for (const program of programs) {
      say(`throughput: warming up, ${time} of ${warmings}, ${program}`);
      await pass(world, host, program);
    }
  }
  const began = performance.now();
  for (let round = 1; round <= mostRounds; round += 1) {
    if (round > leastRounds && performance.now() - began > longest) break;
    for (const program of shuffled(programs)) {
      say(`throughput: round ${round}, ${program}`);
      passes[program].push(await pass(world, host, program));
    }
  }
  const ratio = (over: Program, under: Program, of: keyof Pass): Figure =>
    figureOf(passes[over].map((one, round) => one[of] / (passes[under][round]?.[of] ?? Number.NaN)));
  const each = (of: keyof Pass): Record<Program, Figure> => ({
    app: figureOf(passes.app.map((one) => one[of])),
    gate: figureOf(passes.gate.map((one) => one[of])),
    claims: figureOf(passes.claims.map((one) => one[of])),
    bare: figureOf(passes.bare.map((one) => one[of])),
  });
  return {
    throughput: each('perSecond'),
    cpu: each('cpuPerMessage'),
    throughputRatio: ratio('app', 'claims', 'perSecond'),
    bareRatio: ratio('app', 'bare', 'perSecond'),
    gateRatio: ratio('app', 'gate', 'perSecond'),
    mostRatio: ratio('gate', 'claims', 'perSecond'),
    cpuPerMessageRatio: ratio('app', 'claims', 'cpuPerMessage'),
  };
}

async function pass(world: World, host: MeasuredHost, program: Program): Promise<Pass> {
  const isApp = program === 'app';
  const queue = isApp ? queueOf.app : queueOf.least;
  const cpuSeconds = (): Promise<number> => (isApp ? host.cpuSeconds() : world.leastCpuSeconds());
  const visibleAt = await world.feed.fill(queue, messages);
  await sleep(Math.max(0, visibleAt - 1000 - Date.now()));
  const before = await cpuSeconds();
  const running = isApp ? undefined : world.runLeast(program, messages);
  await world.finished(queue, messages);
  await running;
  const used = (await cpuSeconds()) - before;
  const { accepted, refused } = await world.take();
  if (accepted.length !== messages || refused > 0 || host.putBack() > 0) {
    throw new Error(`${accepted.length} of ${messages} accepted, ${refused} refused, ${host.putBack()} put back.`);
  }
  const times = accepted.map(({ at }) => at);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
  return { perSecond: (messages - 1) / seconds, cpuPerMessage: (used * 1000) / messages };
}
