/** The states of a tenant in the words of its administrator. */

import type { Tenant, TenantState } from '../../tenants/tenant.ts';
import type { Tone } from '../page.ts';

interface StateWords {
  readonly name: string;
  readonly tone: Tone;
  readonly lead: string;
}

const words: Readonly<Record<TenantState, StateWords>> = {
  invited: {
    name: 'invited',
    tone: 'plain',
    lead: 'Nobody of your organisation has consented yet. The invitation’s link leads there.',
  },
  pending: {
    name: 'on its way',
    tone: 'wait',
    lead: 'You have done your part. Microsoft takes some minutes, rarely an hour, to make the permission effective everywhere.',
  },
  active: {
    name: 'active',
    tone: 'ok',
    lead: 'Microsoft has confirmed the permission for your organisation. Mail can be sent from now on.',
  },
  degraded: {
    name: 'stopped',
    tone: 'bad',
    lead: 'Your organisation has consented, and something in it keeps the app from sending. No mail leaves until that is mended.',
  },
  revoked: {
    name: 'withdrawn',
    tone: 'bad',
    lead: 'The permission is no longer there, or it never arrived. No mail is sent for your organisation.',
  },
  removed: {
    name: 'taken out',
    tone: 'plain',
    lead: 'Your organisation is no longer served here, and what was kept of it is deleted.',
  },
};

export function stateWords({ state }: Pick<Tenant, 'state'>): StateWords {
  return words[state];
}
