/** What the row of a tenant becomes: by what its tokens show, on whose word, and with what was asked. */

import { type ErrorCode, TenantpostError } from '../errors.ts';
import type { Evidence } from './evidence.ts';
import type { Tenant } from './tenant.ts';

export type Next = Omit<Tenant, 'since'>;

/** On whose word a tenant is asked about, and what is asked of it; what is left out stays as it was. */
export interface Ask extends Pick<Tenant, 'rights' | 'mailboxes' | 'domain' | 'scoped'> {
  readonly invitationId?: string;
  /** Nobody but a browser named the tenant. */
  readonly isClaim?: boolean;
  /** An operator wants it back that was removed. */
  readonly revives?: boolean;
}

type Known = Pick<Tenant, 'id'> & Partial<Tenant>;

export function activeBy({ objectId, granted }: Evidence, known: Tenant | undefined, id: string): Next {
  const { code: _, claimed: __, ...kept }: Known = known ?? { id };
  return { ...kept, state: 'active', objectId, ...(granted.length === 0 ? {} : { granted }) };
}

export function pendingBy(code: ErrorCode, known: Tenant | undefined, id: string, ask: Ask): Next {
  const { objectId: _, granted: __, claimed, ...kept }: Known = known ?? { id };
  const isClaimed =
    ask.isClaim === true || (claimed === true && ask.invitationId === undefined && ask.revives !== true);
  return { ...kept, ...asksOf(ask), state: 'pending', code, ...(isClaimed ? { claimed: true } : {}) };
}

export function asksOf({
  rights,
  mailboxes,
  domain,
  scoped,
}: Ask): Pick<Tenant, 'rights' | 'mailboxes' | 'domain' | 'scoped'> {
  return {
    ...(rights === undefined ? {} : { rights }),
    ...(mailboxes === undefined ? {} : { mailboxes }),
    ...(domain === undefined ? {} : { domain }),
    ...(scoped === undefined ? {} : { scoped }),
  };
}

/**
 * An invitation that brings a tenant back has made it `invited`; whoever meets `removed` comes with an older one. A claim
 * changes what nobody knew, or what was claimed before, and nothing else.
 *
 * @throws TenantpostError `TENANT_REMOVED` or `CONSENT_TENANT_KNOWN`.
 */
export function requireWanted(known: Tenant | undefined, { revives = false, isClaim = false }: Ask): void {
  if (known?.state === 'removed' && !revives) {
    throw new TenantpostError('TENANT_REMOVED', `Tenant ${known.id} was removed.`, { detail: { tenantId: known.id } });
  }
  if (isClaim && known !== undefined && known.claimed !== true) throw tenantKnown(known.id);
}

export function tenantKnown(tenantId: string): TenantpostError {
  const message = 'The tenant is known, and the invitation does not name it.';
  return new TenantpostError('CONSENT_TENANT_KNOWN', message, { detail: { claimedTenant: tenantId } });
}
