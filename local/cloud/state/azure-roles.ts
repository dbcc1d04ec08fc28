/** The built-in roles of Azure that the local cloud assigns, by their names. */

import { z } from 'zod';

/** Data roles of a vault: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security. */
export const vaultRole = z.enum([
  'Key Vault Administrator',
  'Key Vault Certificates Officer',
  'Key Vault Certificate User',
  'Key Vault Crypto Officer',
  'Key Vault Crypto User',
  'Key Vault Crypto Service Encryption User',
  'Key Vault Secrets Officer',
  'Key Vault Secrets User',
  'Key Vault Reader',
]);

/** Data roles of Storage: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage. */
const storageRole = z.enum([
  'Storage Blob Data Owner',
  'Storage Blob Data Contributor',
  'Storage Blob Data Reader',
  'Storage Queue Data Contributor',
  'Storage Queue Data Reader',
  'Storage Queue Data Message Processor',
  'Storage Queue Data Message Sender',
  'Storage Table Data Contributor',
  'Storage Table Data Reader',
]);

/**
 * A role on the whole vault or account by its name alone, or on one thing in it: Azure takes both,
 * https://learn.microsoft.com/azure/key-vault/general/rbac-guide and
 * https://learn.microsoft.com/azure/storage/tables/assign-azure-role-data-access.
 */
function scopeOf<Kind extends string>(kinds: readonly Kind[]) {
  return z.templateLiteral([z.enum(kinds), '/', z.string().regex(/^[\w$-]+$/)]);
}

const assigned = <Role extends z.ZodEnum, Kind extends string>(role: Role, kinds: readonly Kind[]) => {
  const wrong = `must be one of ${role.options.join(', ')}, or { role, scope } with a scope such as ${kinds[0]}/name`;
  return z.union([role, z.strictObject({ role, scope: scopeOf(kinds) })], { error: wrong });
};

const vaultScopeKinds = ['keys', 'secrets', 'certificates'] as const;

export const vaultScope = scopeOf(vaultScopeKinds);
export const assignedVaultRole = assigned(vaultRole, vaultScopeKinds);
export const assignedStorageRole = assigned(storageRole, ['tables', 'queues', 'containers']);

export type VaultRole = z.infer<typeof vaultRole>;
export type StorageRole = z.infer<typeof storageRole>;
export type VaultScope = z.infer<typeof vaultScope>;
export type AssignedVaultRole = z.infer<typeof assignedVaultRole>;
export type AssignedStorageRole = z.infer<typeof assignedStorageRole>;

/** The role, and where it holds; without a scope everywhere. */
export const roleAndScope = <Role extends string, Scope>(
  one: Role | { role: Role; scope: Scope },
): { role: Role; scope?: Scope } => (typeof one === 'string' ? { role: one } : one);
