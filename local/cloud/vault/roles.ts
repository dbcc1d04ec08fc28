/** The built-in data roles of a vault with role-based access control, and who holds them. */

import type { CloudState, VaultRole } from '../state.ts';

/** A data action without its prefix `Microsoft.KeyVault/vaults/`. */
export type DataAction =
  | `certificates/${'read' | 'delete'}`
  | `certificates/${'create' | 'import' | 'update' | 'recover' | 'purge'}/action`
  | `keys/${'read' | 'delete'}`
  | `keys/${'create' | 'update' | 'rotate' | 'recover' | 'purge'}/action`
  | `keys/${'sign' | 'verify' | 'wrap' | 'unwrap' | 'encrypt' | 'decrypt'}/action`
  | 'secrets/delete'
  | `secrets/${'getSecret' | 'setSecret' | 'readMetadata' | 'update' | 'recover' | 'purge'}/action`;

/**
 * Their data actions, as https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security lists them.
 * Certificate User may fetch secrets as well: that is how exportable certificates are downloaded.
 */
const granted: Record<VaultRole, readonly string[]> = {
  'Key Vault Administrator': ['*'],
  'Key Vault Certificates Officer': ['certificates/*'],
  'Key Vault Certificate User': [
    'certificates/read',
    'secrets/getSecret/action',
    'secrets/readMetadata/action',
    'keys/read',
  ],
  'Key Vault Crypto Officer': ['keys/*'],
  'Key Vault Crypto User': [
    'keys/read',
    'keys/update/action',
    'keys/encrypt/action',
    'keys/decrypt/action',
    'keys/wrap/action',
    'keys/unwrap/action',
    'keys/sign/action',
    'keys/verify/action',
  ],
  'Key Vault Crypto Service Encryption User': ['keys/read', 'keys/wrap/action', 'keys/unwrap/action'],
  'Key Vault Secrets Officer': ['secrets/*'],
  'Key Vault Secrets User': ['secrets/getSecret/action', 'secrets/readMetadata/action'],
  'Key Vault Reader': ['*/read', 'secrets/readMetadata/action'],
};

export const allows = (role: VaultRole, action: DataAction): boolean =>
  granted[role].some((pattern) => {
    const [before = '', after] = pattern.split('*');
    return after === undefined ? pattern === action : action.startsWith(before) && action.endsWith(after);
  });

/** The roles of a principal that have arrived: those that an identity has had since long ago, and what was assigned since. */
export function rolesOf(state: CloudState, principalId: string, now: number): VaultRole[] {
  const arrives = state.vault?.rolePropagationMilliseconds ?? 0;
  return [
    ...(state.identities.find((identity) => identity.principalId === principalId)?.vaultRoles ?? []),
    ...state.vaultRoleAssignments
      .filter((one) => one.principalId === principalId && one.assignedAt + arrives <= now)
      .map(({ role }) => role),
  ];
}

/** Assigns a role in the vault to a managed identity, an enterprise application or a user, by object id. */
export function assignVaultRole(
  state: CloudState,
  { principalId, role, now = Date.now() }: { principalId: string; role: VaultRole; now?: number },
): void {
  if (state.vaultRoleAssignments.some((one) => one.principalId === principalId && one.role === role)) return;
  state.vaultRoleAssignments.push({ principalId, role, assignedAt: now });
}

/** Takes a role away at once, whichever way it was given. */
export function removeVaultRole(state: CloudState, principalId: string, role: VaultRole): void {
  state.vaultRoleAssignments = state.vaultRoleAssignments.filter(
    (one) => one.principalId !== principalId || one.role !== role,
  );
  const identity = state.identities.find((one) => one.principalId === principalId);
  if (identity !== undefined) identity.vaultRoles = identity.vaultRoles.filter((one) => one !== role);
}
