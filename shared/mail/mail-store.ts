/**
 * The table of a tenant's mail: outcomes, what lies in poison, and the gate of each mailbox. They share a partition, because
 * a table's transaction spans one partition only, and a claim that is written without its permit, or a failure without its
 * poison entry, is what loses or doubles mail.
 */

import type { PoisonEntry } from './poison.ts';
import type { GateState } from './gate/gate-state.ts';
import type { Outcome, OutcomeState, StoredOutcome } from './outcome.ts';

/** One row of a transaction. Without an etag the row is to be new. */
export type Change =
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly etag?: string | undefined }
  | { readonly kind: 'gate'; readonly mailbox: string; readonly gate: GateState; readonly etag?: string | undefined }
  /** Whether new or not: the entry of the job's latest failure stands. */
  | { readonly kind: 'poison'; readonly entry: PoisonEntry }
  /** Nothing happens where there is none, or one of another version. Alone in its transaction. */
  | { readonly kind: 'no-poison'; readonly id: string; readonly etag?: string | undefined };

export interface StoredGate {
  readonly gate: GateState;
  readonly etag: string;
}

export interface StoredPoison {
  readonly entry: PoisonEntry;
  readonly etag: string;
}

export interface OutcomeQuery {
  readonly state?: OutcomeState | undefined;
  /** By `updatedAt`, epoch milliseconds; from inclusive, to exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly pageSize: number;
  /** Of the page before. */
  readonly continuation?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Of this page: rows that are left out, since another release has written them. Left out where there are none. */
  readonly unreadable?: number;
  readonly continuation?: string;
}

export interface MailStore {
  read(tenantId: string, id: string): Promise<StoredOutcome | undefined>;
  readGate(tenantId: string, mailbox: string): Promise<StoredGate | undefined>;
  /**
   * Writes all of the changes, of which there are 1 to 99, or none.
   *
   * @returns the new version of each row, or nothing when another writer has changed, made or removed one of the rows. A
   *   write of ours whose answer was lost, and that the client repeated, counts as written.
   */
  commit(tenantId: string, changes: readonly Change[]): Promise<readonly string[] | undefined>;
  list(tenantId: string, query: OutcomeQuery): Promise<Page<Outcome>>;
  readPoison(tenantId: string, id: string): Promise<StoredPoison | undefined>;
  listPoison(tenantId: string, query: Pick<OutcomeQuery, 'pageSize' | 'continuation'>): Promise<Page<PoisonEntry>>;
}
