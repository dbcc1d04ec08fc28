/** What the doctor says: one finding a check, and the report that they make together. */

import type { ErrorCode, Owner } from '../errors.ts';
import type { CheckName } from './chain.ts';

/**
 * - `ok`: it was tried and is as it should be.
 * - `warning`: mail leaves, and something is to be done before it no longer does; or the check could not tell everything.
 * - `failed`: this keeps mail from leaving.
 * - `skipped`: not tried, since another finding already decides it or nobody asked for it. `tried` says why.
 */
export const findingStates = ['ok', 'warning', 'failed', 'skipped'] as const;
export type FindingState = (typeof findingStates)[number];

/** No secret, token or recipient is ever in one. */
export interface Finding {
  /** Stable: docs/doctor.md says what each is about. */
  readonly check: string;
  readonly state: FindingState;
  readonly tried: string;
  /** The code or status that came back. */
  readonly answered?: string;
  readonly code?: ErrorCode;
  readonly meaning?: string;
  readonly remedy?: string;
  readonly owner?: Owner;
  /** How long the remedy takes to arrive everywhere. */
  readonly arrivesWithin?: string;
  /** When this was first found wrong without having been right since, ISO 8601. */
  readonly since?: string;
}

/** One that the chain has a place for. */
export type Found = Finding & { readonly check: CheckName };

export interface CheckReport {
  /** GUID; as it was asked for where it could not be resolved. */
  readonly tenant: string;
  readonly mailbox: string | null;
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  /** What to mend first: the first check that failed, or else the first that warns, in the order of the chain. */
  readonly cause: Finding | null;
  /** In the order of the chain, from the outside in. */
  readonly findings: readonly Finding[];
}

export interface CheckRequest {
  /** GUID or domain. */
  readonly tenant: string;
  readonly mailbox?: string | undefined;
  /** To send a real message there. */
  readonly sendTo?: string | undefined;
}
