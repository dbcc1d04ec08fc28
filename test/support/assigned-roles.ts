/** The role assignments of a deployment as the local cloud takes them, and the way to give them to the app's identity. */

import assert from 'node:assert/strict';
import { vendor } from '../../local/cloud/seed.ts';
import { assignedStorageRole, assignedVaultRole } from '../../local/cloud/state/azure-roles.ts';
import type { Stack } from '../../local/stack.ts';
import { routePrefix } from '../../shared/names.ts';
import type { RoleAssignment } from './bicep/role-assignments.ts';

const whole = ['account', 'vault'];

/** Application Insights is not in the local cloud. */
export const isLocal = ({ scopeKind }: RoleAssignment): boolean => scopeKind !== 'component';

/** `table tenants`, as the app names what it may not touch; `the account`, `the vault`. */
export const placeOf = ({ scopeKind, scopeName }: RoleAssignment): string =>
  whole.includes(scopeKind) ? `the ${scopeKind}` : `${scopeKind} ${scopeName}`;

/** All of them, and nothing else, by the control API: they hold from the next request on. */
export async function assignRoles({ cloud }: Stack, assignments: readonly RoleAssignment[]): Promise<void> {
  const roles = assignments.filter(isLocal).map(({ role, scopeKind, scopeName }) => {
    return whole.includes(scopeKind) ? role : { role, scope: `${scopeKind}s/${scopeName}` };
  });
  const response = await fetch(`${cloud.urls.portal}/${routePrefix}/identities/${vendor.identityClientId}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      storageRoles: roles.filter((one) => assignedStorageRole.safeParse(one).success),
      vaultRoles: roles.filter((one) => assignedVaultRole.safeParse(one).success),
    }),
  });
  assert.equal(response.status, 200, await response.text());
}
