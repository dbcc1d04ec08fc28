/** What the overview is made of. Each source is bounded in what it reads, and says when that was not all. */

import type { ErrorCode, Owner } from '../errors.ts';
import type { GateState } from '../mail/gate/gate-state.ts';
import type { OutcomeState, TransportName } from '../mail/outcome.ts';

export interface QueueDepth {
  readonly name: string;
  /** About how many, those that are hidden for a time included; nothing where there is no such queue. */
  readonly messages: number | undefined;
}

export interface QueueDepths {
  read(): Promise<readonly QueueDepth[]>;
}

/** A job that did not leave, without its message. */
export interface Failure {
  readonly tenantId: string;
  readonly id: string;
  readonly transport: TransportName;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whether it was not tried, was refused by Microsoft, or may have left. */
  readonly state: OutcomeState;
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly owner: Owner;
}

export interface MailboxGateState {
  readonly tenantId: string;
  /** Lower case. */
  readonly mailbox: string;
  readonly gate: GateState;
}

/** A tenant's gates, and what lies in poison: a range of keys of one partition, without its outcomes. */
export interface TenantMail {
  readonly gates: readonly MailboxGateState[];
  readonly failures: readonly Failure[];
  /** False when there was more than `mostRows`. */
  readonly complete: boolean;
}

export interface MailFigures {
  read(tenantId: string, mostRows: number): Promise<TenantMail>;
  /** Tenants that have mail at all, in the order of their ids. @returns the first one after that, or nothing. */
  after(tenantId: string): Promise<string | undefined>;
}
