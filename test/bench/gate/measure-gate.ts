/** One hot mailbox: a blast to it, taken by eight processes, beside another tenant's single messages. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figureOf } from '../tokens/figure.ts';
import { type GateWorld, processes, startGateWorld } from './gate-world.ts';
import { blastAccepted, feedBlast, latencyOfOne, throttled } from './mail-of.ts';

export interface GateBench {
  /** Of each send function: the one for new jobs, and the one for those whose turn has come. */
  readonly processes: number;
  /** Messages of the blast. */
  readonly blast: number;
  /** From the first message of the blast until each had been given its turn, and after that. */
  readonly seconds: { readonly booking: number; readonly sending: number };
  readonly sent: number;
  /** Messages a minute over what the mailbox may send. */
  readonly hotMailboxRatio: number;
  /** Answers 429 over messages sent. */
  readonly throttledShare: number;
  /** How often a message is taken from the queue until it is sent, over the whole blast. */
  readonly dequeuesPerJob: number;
  /** Of which: until all of the blast have their turns, and at their turns, by those that came to theirs after that. */
  readonly dequeuesBooking: number;
  readonly dequeuesAtTurn: number;
  /** A single message of another tenant: its latency in milliseconds alone, behind the blast, and while the blast is taken in. */
  readonly latency: { readonly alone: Figure; readonly behind: Figure; readonly during: Figure };
  /** Median latency behind the blast over that alone. */
  readonly fairness: number;
}

export interface GateBenchOptions {
  readonly blast: number;
  /** How long it is watched when all have their turns. */
  readonly seconds: number;
  /** Single messages of each kind. */
  readonly samples: number;
}

const messagesPerMinute = 30;

/** The emulator sorts all messages that wait at each request: with more of them it, and not the app, would be measured. */
const mostWaiting = 400;

export async function measureGate(options: GateBenchOptions, say: (line: string) => void): Promise<GateBench> {
  const world = await startGateWorld(say);
  try {
    say('single messages alone');
    await latencies(world, 3);
    const alone = await latencies(world, options.samples);
    const booked = await takeIn(world, options, say);
    say('single messages behind the blast');
    const from = dequeuesOf(world);
    const sentBefore = blastAccepted(world).length;
    const behind = await latencies(world, options.samples);
    await watch(world, options.seconds, say);
    const accepted = blastAccepted(world);
    const atTurn = dequeuesOf(world) - from - options.samples;
    const dequeuesAtTurn = atTurn / (accepted.length - sentBefore);
    const [first = 0, last = 0] = [accepted.at(0), accepted.at(-1)];
    const total = booked.dequeues + (options.blast - sentBefore) * dequeuesAtTurn;
    return {
      processes,
      blast: options.blast,
      seconds: { booking: booked.seconds, sending: Math.round((last - first) / 1000) },
      sent: accepted.length,
      hotMailboxRatio: rounded((accepted.length - 1) / ((last - first) / 60_000) / messagesPerMinute),
      throttledShare: rounded(throttled(world) / accepted.length),
      dequeuesPerJob: rounded(total / options.blast),
      dequeuesBooking: rounded(booked.dequeues / options.blast),
      dequeuesAtTurn: rounded(dequeuesAtTurn),
      latency: { alone: figureOf(alone), behind: figureOf(behind), during: figureOf(booked.during) },
      fairness: rounded(figureOf(behind).median / figureOf(alone).median),
    };
  } finally {
    say('stopping');
    await world.stop();
  }
}

/** Until every job of the blast has been given its turn, or has gone. */
async function takeIn(world: GateWorld, { blast, samples }: GateBenchOptions, say: (line: string) => void) {
  const began = performance.now();
  const before = dequeuesOf(world);
  const { intake } = world.dequeues;
  const during: number[] = [];
  const feeding = feedBlast(world, blast, mostWaiting, (fed) => say(`taking in the blast: ${fed}/${blast}`));
  for (let sample = 0; sample < samples; sample += 1) {
    await sleep(2000);
    during.push(await latencyOfOne(world));
  }
  await feeding;
  while (world.dequeues.intake < intake + blast + samples) await sleep(100);
  const seconds = Math.round((performance.now() - began) / 1000);
  return { dequeues: dequeuesOf(world) - before - samples, seconds, during };
}

async function latencies(world: GateWorld, samples: number): Promise<number[]> {
  const found: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    // Not in step with anything, and slower than this mailbox may send.
    await sleep(2500 + Math.random() * 1000);
    found.push(await latencyOfOne(world));
  }
  return found;
}

async function watch(world: GateWorld, seconds: number, say: (line: string) => void): Promise<void> {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const left = Math.round((until - performance.now()) / 1000);
    say(`sending: ${blastAccepted(world).length} sent, ${throttled(world)} refused, ${left} s to go`);
    await sleep(1000);
  }
}

const dequeuesOf = ({ dequeues: { intake, due } }: GateWorld): number => intake + due;

const rounded = (value: number): number => Number(value.toFixed(4));
