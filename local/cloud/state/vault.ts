/** What the Azure subscription of the vendor holds: managed identities, and the vault with its keys and certificates. */

import { z } from 'zod';
import { jwk } from './jwk.ts';

const vaultRole = z.enum(['Key Vault Certificate User', 'Key Vault Crypto User', 'Key Vault Reader']);

const managedIdentity = z.strictObject({
  clientId: z.string(),
  principalId: z.string(),
  name: z.string(),
  /** The tenant it lives in; the first registration's home tenant if not given. */
  tenantId: z.string().exactOptional(),
  /** What the identity may do in the vault; without any of them the vault answers 403. */
  vaultRoles: z.array(vaultRole),
});

const vaultKey = z.strictObject({
  name: z.string(),
  /** 32 hexadecimal digits, as Key Vault names versions. */
  version: z.string(),
  /** Private JWK. It is never given out: only sign, wrap and unwrap use it. */
  jwk,
  operations: z.array(z.enum(['sign', 'verify', 'wrapKey', 'unwrapKey'])),
  /** Epoch seconds. */
  created: z.number(),
});

const vaultCertificate = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** base64 of DER. */
  der: z.string(),
  exportable: z.boolean(),
  /** Epoch seconds. */
  created: z.number(),
  notBefore: z.number(),
  expires: z.number(),
});

export const vaultState = {
  identities: z.array(managedIdentity),
  vaultKeys: z.array(vaultKey),
  vaultCertificates: z.array(vaultCertificate),
};

export const emptyVault = () => ({ identities: [], vaultKeys: [], vaultCertificates: [] });

export type ManagedIdentity = z.infer<typeof managedIdentity>;
export type VaultRole = z.infer<typeof vaultRole>;
export type VaultKey = z.infer<typeof vaultKey>;
export type VaultCertificate = z.infer<typeof vaultCertificate>;
