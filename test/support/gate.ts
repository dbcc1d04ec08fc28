/** A mailbox's gate, what asks it, and Microsoft's limits. */

import assert from 'node:assert/strict';
import {
  type Admission,
  type Ask,
  enter,
  type GateState,
  leave,
  type Limits,
} from '../../shared/mail/gate/gate-state.ts';
import { minutes } from '../../shared/clock.ts';
import { noon } from './clock.ts';

export const limits: Limits = {
  messagesPerMinute: 30,
  bytesPer5Minutes: 150_000_000,
  recipientsPerDay: 10_000,
  concurrent: { graph: 4, smtp: 3 },
};

/** By default a small message of one recipient, over Graph. */
export function anAsk(overrides: Partial<Ask> = {}): Ask {
  return { transport: 'graph', bytes: 1000, recipients: 1, permitUntil: noon + 3 * minutes, ...overrides };
}

export interface Asked {
  readonly gate: GateState;
  readonly admissions: readonly Admission[];
}

/** So many ask at one moment, one after the other. */
export function askTimes(gate: GateState, times: number, ask: Ask, now: number, within: Limits = limits): Asked {
  const admissions: Admission[] = [];
  for (let count = 0; count < times; count += 1) {
    const entered = enter(gate, ask, now, within);
    gate = entered.gate;
    admissions.push(entered.admission);
  }
  return { gate, admissions };
}

/** The turn of a job that is to wait for one. */
export function turnOf(admission: Admission | undefined): number {
  assert.ok(admission?.kind === 'at' && admission.turn !== undefined);
  return admission.turn;
}

/** The permit of a job that may go. */
export function permitOf(admission: Admission | undefined): string {
  assert.ok(admission?.kind === 'now');
  return admission.permit;
}

/** Whoever may go has gone, and has given the permit back. */
export function afterAll({ gate, admissions }: Asked): GateState {
  return admissions.reduce((left, one) => (one.kind === 'now' ? leave(left, one.permit) : left), gate);
}
