/** Whose the domains of Contoso and Fabrikam are, without Entra. */

import type { TenantDirectory } from '../../shared/tenants/tenant-directory.ts';
import { contoso, fabrikam } from './app-identity.ts';

const known = new Map([
  ['contoso.example', contoso],
  ['fabrikam.example', fabrikam],
]);

export function aDirectory(): TenantDirectory {
  return { findByDomain: (domain) => Promise.resolve(known.get(domain)) };
}
