/** The states of tenants and of mail jobs as an operator reads them, each with its colour. */

import type { OutcomeState } from '../../mail/outcome.ts';
import type { TenantState } from '../../tenants/tenant.ts';
import type { Tone } from '../page.ts';

/** In the order in which a tenant goes through them. */
export const tenantTones: Readonly<Record<TenantState, Tone>> = {
  invited: 'plain',
  pending: 'wait',
  active: 'ok',
  degraded: 'bad',
  revoked: 'bad',
  removed: 'plain',
};

export const tenantStateNames: readonly TenantState[] = Object.keys(tenantTones).filter(isTenantState);

function isTenantState(text: string): text is TenantState {
  return Object.hasOwn(tenantTones, text);
}

export const outcomeTones: Readonly<Record<OutcomeState, Tone>> = {
  scheduled: 'plain',
  sending: 'wait',
  sent: 'ok',
  refused: 'bad',
  failed: 'bad',
  unknown: 'wait',
  cancelled: 'plain',
};

/** Who must act, as one calls them in a sentence. */
export const ownerNames = { operator: 'you', 'tenant admin': 'the tenant’s administrator' } as const;
