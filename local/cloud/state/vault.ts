/** What the Azure subscription of the vendor holds: managed identities, and the vault with all that is in it. */

import { z } from 'zod';
import { assignedStorageRole, assignedVaultRole, vaultRole, vaultScope } from './azure-roles.ts';
import { jwk } from './jwk.ts';
import { vaultSettings } from './vault-settings.ts';

const managedIdentity = z.strictObject({
  clientId: z.string(),
  principalId: z.string(),
  name: z.string(),
  /** The tenant it lives in; the first registration's home tenant if not given. */
  tenantId: z.string().exactOptional(),
  /** Whether it is the app's own identity, which answers where no other is asked for; user-assigned if not given. */
  systemAssigned: z.boolean().exactOptional(),
  /** What the identity may do in the vault since long ago; without any of them the vault answers 403. */
  vaultRoles: z.array(assignedVaultRole),
  /** What the identity may do in the storage account; whatever a function app needs if not given. */
  storageRoles: z.array(assignedStorageRole).exactOptional(),
});

/** A role that was assigned to a principal of the vault's tenant: an identity, an enterprise application, a user. */
const vaultRoleAssignment = z.strictObject({
  principalId: z.string(),
  role: vaultRole,
  /** The whole vault if not given. */
  scope: vaultScope.exactOptional(),
  /** Epoch milliseconds. */
  assignedAt: z.number(),
});

const version = {
  name: z.string(),
  /** 32 hexadecimal digits, as Key Vault names versions. */
  version: z.string(),
  /** Epoch seconds, as all times of a version. */
  created: z.number(),
  /** As `created` if not given. */
  updated: z.number().exactOptional(),
  /** True if not given. */
  enabled: z.boolean().exactOptional(),
  tags: z.record(z.string(), z.string()).exactOptional(),
};
const validity = { notBefore: z.number().exactOptional(), expires: z.number().exactOptional() };

const vaultKey = z.strictObject({
  ...version,
  ...validity,
  /** Private JWK. It never leaves the vault but in the secret of an exportable certificate. */
  jwk,
  operations: z.array(z.enum(['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'])),
});

const certificateContentType = z.enum(['application/x-pem-file', 'application/x-pkcs12']);

/** Its key has the same name and version. Its secret is made of both when it is asked for. */
const vaultCertificate = z.strictObject({
  ...version,
  /** base64 of DER. */
  der: z.string(),
  /** Further certificates that were imported with it, base64 of DER. */
  chain: z.array(z.string()).exactOptional(),
  exportable: z.boolean(),
  /** PEM if not given. */
  contentType: certificateContentType.exactOptional(),
  notBefore: z.number(),
  expires: z.number(),
});

const vaultSecret = z.strictObject({
  ...version,
  ...validity,
  value: z.string(),
  contentType: z.string().exactOptional(),
});

/** By what rules the next version of a certificate is made. One that has none is described by its newest version. */
const vaultCertificatePolicy = z.strictObject({
  name: z.string(),
  exportable: z.boolean(),
  keySize: z.number(),
  reuseKey: z.boolean(),
  contentType: certificateContentType,
  /** Distinguished name: `CN=tenantpost`. */
  subject: z.string(),
  dnsNames: z.array(z.string()),
  emails: z.array(z.string()),
  /** Object identifiers. */
  ekus: z.array(z.string()),
  keyUsage: z.array(z.string()),
  validityMonths: z.number(),
  /** `Unknown` after an import. */
  issuer: z.enum(['Self', 'Unknown']),
  lifetimeActions: z.array(
    z.strictObject({
      action: z.enum(['AutoRenew', 'EmailContacts']),
      lifetimePercentage: z.number().exactOptional(),
      daysBeforeExpiry: z.number().exactOptional(),
    }),
  ),
  created: z.number(),
  updated: z.number(),
});

/** The making of a certificate's next version, at most one a name. */
const vaultPendingCertificate = z.strictObject({
  name: z.string(),
  requestId: z.string(),
  /** base64 of DER. */
  csr: z.string(),
  /** The making that was deleted leaves a certificate that has no version yet. */
  status: z.enum(['inProgress', 'completed', 'cancelled', 'deleted']),
  cancellationRequested: z.boolean(),
  /** Epoch milliseconds. */
  readyAt: z.number(),
  /** What it becomes. Kept apart until it is ready. */
  certificate: vaultCertificate.exactOptional(),
  key: vaultKey.exactOptional(),
});

/** All versions of a name, deleted at once. They stay where they are: this entry is what hides them. */
const vaultDeletion = z.strictObject({
  collection: z.enum(['certificates', 'keys', 'secrets']),
  name: z.string(),
  /** Epoch seconds. */
  deletedAt: z.number(),
  scheduledPurge: z.number(),
  /** Epoch milliseconds; until then the deletion is under way. */
  settledAt: z.number(),
  /** Epoch milliseconds: when it is recovered, once that was asked for. */
  recoveredAt: z.number().exactOptional(),
});

export const vaultState = {
  vault: vaultSettings.exactOptional(),
  identities: z.array(managedIdentity),
  vaultRoleAssignments: z.array(vaultRoleAssignment),
  vaultKeys: z.array(vaultKey),
  vaultCertificates: z.array(vaultCertificate),
  vaultSecrets: z.array(vaultSecret),
  vaultCertificatePolicies: z.array(vaultCertificatePolicy),
  vaultPendingCertificates: z.array(vaultPendingCertificate),
  vaultDeletions: z.array(vaultDeletion),
};

export const emptyVault = () => ({
  identities: [],
  vaultRoleAssignments: [],
  vaultKeys: [],
  vaultCertificates: [],
  vaultSecrets: [],
  vaultCertificatePolicies: [],
  vaultPendingCertificates: [],
  vaultDeletions: [],
});

export type ManagedIdentity = z.infer<typeof managedIdentity>;
export type VaultKey = z.infer<typeof vaultKey>;
export type VaultCertificate = z.infer<typeof vaultCertificate>;
export type VaultSecret = z.infer<typeof vaultSecret>;
export type VaultCertificatePolicy = z.infer<typeof vaultCertificatePolicy>;
export type VaultPendingCertificate = z.infer<typeof vaultPendingCertificate>;
export type VaultDeletion = z.infer<typeof vaultDeletion>;
