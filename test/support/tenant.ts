/** Tenants and invitations, as the app has recorded them. */

import { hours } from '../../shared/clock.ts';
import type { Invitation } from '../../shared/tenants/invitation.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import { contoso, enterpriseApp } from './app-identity.ts';
import { noon } from './clock.ts';

export function aTenant(overrides: Partial<Tenant> = {}): Tenant {
  return { id: contoso, state: 'active', since: noon - 24 * hours, objectId: enterpriseApp, ...overrides };
}

/** Active ones with ids of their own. */
export function manyTenants(count: number): Tenant[] {
  return Array.from({ length: count }, () => aTenant({ id: crypto.randomUUID() }));
}

export function aPendingTenant(overrides: Partial<Tenant> = {}): Tenant {
  return { id: contoso, state: 'pending', since: noon, code: 'APP_NOT_IN_TENANT', ...overrides };
}

export function anInvitation(overrides: Partial<Invitation> = {}): Invitation {
  return { id: crypto.randomUUID(), createdAt: noon, expiresAt: noon + 72 * hours, ...overrides };
}
