/** Adds the app registrations of a seed to a state. */

import { addFederatedCredential } from '../entra/federated-credentials.ts';
import { addSecret } from '../entra/client-secrets.ts';
import type { CloudState, Registration } from '../state.ts';
import { v2IssuerOf } from '../tokens.ts';
import { appRoleOf, stableGuid } from './names.ts';
import type { SeedRegistration } from './registration.ts';

export function addRegistration(state: CloudState, seed: SeedRegistration): void {
  const { displayName, appId, publisher, tenant, audience, publicClient, redirectUris, permissions } = seed;
  const home = state.tenants.find(({ domain }) => domain === tenant) ?? state.tenants[0];
  const registration: Registration = {
    appId: appId ?? stableGuid('registration', displayName),
    displayName,
    publisher: publisher ?? home?.displayName ?? displayName,
    homeTenantId: home?.id ?? '',
    audience,
    ...(publicClient && { publicClient }),
    redirectUris,
    requiredAppRoles: permissions.map(appRoleOf),
    certificates: [],
  };
  for (const { value, displayName: name, startsAt, endsAt } of seed.secrets) {
    addSecret(registration, {
      value,
      ...(name !== undefined && { displayName: name }),
      ...(startsAt !== undefined && { startsAt: Date.parse(startsAt) }),
      // One that has ended must have begun before: a day, where the seed does not say.
      ...(endsAt !== undefined && { endsAt: Date.parse(endsAt) }),
      ...(endsAt !== undefined &&
        startsAt === undefined && { startsAt: Math.min(Date.now(), Date.parse(endsAt) - DAY) }),
    });
  }
  for (const credential of seed.federatedCredentials) {
    addFederatedCredential(registration, federatedCredential(state, credential));
  }
  state.registrations.push(registration);
}

const DAY = 24 * 60 * 60 * 1000;

/** The certificate's name in the vault for an app that has one generated: `Mailworks Post` becomes `mailworks-post`. */
export const generatedName = (displayName: string): string =>
  displayName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '') || 'app';

function federatedCredential(state: CloudState, seed: SeedRegistration['federatedCredentials'][number]) {
  if (!('identity' in seed)) {
    const { audience, ...credential } = seed;
    return { ...credential, audiences: [audience] };
  }
  const identity = state.identities.find(({ name }) => name.toLowerCase() === seed.identity.toLowerCase());
  return {
    name: seed.name,
    issuer: v2IssuerOf(identity?.tenantId ?? ''),
    subject: identity?.principalId ?? '',
    audiences: ['api://AzureADTokenExchange'],
  };
}
