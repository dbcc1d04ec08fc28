/**
 * What is kept of a mailbox so that all instances together stay inside Microsoft's limits: what has left, what is booked,
 * and who is sending this moment. Only functions on values, which they leave as they are; mailbox-gate.ts keeps the row.
 */

import { minutes, seconds } from '../../clock.ts';
import { type Hold, holdAt } from './hold.ts';
import type { TransportName } from '../outcome.ts';
import type { SentCount } from './sent-count.ts';
import { roomAt, type WindowState, withUse } from './sliding-window.ts';
import { book, spacing, usedWindows } from './turn.ts';

export { describe } from './gate-view.ts';
export { type Hold, hold, release } from './hold.ts';

export interface Windows {
  readonly messages: WindowState;
  readonly bytes: WindowState;
  readonly recipients: WindowState;
}

/** Leave to send this moment. It counts no more when its time is over: its worker was killed. */
export interface Permit {
  readonly id: string;
  readonly transport: TransportName;
  /** Epoch milliseconds. */
  readonly until: number;
}

export interface GateState {
  /** What the turns up to the last one given take, each at its turn, wherever in the future that is. */
  readonly booked: Windows;
  /** What has been let through, each when it was. */
  readonly used: Windows;
  /** Turns never go back before this one: epoch milliseconds. */
  readonly lastTurn: number;
  /** Where even spacing puts the next turn: epoch milliseconds, with fractions. */
  readonly next: number;
  /** Turns given that are still to come. */
  readonly waiting: number;
  /** From when on, without anybody at his turn, it is certain that a turn was missed: epoch milliseconds. */
  readonly gapAt: number;
  /** The last turn that was put off because a day's recipients were used up. */
  readonly quotaTurn?: number;
  readonly permits: readonly Permit[];
  readonly hold?: Hold;
  /** For people alone: no turn depends on it. */
  readonly sent?: SentCount;
}

export interface Limits {
  readonly messagesPerMinute: number;
  readonly bytesPer5Minutes: number;
  readonly recipientsPerDay: number;
  readonly concurrent: Readonly<Record<TransportName, number>>;
}

export interface Ask {
  readonly transport: TransportName;
  readonly bytes: number;
  readonly recipients: number;
  /** Given before, from the postmark. */
  readonly turn?: number | undefined;
  /** When the permit runs out unless it is given back: epoch milliseconds. */
  readonly permitUntil: number;
}

export type Admission =
  /**
   * Send it at `at`, which is at most three seconds from now: wait for it in the worker, after the commit. Putting the job
   * back for so little would cost four storage calls, and come a second late.
   */
  | { readonly kind: 'now'; readonly permit: string; readonly at: number }
  /** Put it back until then, with the turn in its postmark if there is one. */
  | {
      readonly kind: 'at';
      readonly at: number;
      readonly code: 'MAILBOX_PACED' | 'MAILBOX_QUOTA' | 'MAILBOX_HELD';
      readonly turn?: number;
    };

/** A mailbox from which nothing has been sent. */
export const emptyGate: GateState = {
  booked: { messages: [], bytes: [], recipients: [] },
  used: { messages: [], bytes: [], recipients: [] },
  lastTurn: 0,
  next: 0,
  waiting: 0,
  gapAt: 0,
  permits: [],
};

interface Entered {
  readonly gate: GateState;
  readonly admission: Admission;
}

/** What an instance whose clock is a second behind shows early, and a queue that hides messages by whole seconds. */
const early = 1 * seconds;

/** A turn is a place in even traffic: taken much later, it would meet those behind it. */
const late = 10 * seconds;

/** So short a wait is had in the worker. Bounded by the permits, it never takes more than a few workers a mailbox. */
const patience = 3 * seconds;

/** How long a job waits before it asks again whether an operator has released its mailbox. */
const untilAskedAgain = 10 * minutes;

