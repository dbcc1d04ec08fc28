/** Makes the state of a new cloud from what a seed says. */

import { addCertificate } from '../entra/registered-certificates.ts';
import { type CloudState, emptyState } from '../state.ts';
import { addCertificateVersion } from '../vault/add-certificate-version.ts';
import { addKey } from '../vault/add-key.ts';
import { setSecret } from '../vault/set-secret.ts';
import { addRegistration, generatedName } from './add-registration.ts';
import { addConsents, addExchange, addTenant } from './add-tenant.ts';
import { stableGuid } from './names.ts';
import type { Seed } from './seed-file.ts';
import type { SeedIdentity, SeedVault } from './subscription.ts';

/** Names lead somewhere: `readSeed` has seen to it. */
export async function stateOf(seed: Seed): Promise<CloudState> {
  const state = emptyState();
  const { tenants, registrations, identities, vault } = seed;
  for (const tenant of tenants) addTenant(state, tenant);
  for (const identity of identities) addIdentity(state, identity);
  for (const registration of registrations) addRegistration(state, registration);
  for (const tenant of tenants) addConsents(state, tenant);
  for (const tenant of tenants) addExchange(state, tenant);
  await addVault(state, vault);
  for (const { displayName, certificates } of registrations) {
    for (const certificate of certificates) await registerCertificate(state, displayName, certificate);
  }
  const { storage, propagation, exchangePropagation, settling, limits, externalIssuers } = seed;
  Object.assign(state, {
    storageAccount: storage,
    propagation,
    exchangePropagation,
    settling,
    limits,
    externalIssuers,
  });
  if (seed.tokenLifetimeSeconds !== undefined) state.tokenLifetimeSeconds = seed.tokenLifetimeSeconds;
  if (seed.loopDetection !== undefined) state.loopDetection = seed.loopDetection;
  return state;
}

const tenantIdOf = (state: CloudState, domain: string): string =>
  state.tenants.find((tenant) => tenant.domain === domain)?.id ?? '';

function addIdentity(state: CloudState, identity: SeedIdentity): void {
  const { name, clientId, principalId, tenant, systemAssigned, vaultRoles, storageRoles } = identity;
  state.identities.push({
    name,
    clientId: clientId ?? stableGuid('identity', name, 'client'),
    principalId: principalId ?? stableGuid('identity', name, 'principal'),
    tenantId: tenant === undefined ? (state.tenants[0]?.id ?? '') : tenantIdOf(state, tenant),
    vaultRoles,
    ...(systemAssigned && { systemAssigned }),
    ...(storageRoles !== undefined && { storageRoles }),
  });
}

async function addVault(state: CloudState, seed: SeedVault): Promise<void> {
  const { tenant, certificates, keys, secrets, ...settings } = seed;
  state.vault = { ...settings, ...(tenant !== undefined && { homeTenantId: tenantIdOf(state, tenant) }) };
  for (const { versions, subject, validDays, ...certificate } of certificates) {
    for (let version = 0; version < versions; version += 1) {
      await addCertificateVersion(state, {
        ...certificate,
        validityDays: validDays,
        ...(subject !== undefined && { subject }),
        // The newest by its time: those of one second would be in no order.
        now: Date.now() - (versions - 1 - version) * 1000,
      });
    }
  }
  for (const { operations, ...key } of keys) await addKey(state, { ...key, ...(operations && { operations }) });
  for (const { contentType, ...secret } of secrets)
    setSecret(state, { ...secret, ...(contentType && { contentType }) });
}

async function registerCertificate(
  state: CloudState,
  displayName: string,
  certificate: Seed['registrations'][number]['certificates'][number],
): Promise<void> {
  const registration = state.registrations.find((one) => one.displayName === displayName);
  if (registration === undefined) return;
  if (certificate === 'generate') {
    const { der } = await addCertificateVersion(state, { name: generatedName(displayName), exportable: true });
    addCertificate(registration, der);
  } else if ('pem' in certificate) {
    addCertificate(registration, certificate.pem);
  } else {
    // Every version, so that an old and a new one overlap as they should.
    const wanted = certificate.vault.toLowerCase();
    for (const { name, der } of state.vaultCertificates) {
      if (name.toLowerCase() === wanted) addCertificate(registration, der);
    }
  }
}
