/** The audit trail of consent: appended to, never overwritten. */

export type ConsentEventKind =
  | 'invitation-created'
  | 'consent-started'
  | 'consent-refused'
  | 'consent-declined'
  | 'consent-returned'
  | 'tenant-pending'
  | 'tenant-active'
  | 'tenant-degraded'
  | 'tenant-revoked';

export interface ConsentEvent {
  readonly kind: ConsentEventKind;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Absent when nobody could tell which tenant it was about. */
  readonly tenantId?: string;
  readonly invitationId?: string;
  /** The tenant that a refused callback named: a claim, so the row does not stand among that tenant's own. */
  readonly claimedTenant?: string;
  /** A code of shared/errors.ts. */
  readonly code?: string;
  /** Entra's `error` and `error_description`, cut to length: the outside's own words, to be escaped where shown. */
  readonly description?: string;
}

export interface AuditTrail {
  append(event: ConsentEvent): Promise<void>;
}
