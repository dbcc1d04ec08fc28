/** Federated credentials of an app registration: whose tokens the app may show in place of a secret or certificate. */

import { type FederatedCredential, MOST_FEDERATED_CREDENTIALS, type Registration } from '../state/registration.ts';
import { InvalidCredentialError } from './invalid-credential.ts';

/**
 * Issuer, subject and audience are taken as they are: Entra does not check them either, and a wrong one fails at the
 * exchange (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
 *
 * @throws InvalidCredentialError for a 21st, for a name that is taken, and for an issuer with a subject that is.
 */
export function addFederatedCredential(registration: Registration, credential: FederatedCredential): void {
  const others = registration.federatedCredentials ?? [];
  if (others.length >= MOST_FEDERATED_CREDENTIALS) {
    throw new InvalidCredentialError(`An app has at most ${MOST_FEDERATED_CREDENTIALS} federated credentials.`);
  }
  const { name, issuer, subject } = credential;
  if (others.some((one) => one.name === name)) {
    throw new InvalidCredentialError(`The app has a federated credential named "${name}".`);
  }
  if (others.some((one) => one.issuer === issuer && one.subject === subject)) {
    throw new InvalidCredentialError('The app has a federated credential with this issuer and subject.');
  }
  registration.federatedCredentials = [...others, credential];
}

/** @returns whether there was such a credential. */
export function removeFederatedCredential(registration: Registration, name: string): boolean {
  const before = registration.federatedCredentials ?? [];
  registration.federatedCredentials = before.filter((one) => one.name !== name);
  return registration.federatedCredentials.length < before.length;
}
