/** What the caller may do: Azure's data actions, the built-in roles that hold them, and the refusal that names both. */

import type { CloudState, VaultRole } from '../state.ts';
import type { AccessTokenClaims } from '../tokens.ts';
import { VaultError } from './vault-error.ts';

/** A data action without its prefix `Microsoft.KeyVault/vaults/`. */
export type DataAction =
  | 'certificates/read'
  | 'keys/read'
  | 'keys/sign/action'
  | 'keys/verify/action'
  | 'keys/wrap/action'
  | 'keys/unwrap/action'
  | 'keys/encrypt/action'
  | 'keys/decrypt/action'
  | 'secrets/getSecret/action';

/**
 * The part of https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security that the local vault
 * has operations for. Certificate User may fetch the secret as well: that is how exportable certificates are downloaded.
 */
const granted: Record<VaultRole, readonly DataAction[]> = {
  'Key Vault Certificate User': ['certificates/read', 'keys/read', 'secrets/getSecret/action'],
  'Key Vault Crypto User': [
    'keys/read',
    'keys/sign/action',
    'keys/verify/action',
    'keys/wrap/action',
    'keys/unwrap/action',
    'keys/encrypt/action',
    'keys/decrypt/action',
  ],
  'Key Vault Reader': ['certificates/read', 'keys/read'],
};

const vaultId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/local/providers/microsoft.keyvault';

/**
 * Roles are found by the token's `oid` and never by its `roles`: application permissions say nothing about a vault.
 *
 * @param resource the path below the vault: `keys/tenantpost`.
 * @throws VaultError 403
 */
export function authorize(state: CloudState, caller: AccessTokenClaims, action: DataAction, resource: string): void {
  const roles = state.identities.find(({ principalId }) => principalId === caller.oid)?.vaultRoles ?? [];
  if (roles.some((role) => granted[role].includes(action))) return;
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
    reason: `no role allows ${action}`,
  });
}
