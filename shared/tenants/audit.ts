/** The audit trail of consent: appended to, never overwritten. */

export const consentEventKinds = [
  'invitation-created',
  'invitation-revoked',
  'consent-started',
  'consent-refused',
  'consent-declined',
  'consent-returned',
  'tenant-invited',
  'tenant-pending',
  'tenant-active',
  'tenant-degraded',
  'tenant-revoked',
  'tenant-removed',
  /** An operator had it verified, without an invitation. */
  'tenant-verified',
  /** The tokens carry other rights than before. */
  'rights-changed',
] as const;
export type ConsentEventKind = (typeof consentEventKinds)[number];

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

export interface ReadAuditTrail {
  /** The newest first. */
  newest(tenantId: string, most: number): Promise<readonly ConsentEvent[]>;
}
