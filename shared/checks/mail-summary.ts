/** Figures of mailboxes and failures, made from what was read. Only functions on values. */

import { hours, minutes } from '../clock.ts';
import { errorMeanings } from '../errors.ts';
import { describe, type Limits } from '../mail/gate/gate-state.ts';
import { type SentCount, sentWindows } from '../mail/gate/sent-count.ts';
import type { FailedJob, FailureGroup, HeldMailbox, OverviewAnswer } from './overview-answer.ts';
import type { Failure, MailboxGateState } from './overview-sources.ts';

export const iso = (at: number): string => new Date(at).toISOString();

export function sentOf(gates: readonly MailboxGateState[], now: number): OverviewAnswer['sent'] {
  const fiveMinutes = series(gates, 'fiveMinutes', now);
  const ofHours = series(gates, 'hours', now);
  const newest = fiveMinutes.slice(-2);
  const begun = Math.floor(now / (5 * minutes)) * 5 * minutes;
  const passed = (now - begun + 5 * minutes) / minutes;
  return {
    perMinute: Math.round((total(newest) / passed) * 10) / 10,
    lastHour: total(fiveMinutes),
    lastDay: total(ofHours),
    fiveMinutes,
    hours: ofHours,
  };
}

type Slices = OverviewAnswer['sent']['hours'];

const total = (slices: Slices): number => slices.reduce((sum, { count }) => sum + count, 0);

/** Every slice of the time, those with nothing in them as well. */
function series(gates: readonly MailboxGateState[], grain: keyof SentCount, now: number): Slices {
  const { milliseconds, buckets } = sentWindows[grain];
  const newest = Math.floor(now / milliseconds);
  const counts = new Map<number, number>();
  for (const { gate } of gates) {
    for (const { bucket, count } of gate.sent?.[grain] ?? []) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  return Array.from({ length: buckets }, (_, place) => {
    const bucket = newest - buckets + 1 + place;
    return { from: iso(bucket * milliseconds), count: counts.get(bucket) ?? 0 };
  });
}

/** Mailboxes that do not send as fast as they are asked to: those that are held first, then those with most to send. */
export function heldOf(gates: readonly MailboxGateState[], now: number, limits: Limits): HeldMailbox[] {
  const held = gates.flatMap((one) => heldMailbox(one, now, limits) ?? []);
  const isHeld = ({ because }: HeldMailbox): number => (because === 'pace' ? 1 : 0);
  return held.sort((a, b) => isHeld(a) - isHeld(b) || b.waiting - a.waiting || (a.mailbox < b.mailbox ? -1 : 1));
}

export function heldMailbox(
  { tenantId, mailbox, gate }: MailboxGateState,
  now: number,
  limits: Limits,
): HeldMailbox | undefined {
  const { hold, waiting } = describe(gate, now, limits);
  const place = { tenant: tenantId, mailbox, waiting };
  if (hold) {
    return {
      ...place,
      because: hold.code === 'MAILBOX_QUOTA' ? 'quota' : hold.by,
      ...explained(hold.code),
      ...(hold.reason === undefined ? {} : { reason: hold.reason }),
      since: iso(hold.since),
      ...(hold.until === undefined ? {} : { until: iso(hold.until) }),
    };
  }
  if (waiting === 0) return undefined;
  const isQuota = gate.quotaTurn !== undefined && gate.quotaTurn > now;
  const because = isQuota
    ? ({ because: 'quota', ...explained('MAILBOX_QUOTA') } as const)
    : ({ because: 'pace', ...explained('MAILBOX_PACED') } as const);
  return { ...place, ...because, until: iso(gate.lastTurn) };
}

export function explained(code: keyof typeof errorMeanings) {
  const { meaning, remedy, owner } = errorMeanings[code];
  return { code, meaning, remedy, owner };
}

/** By cause, the newest first. */
export function failureGroups(failures: readonly Failure[], now: number): FailureGroup[] {
  const groups = [...Map.groupBy(failures, ({ code }) => code)].map(([code, of]) => ({
    ...explained(code),
    count: of.length,
    lastDay: of.filter(({ at }) => at > now - 24 * hours).length,
    tenants: new Set(of.map(({ tenantId }) => tenantId)).size,
    newest: iso(of.reduce((latest, { at }) => Math.max(latest, at), 0)),
  }));
  return groups.sort((a, b) => (a.newest > b.newest ? -1 : 1));
}

export function endsOf(failures: readonly Failure[]): OverviewAnswer['notSent']['all'] {
  const ends = { refused: 0, failed: 0, unknown: 0 };
  for (const { state } of failures) {
    if (state === 'refused' || state === 'failed' || state === 'unknown') ends[state] += 1;
  }
  return ends;
}

/** The newest first. */
export function jobsOf(failures: readonly Failure[], most: number): FailedJob[] {
  const newest = [...failures].sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1)).slice(0, most);
  return newest.map(({ tenantId, id, transport, at, state, message }) => {
    return { tenant: tenantId, id, transport, at: iso(at), state, message };
  });
}
