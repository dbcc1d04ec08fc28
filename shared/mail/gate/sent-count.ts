/**
 * How many mails have left a mailbox lately, counted in its gate: the row is written with the end of each mail in any case,
 * so that nobody has to read all outcomes to learn how much is being sent, and no send costs a further storage call.
 */

import { hours, minutes } from '../../clock.ts';
import type { GateState } from './gate-state.ts';
import { type Window, type WindowState, withUse } from './sliding-window.ts';

/** Two grains: what happens now, and how the day went. Empty slices take no room, and each is a few letters of the row. */
export interface SentCount {
  readonly fiveMinutes: WindowState;
  readonly hours: WindowState;
}

export const sentWindows: Readonly<Record<keyof SentCount, Window>> = {
  fiveMinutes: { milliseconds: 5 * minutes, buckets: 12 },
  hours: { milliseconds: 1 * hours, buckets: 24 },
};

/** With one more mail that left at that time. */
export function countSent(gate: GateState, at: number): GateState {
  const { fiveMinutes, hours: ofDay } = gate.sent ?? { fiveMinutes: [], hours: [] };
  return {
    ...gate,
    sent: {
      fiveMinutes: withUse(fiveMinutes, sentWindows.fiveMinutes, at, 1),
      hours: withUse(ofDay, sentWindows.hours, at, 1),
    },
  };
}
