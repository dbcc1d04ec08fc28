/** What goes wrong in a run, and when: counted in mails that Graph has accepted, so that it does not depend on the machine. */

import type { FaultRuleInput, ServiceName } from '../../local/cloud/faults/fault-rule.ts';
import type { ChaosDelivery } from './plan.ts';
import type { Random } from './plan-tenants.ts';
import { type StepName, stepNames, steps } from './steps.ts';

/** `draw` chooses among the send instances that are up. */
export type PlannedEvent = { readonly at: number } & (
  | { readonly kind: 'kill'; readonly draw: number; readonly downSeconds: number }
  | { readonly kind: 'kill-at-step'; readonly step: StepName; readonly downSeconds: number }
  | { readonly kind: 'outage'; readonly services: readonly ServiceName[]; readonly seconds: number }
  | { readonly kind: 'fault'; readonly name: string; readonly rule: FaultRuleInput }
);

type Planned = PlannedEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'at'> : never) : never;

interface EventOptions {
  readonly messages: number;
  readonly delivery: ChaosDelivery;
  /** How many mails are to arrive, and how many of them need an upload session. */
  readonly deliveries: number;
  readonly uploads: number;
}

export function planEvents({ messages, delivery, deliveries, uploads }: EventOptions, random: Random): PlannedEvent[] {
  const isShort = messages < shortRun;
  const draw = { random, isShort, delivery };
  const times = (perThousand: number): number => Math.max(1, Math.round((messages * perThousand) / 1000));
  const fewOfUploads = Math.max(1, Math.floor(uploads / 4));
  const planned: PlannedEvent[] = [];
  /** Spread over the mails from the second of a hundred on. In a short run what goes wrong late is what it waits for. */
  const plan = (count: number, event: () => Planned, isRare = false): void => {
    const until = isRare || isShort ? 0.6 : 0.92;
    for (let number = 0; number < count; number += 1) {
      const share = 0.02 + ((number + random.below(1000) / 1000) / count) * (until - 0.02);
      planned.push({ at: Math.floor(deliveries * share), ...event() });
    }
  };
  const downSeconds = (): number => random.below(isShort ? 5 : 20) / 10;

  plan(times(2.5), () => ({ kind: 'kill', draw: random.below(1000), downSeconds: downSeconds() }));
  for (const step of stepNames) {
    // Where every mail begins with a draft nothing is handed over by one request.
    if (step === 'accepted' && delivery === 'exactly-once') continue;
    const isRare = isOfFew(steps[step].of, delivery);
    const count = isRare ? Math.min(fewOfUploads, times(0.5)) : times(0.5);
    plan(count, () => ({ kind: 'kill-at-step', step, downSeconds: downSeconds() }), isRare);
  }
  for (const services of isShort ? outages.slice(0, 3) : outages) {
    // Of tokens there is one a minute or so: a short outage of those who make them would meet none.
    const least = services.some((service) => tokenServices.includes(service)) ? 6 : 2;
    const seconds = (): number => (isShort ? 1 : least + random.below(4));
    plan(times(0.2), () => ({ kind: 'outage', services, seconds: seconds() }));
  }
  for (const { name, perThousand, rule, of, isLong } of faults) {
    if (isShort && isLong === true) continue;
    const isRare = isOfFew(of, delivery);
    const count = isRare ? Math.min(fewOfUploads, times(perThousand)) : times(perThousand);
    const few = isRare || isShort ? 1 : 1 + random.below(3);
    plan(count, () => ({ kind: 'fault', name, rule: { ...rule(draw), times: few } }), isRare);
  }
  return planned.sort((one, other) => one.at - other.at);
}

/** Some seconds of work: every fault once, and none that takes a minute to get over. */
const shortRun = 600;

/** Whether a mail comes there seldom, so that many faults would all meet the same few. */
function isOfFew(of: 'uploads' | 'drafts' | undefined, delivery: ChaosDelivery): boolean {
  return of === 'uploads' || (of === 'drafts' && delivery === 'standard');
}

const tokenServices: readonly ServiceName[] = ['entra', 'vault', 'identity'];

const outages: readonly (readonly ServiceName[])[] = [
  ['entra'],
  ['vault'],
  ['identity'],
  ['table'],
  ['queue'],
  ['blob'],
  ['table', 'queue', 'blob'],
  ['graph', 'upload'],
];

interface Draw {
  readonly random: Random;
  readonly isShort: boolean;
  readonly delivery: ChaosDelivery;
}
type RuleOf = (draw: Draw) => FaultRuleInput;
type Target = Pick<FaultRuleInput, 'service' | 'operation'>;

