/** All that the cloud knows, without what is secret or what mail says; and the way back to its seed. */

import type { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { endpointsOf } from '../environment.ts';
import { registrationView } from './registrations.ts';
import { done, ok, resource } from './resource.ts';
import { settingsView } from './settings.ts';
import { tenantView } from './tenants.ts';
import { vaultOf } from './vault.ts';

export function stateRoutes(app: Hono, cloud: CloudContext, { reset }: { reset: () => Promise<void> }): void {
  resource(app, '/state', { GET: (c) => ok(c, stateView(cloud)) });
  resource(app, '/reset', {
    POST: async (c) => {
      await reset();
      return done(c);
    },
  });
}

function stateView(cloud: CloudContext): object {
  const { state, journal, faults } = cloud;
  return {
    urls: endpointsOf(cloud),
    tenants: state.tenants.map((tenant) => tenantView(cloud, tenant)),
    registrations: state.registrations.map(registrationView),
    mailboxes: state.mailboxes,
    exchange: {
      organizations: state.exchangeOrganizations,
      servicePrincipals: state.exchangeServicePrincipals,
      mailboxPermissions: state.mailboxPermissions,
      recipientPermissions: state.recipientPermissions,
      managementScopes: state.managementScopes,
      roleAssignments: state.roleAssignments,
      distributionGroups: state.distributionGroups,
      administrativeUnits: state.administrativeUnits,
    },
    identities: state.identities,
    vault: vaultOf(cloud) ?? null,
    settings: settingsView(state),
    messages: state.messages.length,
    faults: faults.list().length,
    requests: journal.recorded,
  };
}
