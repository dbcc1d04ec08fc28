/** One run: starts everything, carries out the plan, waits until nothing moves any more, and counts. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../local/stack.ts';
import { arrivalsIn } from './arrivals.ts';
import { Feeder } from './feeder.ts';
import { Instances } from './instances.ts';
import { readOutcomeRows } from './outcomes.ts';
import { type ChaosDelivery, digestOf, type Plan } from './plan.ts';
import { isDelivered } from './plan-jobs.ts';
import { rowOf } from './queue-messages.ts';
import { Saboteur } from './saboteur.ts';
import { type Tally, tally } from './tally.ts';
import { startWorld } from './world.ts';

export interface ChaosOptions {
  readonly plan: Plan;
  /** A run that has not settled by then is counted as it stands. */
  readonly secondsLimit: number;
  readonly instances: number;
  readonly messageLockSeconds: number;
  /** Gets what host and app print. */
  readonly logFile: string;
  readonly onProgress: (line: string) => void;
}

export interface ChaosResult extends Tally {
  readonly seed: number;
  readonly delivery: ChaosDelivery;
  /** Mail jobs. */
  readonly messages: number;
  /** Of the plan: the same for the same arguments. */
  readonly plan: string;
  /** Messages that the producer put on the queue. */
  readonly queued: number;
  readonly settled: boolean;
  readonly kills: number;
  readonly killsByStep: Saboteur['killsByStep'];
  /** Requests, and connections, that a fault hit. */
  readonly faults: number;
  readonly faultsByName: Saboteur['faults'];
  /** Events of the plan that did not happen. */
  readonly missed: readonly string[];
  /** How often Graph itself answered 429. */
  readonly throttled: number;
  /** From the first message to the last. */
  readonly seconds: number;
}

/** How many messages may wait on the queue at a time: more than those of mailboxes that are held, or all would wait for them. */
const mostWaiting = 1500;

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantpost-chaos-'));
  try {
    const world = await startWorld(options.plan, { ...options, folder });
    try {
      return await carryOut(world, options);
    } finally {
      await world.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function carryOut(world: Stack, { plan, secondsLimit, onProgress }: ChaosOptions): Promise<ChaosResult> {
  const { cloud, storage, host } = world;
  const instances = new Instances(host);
  const saboteur = new Saboteur(cloud, instances, plan.events);
  const feeder = new Feeder(world, plan.jobs, mostWaiting);
  const throttling = countThrottling(world);
  const expected = plan.jobs.filter(isDelivered).length;
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const progress = setInterval(() => {
    const faults = sum(saboteur.faults);
    const up = `${instances.up.length}/${instances.count} instances`;
    onProgress(
      `${seconds().toFixed(0)} s: queued ${feeder.fed}/${plan.messages}, accepted ${saboteur.accepted}/${expected}, ` +
        `waiting ${feeder.lastWaiting}, ${up}, ${instances.kills} kills, ${faults} faults`,
    );
  }, 1000);
  const limit = AbortSignal.timeout(secondsLimit * 1000);
  let settled: boolean;
  try {
    await feeder.run(limit);
    settled = await settle(feeder, limit);
    await saboteur.end();
  } finally {
    clearInterval(progress);
    throttling.end();
  }
  const took = Math.round(seconds());
  onProgress(settled ? 'settled; counting' : 'not settled in time; counting what there is');
  const outcomes = await readOutcomeRows(storage);
  const { cancelled, notBefore, queued } = feeder;
  const counted = tally({
    ...{ jobs: plan.jobs, arrivals: arrivalsIn(cloud, plan), cancelled, notBefore },
    isExactlyOnce: (job) => (job.delivery ?? plan.delivery) === 'exactly-once',
    outcomeOf(job) {
      const { tenantId, id } = rowOf(job);
      return outcomes.get(`${tenantId} ${id}`);
    },
  });
  return {
    ...{ seed: plan.seed, delivery: plan.delivery, messages: plan.messages, plan: digestOf(plan) },
    ...{ queued, settled },
    ...counted,
    ...{ kills: instances.kills, killsByStep: saboteur.killsByStep },
    ...{ faults: sum(saboteur.faults), faultsByName: saboteur.faults, missed: saboteur.missed },
    ...{ throttled: throttling.count, seconds: took },
  };
}

/** A job in work has its message on the queue until it is done, so an empty queue means that nothing more will happen. */
async function settle(feeder: Feeder, limit: AbortSignal): Promise<boolean> {
  while (!limit.aborted) {
    if ((await feeder.waiting()) === 0) return true;
    await sleep(500);
  }
  return false;
}

/** By the local cloud's own limits, not by a fault. */
function countThrottling({ cloud }: Stack) {
  const throttling = { count: 0, end: () => {} };
  throttling.end = cloud.faults.watches.add({
    ...{ service: 'graph', when: 'after' },
    operations: ['sendMail', 'sendMessage', 'createMessage', 'addAttachment', 'createUploadSession', 'listMessages'],
    seen({ status }) {
      if (status === 429) throttling.count += 1;
    },
  });
  return throttling;
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0);
