/** What the caller may do, and the refusal that names him and the data action that he lacks. */

import type { CloudState } from '../state.ts';
import type { AccessTokenClaims } from '../tokens.ts';
import { allows, type DataAction, reaches, rolesOf } from './roles.ts';
import { VaultError } from './vault-error.ts';

const vaultId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/local/providers/microsoft.keyvault';

/**
 * Roles are found by the token's `oid` and never by its `roles`: application permissions say nothing about a vault.
 *
 * @param resource the path below the vault: `keys/tenantpost`.
 * @throws VaultError 403
 */
export function authorize(
  state: CloudState,
  caller: AccessTokenClaims,
  action: DataAction,
  resource: string,
  now: number,
): void {
  const held = rolesOf(state, caller.oid, now).filter((one) => reaches(one, resource));
  if (held.some(({ role }) => allows(role, action))) return;
  throw new VaultError({
    status: 403,
    code: 'Forbidden',
    // Line by line as the service words it: https://github.com/microsoft/AL-Go/issues/1343.
    message: [
      'Caller is not authorized to perform action on resource.',
      'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
      `Caller: appid=${caller.appid};oid=${caller.oid};iss=${caller.iss}`,
      `Action: 'Microsoft.KeyVault/vaults/${action}'`,
      `Resource: '${vaultId}/vaults/local/${resource}'`,
      'Assignment: (not found)',
      'DenyAssignmentId: null',
      'DecisionReason: null ',
      'Vault: local;location=westeurope',
      '',
    ].join('\r\n'),
    innerCode: 'ForbiddenByRbac',
    reason: `no role allows ${action} on ${resource}`,
  });
}
