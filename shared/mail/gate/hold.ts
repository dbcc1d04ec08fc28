/** A mailbox that must not send for a time: an operator says so, or Microsoft asked for it with Retry-After. */

import type { ErrorCode } from '../../errors.ts';
import type { GateState } from './gate-state.ts';

export interface Hold {
  readonly by: 'operator' | 'service';
  /** Epoch milliseconds. */
  readonly since: number;
  /** Without it, until it is released. */
  readonly until?: number;
  readonly code: ErrorCode;
  /** An operator's own words. */
  readonly reason?: string;
}

/** An operator's word replaces what an operator said before. With a pause that Microsoft asked for, the later end counts. */
export function hold(gate: GateState, asked: Hold): GateState {
  const standing = gate.hold;
  if (standing === undefined || endOf(standing) <= asked.since) return { ...gate, hold: asked };
  if (standing.by === 'operator' && asked.by === 'operator') return { ...gate, hold: asked };
  if (asked.by === 'service' && endOf(asked) <= endOf(standing)) return gate;
  const { until: _, ...said } = standing.by === 'operator' ? standing : asked;
  const until = Math.max(endOf(standing), endOf(asked));
  return { ...gate, hold: until === Infinity ? said : { ...said, until } };
}

/** Ends every hold: an operator's word stands over a pause that Microsoft asked for as well. */
export function release(gate: GateState): GateState {
  if (gate.hold === undefined) return gate;
  const { hold: _, ...rest } = gate;
  return rest;
}

/** @returns the hold that stands at that time. */
export function holdAt({ hold: standing }: GateState, now: number): Hold | undefined {
  return standing !== undefined && endOf(standing) > now ? standing : undefined;
}

const endOf = ({ until }: Hold): number => until ?? Infinity;
