/**
 * Everything that a run does, made ahead of it from its seed alone: the tenants, the mail jobs, and which fault comes when.
 * The same arguments give the same plan, on any machine; `npm run chaos -- --plan` prints it. What two processes make of it
 * in the same millisecond is not in it.
 */

import { createHash } from 'node:crypto';
import { seededRandom } from '../support/seeded-random.ts';
import { planEvents, type PlannedEvent } from './plan-events.ts';
import { isDelivered, type PlannedJob, planJobs } from './plan-jobs.ts';
import { planTenants, type PlannedTenant } from './plan-tenants.ts';

/** `both` lets each job name its own; for the short run among the tests. */
export const deliveries = ['standard', 'exactly-once', 'both'] as const;
export type ChaosDelivery = (typeof deliveries)[number];

export interface PlanOptions {
  readonly seed: number;
  /** How many mail jobs. */
  readonly messages: number;
  readonly delivery: ChaosDelivery;
}

/** What holds for the whole run. */
interface PlannedWorld {
  /** By how much Graph's clock is ahead, or behind with a minus. It does not jump: no clock of Microsoft's does. */
  readonly graphClockSeconds: number;
  /** How long a message that was submitted still lies in Drafts. */
  readonly settlingMilliseconds: number;
  /** Microsoft's pages say that it does, users that it does not. */
  readonly sendingKeepsImmutableIds: boolean;
  /** Short, so that tokens are renewed while Entra has its outages; longer than its clock and Graph's are apart. */
  readonly tokenLifetimeSeconds: number;
  /** What each mailbox may send: the app is told so, and the local cloud answers 429 beyond it. */
  readonly messagesPerMinute: number;
}

export interface Plan extends PlanOptions {
  readonly world: PlannedWorld;
  readonly tenants: readonly PlannedTenant[];
  readonly jobs: readonly PlannedJob[];
  /** In the order in which they come. */
  readonly events: readonly PlannedEvent[];
}

/** Each part draws from a sequence of its own, so that a change of one leaves the others as they were. */
const partOf = (seed: number, part: string) =>
  seededRandom(createHash('sha256').update(`${seed} ${part}`).digest().readUInt32LE());

export function makePlan({ seed, messages, delivery }: PlanOptions): Plan {
  const tenants = planTenants(delivery, messages, partOf(seed, 'tenants'));
  const jobs = planJobs({ seed, messages, delivery, tenants }, partOf(seed, 'jobs'));
  const random = partOf(seed, 'world');
  const world: PlannedWorld = {
    graphClockSeconds: (5 + random.below(25)) * (random.chance(0.5) ? 1 : -1),
    settlingMilliseconds: 500 + random.below(1000),
    sendingKeepsImmutableIds: random.chance(0.5),
    tokenLifetimeSeconds: 120,
    messagesPerMinute: 600,
  };
  const arriving = jobs.filter(isDelivered).length;
  const uploads = jobs.filter(({ kind }) => kind === 'upload').length;
  const events = planEvents({ messages, delivery, deliveries: arriving, uploads }, partOf(seed, 'events'));
  return { seed, messages, delivery, world, tenants, jobs, events };
}

/** Tells whether two runs had the same plan. */
export function digestOf(plan: Plan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16);
}
