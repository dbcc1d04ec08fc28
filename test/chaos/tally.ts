/** What became of the jobs of a run, in figures. What each figure means stands at the head of run.ts. */

import type { Arrival } from './arrivals.ts';
import { isDelivered, type PlannedJob } from './plan-jobs.ts';

interface Ended {
  readonly state: string;
  readonly code?: string | undefined;
}

export interface Evidence {
  readonly jobs: readonly PlannedJob[];
  readonly arrivals: readonly Arrival[];
  readonly outcomeOf: (job: PlannedJob) => Ended | undefined;
  readonly isExactlyOnce: (job: PlannedJob) => boolean;
  /** The jobs whose cancelling was accepted. */
  readonly cancelled: ReadonlySet<string>;
  /** Of the scheduled jobs, epoch milliseconds. */
  readonly notBefore: ReadonlyMap<string, number>;
}

const figures = ['delivered', 'lost', 'duplicated', 'unknown', 'failed', 'refused', 'cancelled', 'wrong'] as const;

export type Tally = Readonly<Record<(typeof figures)[number], number>> & {
  /** How many jobs ended with each code. */
  readonly codes: Readonly<Record<string, number>>;
  /** Of what should not be: the job, and what is the matter with it. */
  readonly complaints: readonly string[];
};

type Verdict = Readonly<Record<(typeof figures)[number], boolean>> & { readonly complaints: readonly string[] };

/** They say why there was no delivery, or that nobody knows whether there was. */
const explanations = ['refused', 'failed', 'cancelled', 'unknown'];

/** Queue and timers may be early by as much. */
const rounding = 1000;

export function tally(evidence: Evidence): Tally {
  const byJob = Map.groupBy(evidence.arrivals, ({ job }) => job.id);
  const codes: Record<string, number> = {};
  const verdicts = evidence.jobs.map((job) => {
    const ended = evidence.outcomeOf(job);
    if (ended?.code !== undefined) codes[ended.code] = (codes[ended.code] ?? 0) + 1;
    return judge(job, byJob.get(job.id) ?? [], ended, evidence);
  });
  const count = (figure: (typeof figures)[number]): number => verdicts.filter((one) => one[figure]).length;
  return {
    delivered: count('delivered'),
    lost: count('lost'),
    duplicated: count('duplicated'),
    unknown: count('unknown'),
    failed: count('failed'),
    refused: count('refused'),
    cancelled: count('cancelled'),
    wrong: count('wrong'),
    codes,
    complaints: verdicts.flatMap(({ complaints }) => complaints),
  };
}

function judge(job: PlannedJob, arrivals: readonly Arrival[], ended: Ended | undefined, evidence: Evidence): Verdict {
  const { state = 'none', code } = ended ?? {};
  const copies = job.to.map((reader) => arrivals.filter((one) => one.reader === reader).length);
  const delivered = arrivals.length > 0;
  const lost = !delivered && !explanations.includes(state);
  const duplicated = copies.some((count) => count > 1);
  const failed = isDelivered(job) && (state === 'failed' || state === 'refused');
  const wrong = [...wrongs(job, arrivals, state, evidence)];
  const about = `${job.id} (${job.kind}, outcome ${[state, code].filter(Boolean).join(' ')})`;
  const complaints = [
    ...(lost ? ['lost'] : []),
    ...(duplicated ? [`duplicated: ${copies.join(', ')} copies`] : []),
    ...(failed ? ['failed'] : []),
    ...wrong,
  ];
  return {
    ...{ delivered, lost, duplicated, failed },
    unknown: state === 'unknown',
    refused: state === 'refused',
    cancelled: state === 'cancelled',
    wrong: wrong.length > 0,
    complaints: complaints.map((complaint) => `${about}: ${complaint}`),
  };
}

function* wrongs(job: PlannedJob, arrivals: readonly Arrival[], state: string, evidence: Evidence): Generator<string> {
  const isCancelled = evidence.cancelled.has(job.id);
  if (isCancelled && state !== 'cancelled') yield 'its cancelling was accepted';
  if ((job.kind === 'malformed' || job.kind === 'stranger') && state !== 'refused') yield 'it is to be refused';
  if (state === 'unknown' && evidence.isExactlyOnce(job)) yield 'unknown, and it was to be exactly once';
  if (arrivals.length === 0) return;
  if (job.kind === 'malformed' || job.kind === 'stranger' || isCancelled) yield 'delivered although it must not be';
  if (state !== 'sent' && state !== 'unknown') yield 'delivered, and the outcome says something else';
  const missed = job.to.filter((reader) => arrivals.every((one) => one.reader !== reader)).length;
  if (missed > 0) yield `${missed} of ${job.to.length} readers have nothing`;
  const notBefore = evidence.notBefore.get(job.id) ?? 0;
  if (arrivals.some(({ at }) => at < notBefore - rounding)) yield 'delivered before its time';
  if (arrivals.some(({ isWhole }) => !isWhole)) yield 'delivered otherwise than it was written';
}