/** One job asks to be sent. */
export function enter(gate: GateState, ask: Ask, now: number, limits: Limits): Entered {
  const entered = admission(withoutLost(gate, now), ask, now, limits);
  const hadTurn = ask.turn === undefined ? 0 : 1;
  const hasTurn = entered.admission.kind === 'at' && entered.admission.turn !== undefined ? 1 : 0;
  if (hasTurn === hadTurn) return entered;
  return { ...entered, gate: { ...entered.gate, waiting: Math.max(0, entered.gate.waiting + hasTurn - hadTurn) } };
}

/** Gives a permit back; that it ran out before is no fault. */
export function leave(gate: GateState, permit: string): GateState {
  const permits = gate.permits.filter(({ id }) => id !== permit);
  return permits.length === gate.permits.length ? gate : { ...gate, permits };
}

/** Keeps a permit from running out while its request still runs. */
export function extend(gate: GateState, permit: string, until: number): GateState {
  return { ...gate, permits: gate.permits.map((one) => (one.id === permit ? { ...one, until } : one)) };
}

/**
 * A job that has a turn will not take it: cancelled, expired. When no other job has one, the next need not wait behind turns
 * that nobody takes.
 */
export function giveUp(gate: GateState, turn: number, now: number): GateState {
  if (turn <= now) return gate;
  const waiting = Math.max(0, gate.waiting - 1);
  return waiting > 0 ? { ...gate, waiting } : forgetTurns(gate, now);
}

/** The next job goes as soon as what has left allows it. Who still has a turn keeps it. */
export function forgetTurns(gate: GateState, now: number): GateState {
  const { quotaTurn: _, ...rest } = gate;
  const { bytes, recipients } = gate.used;
  return { ...rest, booked: { messages: [], bytes, recipients }, lastTurn: now, next: now, waiting: 0 };
}

/** A permit is lost when its time is over: its worker was killed, and nobody gives it back. */
function withoutLost(gate: GateState, now: number): GateState {
  const permits = gate.permits.filter(({ until }) => until > now);
  return permits.length === gate.permits.length ? gate : { ...gate, permits };
}

function admission(gate: GateState, ask: Ask, now: number, limits: Limits): Entered {
  const { turn } = ask;
  const held = holdAt(gate, now);
  if (held) return duringHold(gate, held.until, ask, now, limits);
  if (turn === undefined || now > turn + late) return inGap(gate, ask, now, limits) ?? newTurn(gate, ask, now, limits);
  if (now < turn - early) return { gate, admission: waitUntil(turn, turn, gate, now) };
  return takeTurn(gate, ask, turn, now, limits) ?? newTurn(gate, ask, now, limits);
}

function duringHold(gate: GateState, until: number | undefined, ask: Ask, now: number, limits: Limits): Entered {
  const { turn } = ask;
  if (until === undefined) {
    return { gate, admission: { kind: 'at', at: now + untilAskedAgain, code: codeOf(gate, now, now) } };
  }
  // A short pause costs nobody his place.
  if (turn !== undefined && until <= turn + late / 2) {
    return { gate, admission: waitUntil(Math.max(until, turn), turn, gate, now) };
  }
  return newTurn(gate, ask, now, limits);
}

function newTurn(gate: GateState, ask: Ask, now: number, limits: Limits): Entered {
  const { gate: booked, turn } = book(gate, ask, now, limits);
  // Only for the very next turn: a permit that waits is one that those before it may need.
  const isNear = turn <= now + Math.min(patience, spacing(limits)) && holdAt(gate, now) === undefined;
  const taken = isNear ? takeTurn(booked, ask, turn, now, limits) : undefined;
  return taken ?? { gate: booked, admission: waitUntil(turn, turn, booked, now) };
}

/**
 * Turns are missed: their jobs were cancelled, or lie in the queue behind a blast that has not been given its turns yet. Who
 * has none goes in their place. Those who come to their turns meanwhile find room: two turns were missed before the first
 * goes, one more for each of the others.
 */
