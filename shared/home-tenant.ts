/**
 * A registration for "accounts in this organizational directory only" works in its home tenant and nowhere else:
 * https://learn.microsoft.com/entra/identity-platform/single-and-multi-tenant-apps. Entra tells the others that there is no
 * such app (AADSTS700016), which reads like a missing consent; so nobody is sent there.
 */

import { TenantpostError } from './errors.ts';

/**
 * @param singleTenantId the home tenant, lower case; undefined for a multitenant registration.
 * @param field where the tenant stands in what was asked, as a JSON pointer.
 * @throws TenantpostError `TENANT_NOT_HOME`
 */
export function requireHome(tenantId: string, singleTenantId: string | undefined, field?: string): void {
  if (singleTenantId === undefined || tenantId.toLowerCase() === singleTenantId) return;
  const message = `The app registration is single-tenant: it works in tenant ${singleTenantId}, and not in ${tenantId}.`;
  const wanted = field === undefined ? {} : { field, expected: `the home tenant ${singleTenantId}` };
  throw new TenantpostError('TENANT_NOT_HOME', message, { detail: { tenantId, ...wanted } });
}
