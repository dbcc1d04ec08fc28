/** What a seed file has of the vendor's Azure subscription: identities, the vault, the storage account. */

import { z } from 'zod';
import { assignedStorageRole, assignedVaultRole } from '../state/azure-roles.ts';
import { storageState } from '../state/storage.ts';
import { vaultState } from '../state/vault.ts';
import { vaultSettings } from '../state/vault-settings.ts';
import { domainName, guid, vaultName } from './names.ts';

export const seedIdentity = z.strictObject({
  name: z.string().min(1),
  /** Made of the name when left out, as the next one. */
  clientId: guid.exactOptional(),
  principalId: guid.exactOptional(),
  /** Domain of its tenant; that of the first registration when left out. */
  tenant: domainName.exactOptional(),
  /** Whether it is the app's own identity, for which nobody has to ask by name. */
  systemAssigned: z.boolean().default(false),
  vaultRoles: z.array(assignedVaultRole).default([]),
  /** All that a function app needs when left out. */
  storageRoles: z.array(assignedStorageRole).exactOptional(),
});

const keySize = z.union([z.literal(2048), z.literal(3072), z.literal(4096)], { error: 'must be 2048, 3072 or 4096' });

const certificate = z.strictObject({
  name: vaultName,
  /** Distinguished name; `CN=` and the name when left out. */
  subject: z.string().regex(/^\w+=/, 'must be a distinguished name, such as CN=app').exactOptional(),
  keySize: keySize.default(2048),
  exportable: z.boolean().default(true),
  /** Negative for one that has expired. */
  validDays: z.int().min(-3650).max(3650).default(365),
  /** How many, of which the last is the newest. */
  versions: z.int().min(1).max(10).default(1),
});

const key = z.strictObject({
  name: vaultName,
  keySize: keySize.default(2048),
  /** All of them when left out. */
  operations: vaultState.vaultKeys.element.shape.operations.min(1).exactOptional(),
});

const secret = z.strictObject({
  name: vaultName,
  value: z.string(),
  contentType: z.string().min(1).exactOptional(),
});

export const seedVault = z.strictObject({
  /** Domain of its tenant; that of the first registration when left out. */
  tenant: domainName.exactOptional(),
  certificates: z.array(certificate).default([]),
  keys: z.array(key).default([]),
  secrets: z.array(secret).default([]),
  ...vaultSettings.omit({ homeTenantId: true }).shape,
});

export const seedStorage = storageState.storageAccount;

export type SeedIdentity = z.output<typeof seedIdentity>;
export type SeedVault = z.output<typeof seedVault>;