function inGap(gate: GateState, ask: Ask, now: number, limits: Limits): Entered | undefined {
  const { lastTurn, gapAt, quotaTurn = 0, permits } = gate;
  if (lastTurn <= now || gapAt > now || quotaTurn > now) return undefined;
  if (permits.length + 1 >= limits.concurrent[ask.transport]) return undefined;
  const taken = takeTurn(gate, ask, now, now, limits);
  if (taken?.admission.kind !== 'now' || taken.admission.at > now) return undefined;
  return { ...taken, gate: { ...taken.gate, gapAt: Math.round(now + spacing(limits)) } };
}

/**
 * @returns nothing when the turn cannot be kept: what has left in the meantime leaves no room for it. Whoever then insisted on
 *   it would only hand the delay on to all that come behind.
 */
function takeTurn(gate: GateState, ask: Ask, turn: number, now: number, limits: Limits): Entered | undefined {
  const { used, permits } = gate;
  const { transport, bytes, recipients } = ask;
  const underWay = permits.filter((permit) => permit.transport === transport).length;
  if (underWay >= limits.concurrent[transport]) {
    // Nobody knows when one of them ends. Not all come again at the same moment.
    const again = now + (1 + 2 * Math.random()) * seconds;
    return { gate, admission: waitUntil(Math.round(again), turn, gate, now) };
  }
  // Those that come late come together: as close as they come they would meet again a minute later, and every minute after.
  const apart = Math.min(spacing(limits) / 2, 1 * seconds);
  const from = Math.max(now, turn, ask.turn === undefined ? 0 : Math.ceil(newestOf(used) + apart));
  const at = Math.max(
    roomAt(used.messages, usedWindows.messages, from, 1, limits.messagesPerMinute),
    roomAt(used.bytes, usedWindows.bytes, from, bytes, limits.bytesPer5Minutes),
    roomAt(used.recipients, usedWindows.recipients, from, recipients, limits.recipientsPerDay),
  );
  if (at > now + patience) return undefined;
  const permit: Permit = { id: crypto.randomUUID().slice(0, 8), transport, until: ask.permitUntil + at - now };
  return {
    gate: {
      ...gate,
      permits: [...permits, permit],
      used: withSent(used, ask, turn, at, now),
      gapAt: Math.round(at + 2 * spacing(limits)),
    },
    admission: { kind: 'now', permit: permit.id, at },
  };
}

function withSent(used: Windows, { bytes, recipients }: Ask, turn: number, at: number, now: number): Windows {
  // Instances' clocks differ. Counted as later than those before it, a message is forgotten late rather than early.
  const stamp = Math.max(at, newestOf(used));
  // Not all of those that wait in a worker have gone: the next one may go before them.
  return {
    messages: withUse(used.messages, usedWindows.messages, stamp, 1, now),
    bytes: withUse(used.bytes, usedWindows.bytes, turn, bytes, now),
    recipients: withUse(used.recipients, usedWindows.recipients, turn, recipients, now),
  };
}

/** About when the last message was let through. */
const newestOf = ({ messages }: Windows): number => (messages.at(-1)?.bucket ?? 0) * usedWindows.messages.milliseconds;

function waitUntil(at: number, turn: number, gate: GateState, now: number): Admission {
  return { kind: 'at', at, code: codeOf(gate, turn, now), turn };
}

function codeOf(gate: GateState, turn: number, now: number): 'MAILBOX_PACED' | 'MAILBOX_QUOTA' | 'MAILBOX_HELD' {
  const held = holdAt(gate, now);
  if (held) return held.code === 'MAILBOX_QUOTA' ? 'MAILBOX_QUOTA' : 'MAILBOX_HELD';
  const { quotaTurn } = gate;
  return quotaTurn !== undefined && quotaTurn > now && turn >= quotaTurn ? 'MAILBOX_QUOTA' : 'MAILBOX_PACED';
}
