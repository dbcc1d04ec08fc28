/** Invitations: an operator's leave for one tenant, or for whichever tenant consents, to be recorded here. */

import type { Right } from './rights.ts';

export interface Invitation {
  readonly id: string;
  /** The only tenant that may use it; absent for whichever tenant consents. */
  readonly tenantId?: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /**
   * The tenant that came back with it. Of an invitation that names no tenant this tells which tenant consented, and not that
   * whoever held the link belongs to it.
   */
  readonly usedBy?: string;
  /** The domain by which the operator named the tenant. */
  readonly domain?: string;
  readonly rights?: readonly Right[];
  readonly mailboxes?: readonly string[];
  /** Where the administrator may go on; its origin was in the allow list when the invitation was made. */
  readonly returnUrl?: string;
  readonly scoped?: boolean;
  readonly revokedAt?: number;
}

/** `bound`: by this call. `bound-before`: to the same tenant already. `taken`: by another tenant. `revoked`: by the operator. */
export type Binding = 'bound' | 'bound-before' | 'taken' | 'revoked';

export const invitationStates = ['valid', 'used', 'expired', 'revoked'] as const;
export type InvitationState = (typeof invitationStates)[number];

export function stateOf({ usedBy, revokedAt, expiresAt }: Invitation, now: number): InvitationState {
  if (usedBy !== undefined) return 'used';
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt <= now ? 'expired' : 'valid';
}

export interface InvitationQuery {
  /** Named by it, or used by it. */
  readonly tenantId?: string | undefined;
  readonly limit?: number | undefined;
  readonly continuation?: string | undefined;
}

export interface InvitationPage {
  readonly invitations: readonly Invitation[];
  /** As of tenants. */
  readonly unreadable?: number;
  readonly continuation?: string | undefined;
}

export interface InvitationStore {
  insert(invitation: Invitation): Promise<void>;
  find(id: string): Promise<Invitation | undefined>;
  /** Binds it to the tenant that came back with it, unless another tenant was first. */
  bind(id: string, tenantId: string): Promise<Binding>;
  /** Undoes a binding that came to nothing, so that the link can be opened again. */
  release(id: string): Promise<void>;
  /** Takes it back unless it was used. @returns the row as it is then; nothing when there is none. */
  revoke(id: string, at: number): Promise<Invitation | undefined>;
  /** In no order. @throws TenantpostError `REQUEST_INVALID` for a continuation that no page ended with. */
  page(query: InvitationQuery): Promise<InvitationPage>;
  remove(id: string): Promise<void>;
  /** Takes a state out of circulation. @returns false when it had been taken before. */
  consumeState(stateId: string, expiresAt: number): Promise<boolean>;
}
