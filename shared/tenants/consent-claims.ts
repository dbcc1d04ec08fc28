/** What an invitation says of a tenant, and what the callback claims. */

import { TenantpostError } from '../errors.ts';
import type { ConsentEvent } from './audit.ts';
import type { Invitation } from './invitation.ts';
import type { Ask } from './next-state.ts';
import { tenantId as tenantIdSchema } from './tenant.ts';

export function claimedTenant(
  claimed: string | undefined,
  invitation: Invitation,
  singleTenantId: string | undefined,
): string {
  const tenant = tenantIdSchema.safeParse(claimed);
  if (!tenant.success) {
    throw new TenantpostError('CONSENT_TENANT_MISSING', 'The callback names no tenant.', {
      detail: { invitationId: invitation.id },
    });
  }
  if (singleTenantId !== undefined && tenant.data !== singleTenantId) {
    throw new TenantpostError('TENANT_NOT_HOME', 'Another tenant consented than the one that the app works in.', {
      detail: { invitationId: invitation.id, claimedTenant: tenant.data },
    });
  }
  if (invitation.tenantId !== undefined && invitation.tenantId !== tenant.data) {
    throw new TenantpostError('CONSENT_WRONG_TENANT', 'Another tenant consented than the one invited.', {
      detail: { invitationId: invitation.id, claimedTenant: tenant.data },
    });
  }
  return tenant.data;
}

/** What stands under a tenant in the audit trail was said of it by an operator or by Entra, never by a callback alone. */
export function claimOf(invitation: Invitation, claimed: string): Partial<ConsentEvent> {
  return invitation.tenantId === undefined
    ? { invitationId: invitation.id, claimedTenant: claimed }
    : about(invitation);
}

/** What the invitation asks; of one that names no tenant, on a browser's word alone. */
export function askOf(invitation: Invitation, singleTenantId: string | undefined): Ask {
  const { id, tenantId, rights, mailboxes, domain, scoped } = invitation;
  return {
    invitationId: id,
    isClaim: (tenantId ?? singleTenantId) === undefined,
    ...(rights && { rights }),
    ...(mailboxes && { mailboxes }),
    ...(domain === undefined ? {} : { domain }),
    ...(scoped === undefined ? {} : { scoped }),
  };
}

export function about(invitation: Invitation): Pick<ConsentEvent, 'invitationId' | 'tenantId'> {
  return {
    invitationId: invitation.id,
    ...(invitation.tenantId === undefined ? {} : { tenantId: invitation.tenantId }),
  };
}
