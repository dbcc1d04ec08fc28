/**
 * When a mailbox's next message may go. Turns are given in the order of asking and never go back (as in GCRA): a job that
 * must wait is told its time once, whatever comes after it.
 */

import { minutes, seconds } from '../../clock.ts';
import type { Ask, GateState, Limits, Windows } from './gate-state.ts';
import { roomAt, type Window, type WindowState, withUse } from './sliding-window.ts';

/**
 * Microsoft counts a sliding minute, five minutes and a day. Messages are counted when they are let through, and three
 * quarters of a second more, since not all take the same time from there to Microsoft. Bytes and recipients are counted at
 * their turn: their windows are longer by what a turn may be taken late.
 *
 * https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits and
 * https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1
 */
export const usedWindows: Readonly<Record<keyof Windows, Window>> = {
  messages: { milliseconds: 250, buckets: 244 },
  bytes: { milliseconds: 10_500, buckets: 31 },
  recipients: { milliseconds: 3601 * seconds, buckets: 25 },
};

const bookedWindows: Readonly<Record<keyof Windows, Window>> = {
  ...usedWindows,
  messages: { milliseconds: 1 * seconds, buckets: 61 },
};

/** So much slower than the limit: room for turns that are taken a little early and then a little late. */
const slack = 1.02;

/** How far apart turns are when nothing else keeps them apart. */
export const spacing = ({ messagesPerMinute }: Limits): number => ((1 * minutes) / messagesPerMinute) * slack;

export interface Booking {
  readonly gate: GateState;
  readonly turn: number;
}

/** Gives a turn. After some time without mail as many may go at once as may be under way; then one at a time. */
export function book(gate: GateState, ask: Ask, now: number, limits: Limits): Booking {
  const apart = spacing(limits);
  const burst = Math.min(limits.concurrent[ask.transport], limits.messagesPerMinute);
  const due = Math.max(gate.next, now - (burst - 1) * apart);
  const earliest = Math.max(now, gate.lastTurn, Math.ceil(due), gate.hold?.until ?? 0);
  const { turn, byQuota } = firstRoom(gate, ask, earliest, limits);
  const { booked } = gate;
  const { quotaTurn: _, ...rest } = gate;
  const quotaTurn = byQuota ? turn : gate.quotaTurn;
  return {
    turn,
    gate: {
      ...rest,
      booked: {
        messages: withUse(booked.messages, bookedWindows.messages, turn, 1),
        bytes: withUse(booked.bytes, bookedWindows.bytes, turn, ask.bytes),
        recipients: withUse(booked.recipients, bookedWindows.recipients, turn, ask.recipients),
      },
      lastTurn: turn,
      next: (turn > Math.max(now, Math.ceil(due)) ? turn : due) + apart,
      ...(quotaTurn !== undefined && quotaTurn > now ? { quotaTurn } : {}),
    },
  };
}

function firstRoom(
  { booked, used }: GateState,
  { bytes, recipients }: Ask,
  earliest: number,
  { messagesPerMinute, bytesPer5Minutes, recipientsPerDay }: Limits,
): { turn: number; byQuota: boolean } {
  let turn = earliest;
  let byQuota = false;
  for (;;) {
    const paced = Math.max(
      roomAt(booked.messages, bookedWindows.messages, turn, 1, messagesPerMinute),
      roomAt(used.messages, usedWindows.messages, turn, 1, messagesPerMinute),
      roomOf(booked.bytes, used.bytes, usedWindows.bytes, turn, bytes, bytesPer5Minutes),
    );
    const allowed = roomOf(
      booked.recipients,
      used.recipients,
      usedWindows.recipients,
      paced,
      recipients,
      recipientsPerDay,
    );
    if (allowed > paced) byQuota = true;
    if (allowed === turn) return { turn, byQuota };
    turn = allowed;
  }
}

const roomOf = (
  booked: WindowState,
  used: WindowState,
  window: Window,
  at: number,
  count: number,
  limit: number,
): number => Math.max(roomAt(booked, window, at, count, limit), roomAt(used, window, at, count, limit));
