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
export const storageRole = z.enum([
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

export type VaultRole = z.infer<typeof vaultRole>;
export type StorageRole = z.infer<typeof storageRole>;
