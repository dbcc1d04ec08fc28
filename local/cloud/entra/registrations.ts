/** Which app a request comes from, and whether that app is known in the tenant that it names. */

import type { CloudState, Registration } from '../state.ts';
import { EntraError } from './aadsts.ts';

/**
 * The registration, as far as the tenant can see it: a single-tenant app is unknown everywhere but at home.
 *
 * @throws EntraError 700016
 */
export function requireRegistration(
  state: CloudState,
  clientId: string,
  tenant: { id: string; displayName: string },
): Registration {
  const registration = findRegistration(state, clientId);
  const visible = registration?.audience === 'multitenant' || registration?.homeTenantId === tenant.id;
  if (registration !== undefined && visible) return registration;
  throw unknownApplication(clientId, tenant, registration && 'single-tenant app asked for another tenant');
}

export function findRegistration(state: CloudState, clientId: string): Registration | undefined {
  return state.registrations.find(({ appId }) => appId.toLowerCase() === clientId.toLowerCase());
}

export function unknownApplication(
  clientId: string,
  tenant: { id?: string; displayName: string },
  reason = 'client is not registered',
): EntraError {
  return new EntraError(
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'. This can ` +
      'happen if the application has not been installed by the administrator of the tenant or consented to by any ' +
      'user in the tenant. You may have sent your authentication request to the wrong tenant.',
    { reason, ...(tenant.id !== undefined && { tenantId: tenant.id }) },
  );
}