/** Of the requests that hand a mail over, those that the delivery uses. */
const sends = ({ random, delivery }: Draw): Target => {
  const byDraft = delivery === 'exactly-once' || (delivery === 'both' && random.chance(0.5));
  return { service: 'graph', operation: byDraft ? 'sendMessage' : 'sendMail' };
};
const graph = (): Target => ({ service: 'graph' });
const drafts = (): Target => ({ service: 'graph', operation: 'createMessage' });
const ranges = (): Target => ({ service: 'upload', operation: 'uploadRange' });
const storage = (service: 'table' | 'queue' | 'blob', operation?: string) => (): Target => ({
  service,
  ...(operation !== undefined && { operation }),
});

function answer(of: (draw: Draw) => Target, status: number, how?: 'after' | 'with Retry-After'): RuleOf {
  return (draw) => {
    const { random, isShort } = draw;
    const as = random.chance(0.3) ? 'date' : 'seconds';
    const retryAfter = { seconds: 1 + random.below(isShort ? 2 : 5), as } as const;
    const more = { ...(how === 'with Retry-After' && { retryAfter }), ...(how === 'after' && { when: how }) };
    return { ...of(draw), fault: { kind: 'answer', status, ...more } };
  };
}

function cut(of: (draw: Draw) => Target, when: 'before' | 'after'): RuleOf {
  return (draw) => ({ ...of(draw), fault: { kind: 'cut', when } });
}

function slow(of: (draw: Draw) => Target, when: 'before' | 'after'): RuleOf {
  return (draw) => {
    const milliseconds = 200 + draw.random.below(draw.isShort ? 1500 : 5000);
    return { ...of(draw), fault: { kind: 'slow', milliseconds, when } };
  };
}

interface PlannedFault {
  /** What it is called in the report. */
  readonly name: string;
  /** How many in a thousand messages, each for one to three requests. */
  readonly perThousand: number;
  readonly rule: RuleOf;
  /** What alone comes there. */
  readonly of?: 'uploads' | 'drafts';
  /** A whole mailbox waits for it, or one mail meets it and others of its kind in turn: too long for a short run. */
  readonly isLong?: true;
}

const faults: readonly PlannedFault[] = [
  { name: '429 with Retry-After', perThousand: 3, rule: answer(graph, 429, 'with Retry-After') },
  { name: '429 without', perThousand: 0.6, rule: answer(sends, 429), isLong: true },
  { name: '503 with Retry-After', perThousand: 1, rule: answer(sends, 503, 'with Retry-After') },
  { name: '503 without', perThousand: 0.6, rule: answer(graph, 503), isLong: true },
  { name: '500', perThousand: 0.6, rule: answer(sends, 500) },
  { name: '502', perThousand: 0.4, rule: answer(sends, 502) },
  { name: '401', perThousand: 0.4, rule: answer(graph, 401) },
  { name: '504 after accepting', perThousand: 2, rule: answer(sends, 504, 'after') },
  { name: 'cut before', perThousand: 1.5, rule: cut(graph, 'before') },
  { name: 'cut after accepting', perThousand: 2, rule: cut(sends, 'after') },
  { name: 'cut after a draft', perThousand: 1, rule: cut(drafts, 'after'), of: 'drafts' },
  { name: 'slow before', perThousand: 1, rule: slow(graph, 'before') },
  { name: 'slow answer', perThousand: 1, rule: slow(graph, 'after') },
  { name: 'range cut before', perThousand: 0.3, rule: cut(ranges, 'before'), of: 'uploads', isLong: true },
  { name: 'range cut after', perThousand: 0.3, rule: cut(ranges, 'after'), of: 'uploads', isLong: true },
  { name: 'range 503', perThousand: 0.3, rule: answer(ranges, 503, 'with Retry-After'), of: 'uploads' },
  { name: 'table busy', perThousand: 1, rule: answer(storage('table'), 503) },
  { name: 'table write lost', perThousand: 1, rule: cut(storage('table', 'entityGroupTransaction'), 'after') },
  { name: 'table write cut', perThousand: 0.5, rule: cut(storage('table', 'entityGroupTransaction'), 'before') },
  { name: 'queue busy', perThousand: 0.5, rule: answer(storage('queue'), 503) },
  { name: 'queue put lost', perThousand: 0.5, rule: cut(storage('queue', 'putMessage'), 'after') },
  { name: 'queue delete lost', perThousand: 0.5, rule: cut(storage('queue', 'deleteMessage'), 'after') },
  { name: 'blob busy', perThousand: 0.3, rule: answer(storage('blob'), 503) },
];
