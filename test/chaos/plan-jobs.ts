/** The mail jobs of a run: what each carries, when it comes to the queue, and what else is done to it. */

import { type AttachedContent, attachments, bodies } from './content.ts';
import type { PlanOptions } from './plan.ts';
import { hasConsented, mayDraft, type PlannedTenant, type Random } from './plan-tenants.ts';

/**
 * - `inline`, `blob`, `upload`: attachments in the job, in blobs, and so large that they need an upload session.
 * - `scheduled`: not before a time.
 * - `cancelled-before`, `-waiting`, `-racing`: taken back before it comes to the queue, while it waits for its time, and while
 *   nobody knows how far it is.
 * - `stranger`: of a tenant that did not consent.
 */
export const jobKinds = [
  ...(['plain', 'html', 'both', 'inline', 'blob', 'upload', 'scheduled'] as const),
  ...(['cancelled-before', 'cancelled-waiting', 'cancelled-racing', 'malformed', 'stranger'] as const),
] as const;
type JobKind = (typeof jobKinds)[number];

export const malformations = ['no-json', 'unknown-field', 'no-recipient', 'wrong-content'] as const;

export interface PlannedJob {
  readonly number: number;
  readonly kind: JobKind;
  readonly id: string;
  /** Begins the subject, and nothing else has it. */
  readonly mark: string;
  readonly tenant: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments: readonly AttachedContent[];
  /** Named by the job itself. */
  readonly delivery?: 'standard' | 'exactly-once';
  /** As base64 of JSON, as the Functions extensions of .NET write. */
  readonly asBase64: boolean;
  /** After it came to the queue. */
  readonly notBeforeSeconds?: number;
  /** After it came to the queue; 0 for before. */
  readonly cancelAfterSeconds?: number;
  /** The same message once more, so long after the first. */
  readonly againAfterSeconds?: number;
  readonly malformation?: (typeof malformations)[number];
}

/** Whether the job is to arrive, whatever happens. What is cancelled while it may be leaving arrives or does not. */
export const isDelivered = ({ kind }: PlannedJob): boolean =>
  !['cancelled-before', 'cancelled-waiting', 'cancelled-racing', 'malformed', 'stranger'].includes(kind);

/** Of each hundred; the rest is plain text. And how many there are at least. */
const shares: Partial<Record<JobKind, { percent: number; least: number }>> = {
  html: { percent: 15, least: 10 },
  both: { percent: 10, least: 10 },
  inline: { percent: 10, least: 10 },
  blob: { percent: 5, least: 5 },
  upload: { percent: 0.3, least: 3 },
  scheduled: { percent: 3, least: 4 },
  'cancelled-before': { percent: 0.7, least: 2 },
  'cancelled-waiting': { percent: 0.7, least: 2 },
  'cancelled-racing': { percent: 0.7, least: 2 },
  malformed: { percent: 2, least: 4 },
  stranger: { percent: 1.5, least: 2 },
};

const readers = ['ada', 'grace', 'linus', 'margaret', 'noor', 'zoe'] as const;

interface JobOptions extends PlanOptions {
  readonly tenants: readonly PlannedTenant[];
}

export function planJobs(options: JobOptions, random: Random): PlannedJob[] {
  const kinds = shuffled(kindsOf(options.messages), random);
  return kinds.map((kind, number) => planJob(kind, number, options, random));
}

function kindsOf(messages: number): JobKind[] {
  const rare = jobKinds.flatMap((kind) => {
    const { percent, least } = shares[kind] ?? { percent: 0, least: 0 };
    return Array.from({ length: Math.max(least, Math.round((messages * percent) / 100)) }, () => kind);
  });
  return Array.from({ length: messages }, (_, place) => rare[place] ?? 'plain');
}

function planJob(kind: JobKind, number: number, { seed, messages, delivery, tenants }: JobOptions, random: Random) {
  const name = String(number).padStart(5, '0');
  const mark = `chaos-${seed}-${name}`;
  const able = tenants.filter((one) => (kind === 'stranger') !== hasConsented(one));
  const tenant = random.pick(kind === 'upload' ? able.filter(mayDraft) : able);
  const [hot = ''] = tenant.mailboxes;
  const exactly = delivery === 'both' && mayDraft(tenant) && random.chance(0.6);
  const isShort = messages < 2000;
  const job: PlannedJob = {
    number,
    kind,
    id: mark,
    mark,
    tenant: tenant.id,
    // One mailbox of each tenant has more to send than its pace allows.
    from: random.chance(0.2) ? hot : random.pick(tenant.mailboxes),
    to: recipientsOf(random),
    subject: `${mark} ${random.pick(bodies.subjects)}`,
    ...(kind !== 'html' && { text: `${mark}\n\n${random.pick(bodies.texts)}` }),
    ...(['html', 'both'].includes(kind) && { html: `<p>${mark}</p>${random.pick(bodies.htmls)}` }),
    attachments: attachmentsOf(kind, isShort, random),
    ...(delivery === 'both' && { delivery: exactly ? ('exactly-once' as const) : ('standard' as const) }),
    asBase64: random.chance(0.2),
    ...timesOf(kind, isShort, random),
    ...(kind === 'malformed' && { malformation: random.pick(malformations) }),
  };
  return job;
}

function recipientsOf(random: Random): string[] {
  const count = random.chance(0.1) ? 3 : 1;
  const first = random.below(readers.length);
  const domain = `readers-${random.below(5)}.example`;
  return Array.from({ length: count }, (_, place) => `${readers[(first + place) % readers.length]}@${domain}`);
}

function attachmentsOf(kind: JobKind, isShort: boolean, random: Random): AttachedContent[] {
  switch (kind) {
    case 'inline':
      return Array.from({ length: 1 + random.below(3) }, () => random.pick(attachments.inline));
    case 'blob':
      return Array.from({ length: 1 + random.below(2) }, () => random.pick(attachments.blob));
    case 'upload':
      return [
        random.pick(isShort ? attachments.upload.slice(0, 2) : attachments.upload),
        random.pick(attachments.blob),
      ];
    default:
      return [];
  }
}

function timesOf(kind: JobKind, isShort: boolean, random: Random): Partial<PlannedJob> {
  const tenths = (least: number, most: number): number => least + random.below((most - least) * 10) / 10;
  const twice = random.chance(0.06) ? { againAfterSeconds: random.chance(0.5) ? 0 : tenths(1, isShort ? 5 : 30) } : {};
  switch (kind) {
    case 'scheduled':
      return { ...twice, notBeforeSeconds: isShort ? tenths(2, 6) : tenths(5, 40) };
    case 'cancelled-before':
      return { ...twice, cancelAfterSeconds: 0 };
    case 'cancelled-waiting':
      return { ...twice, notBeforeSeconds: isShort ? 8 : tenths(30, 60), cancelAfterSeconds: tenths(1, 4) };
    case 'cancelled-racing':
      return { ...twice, cancelAfterSeconds: tenths(0.1, 1) };
    default:
      return twice;
  }
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const [one, two] = [result[last], result[other]];
    if (one === undefined || two === undefined) continue;
    result[last] = two;
    result[other] = one;
  }
  return result;
}
