/** The built-in data roles of a vault with role-based access control, and who holds them. */

import type { CloudState, VaultRole } from '../state.ts';
import { roleAndScope, type VaultScope } from '../state/azure-roles.ts';

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

export interface HeldRole {
  role: VaultRole;
  /** The whole vault if not given. */
  scope?: VaultScope;
}

/**
 * Whether it reaches this path below the vault. A role on one key says nothing about the list of all keys, nor a role on a
 * certificate about the key of the same name: https://learn.microsoft.com/azure/key-vault/general/rbac-guide.
 */
export const reaches = ({ scope }: HeldRole, resource: string): boolean =>
  scope === undefined || scope.toLowerCase() === resource.toLowerCase();

/** The roles of a principal that have arrived: those that an identity has had since long ago, and what was assigned since. */
export function rolesOf(state: CloudState, principalId: string, now: number): HeldRole[] {
  const arrives = state.vault?.rolePropagationMilliseconds ?? 0;
  return [
    ...(state.identities.find((identity) => identity.principalId === principalId)?.vaultRoles.map(roleAndScope) ?? []),
    ...state.vaultRoleAssignments.filter((one) => one.principalId === principalId && one.assignedAt + arrives <= now),
  ];
}

/** Assigns a role in the vault to a managed identity, an enterprise application or a user, by object id. */
export function assignVaultRole(
  state: CloudState,
  { principalId, now = Date.now(), ...held }: HeldRole & { principalId: string; now?: number },
): void {
  const { role, scope } = held;
  const has = state.vaultRoleAssignments.filter((one) => one.principalId === principalId && one.role === role);
  if (has.some((one) => one.scope === scope)) return;
  state.vaultRoleAssignments.push({ principalId, ...held, assignedAt: now });
}

/** Takes a role away at once, whichever way and wherever it was given. */
export function removeVaultRole(state: CloudState, principalId: string, role: VaultRole): void {
  state.vaultRoleAssignments = state.vaultRoleAssignments.filter(
    (one) => one.principalId !== principalId || one.role !== role,
  );
  const identity = state.identities.find((one) => one.principalId === principalId);
  if (identity !== undefined)
    identity.vaultRoles = identity.vaultRoles.filter((one) => roleAndScope(one).role !== role);
}
