/** The tenant in an Entra URL: a GUID, a verified domain, or one of the names that stand for no tenant in particular. */

import type { CloudState, Tenant } from '../state.ts';
import { EntraError } from './aadsts.ts';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const domain = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/i;

type TenantName = 'common' | 'organizations' | 'consumers';

export const isGuid = (value: string): boolean => guid.test(value);

export const isTenantName = (segment: string): segment is TenantName =>
  segment === 'common' || segment === 'organizations' || segment === 'consumers';

export const isTenantIdentifier = (segment: string): boolean => guid.test(segment) || domain.test(segment);

export function findTenant(state: CloudState, segment: string): Tenant | undefined {
  const wanted = segment.toLowerCase();
  return state.tenants.find(({ id, domain }) => id.toLowerCase() === wanted || domain.toLowerCase() === wanted);
}

/**
 * A tenant of another cloud is known here and not served. To whoever has a credential Entra says 900382
 * (https://github.com/Azure/ms-rest-nodeauth/issues/110), to whoever signs in 90038.
 */
export function requireTenantOfThisCloud(tenant: Tenant, asked: 'with-credential' | 'in-browser'): void {
  const { id, domain, nationalCloud } = tenant;
  if (nationalCloud === undefined) return;
  const options = { reason: `tenant is in the national cloud ${nationalCloud}`, tenantId: id };
  if (asked === 'with-credential') {
    throw new EntraError(900382, 'Confidential Client is not supported in Cross Cloud request.', options);
  }
  throw new EntraError(
    90038,
    `Tenant '${domain}' request is being redirected to the National Cloud '${nationalCloud}'.`,
    options,
  );
}

/** @throws EntraError 900023 for what is neither a GUID nor a domain, 90002 for a tenant that does not exist. */
export function requireTenant(state: CloudState, segment: string): Tenant {
  if (!isTenantIdentifier(segment)) {
    throw new EntraError(
      900023,
      `Specified tenant identifier '${segment}' is neither a valid DNS name, nor a valid external domain.`,
      { reason: 'tenant is neither a GUID nor a domain' },
    );
  }
  const tenant = findTenant(state, segment);
  if (tenant === undefined) {
    throw new EntraError(
      90002,
      `Tenant '${segment}' not found. Check to make sure you have the correct tenant ID and are signing into the ` +
        'correct cloud. Check with your subscription administrator, this may happen if there are no active ' +
        'subscriptions for the tenant.',
      { reason: 'tenant does not exist' },
    );
  }
  return tenant;
}
