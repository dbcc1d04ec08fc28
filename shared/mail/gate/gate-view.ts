/** How a mailbox's gate stands, for people. */

import type { GateState, Limits } from './gate-state.ts';
import { type Hold, holdAt } from './hold.ts';
import type { TransportName } from '../outcome.ts';
import { usedIn } from './sliding-window.ts';
import { book, usedWindows } from './turn.ts';

interface Use {
  /** A little more than what falls into Microsoft's window: see `usedWindows`. */
  readonly used: number;
  readonly limit: number;
}

export interface GateView {
  readonly hold?: Hold;
  readonly underWay: Readonly<Record<TransportName, Use>>;
  readonly messagesInMinute: Use;
  readonly bytesIn5Minutes: Use;
  readonly recipientsInDay: Use;
  /** Jobs that have been given a turn that is still to come. */
  readonly waiting: number;
  /** When a small message that came now would go, but for a hold without an end: epoch milliseconds. */
  readonly nextTurn: number;
}

export function describe(gate: GateState, now: number, limits: Limits): GateView {
  const hold = holdAt(gate, now);
  const underWay = (transport: TransportName): Use => ({
    used: gate.permits.filter((permit) => permit.transport === transport && permit.until > now).length,
    limit: limits.concurrent[transport],
  });
  const use = (kind: keyof typeof usedWindows, limit: number): Use => ({
    used: usedIn(gate.used[kind], usedWindows[kind], now),
    limit,
  });
  return {
    ...(hold === undefined ? {} : { hold }),
    underWay: { graph: underWay('graph'), smtp: underWay('smtp') },
    messagesInMinute: use('messages', limits.messagesPerMinute),
    bytesIn5Minutes: use('bytes', limits.bytesPer5Minutes),
    recipientsInDay: use('recipients', limits.recipientsPerDay),
    // Those whose worker was killed are counted until the last turn is over.
    waiting: gate.lastTurn > now ? gate.waiting : 0,
    nextTurn: book(gate, { transport: 'graph', bytes: 0, recipients: 1, permitUntil: now }, now, limits).turn,
  };
}
