/** An app as its vendor registered it, with all by which it can prove itself. */

import { z } from 'zod';
import { appRole } from './app-role.ts';

/** Microsoft's own bound: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations. */
export const MOST_FEDERATED_CREDENTIALS = 20;

const registeredCertificate = z.strictObject({
  /** base64url of SHA-256 over the DER bytes: what an assertion names in `x5t#S256`. */
  thumbprint: z.string(),
  /** The certificate itself, base64 of DER. Public part only, as on a real app registration. */
  der: z.string(),
});

/** As https://learn.microsoft.com/graph/api/resources/passwordcredential shows one: its value is told once and not kept. */
const clientSecret = z.strictObject({
  /** The "Secret ID" of the portal, which people paste in place of the value. */
  keyId: z.string(),
  displayName: z.string().exactOptional(),
  /** The first three characters of the value. */
  hint: z.string().length(3),
  /** base64url of SHA-256 over the value. */
  digest: z.string().regex(/^[\w-]{43}$/, 'must be base64url of SHA-256'),
  /** Epoch milliseconds. */
  startsAt: z.number(),
  endsAt: z.number(),
});

/**
 * https://learn.microsoft.com/graph/api/resources/federatedidentitycredential: one audience, and lengths. Whether the
 * values make sense is not looked at; a wrong one fails when a token is exchanged.
 */
const federatedCredential = z.strictObject({
  name: z.string().min(1).max(120),
  /** What `iss` must be, to the letter. For a managed identity `https://login.microsoftonline.com/{tenant}/v2.0`. */
  issuer: z.string().min(1).max(600),
  /** What `sub` must be, to the letter. For a managed identity its object (principal) id. */
  subject: z.string().min(1).max(600),
  audiences: z.array(z.string().min(1).max(600)).length(1),
});

export const registration = z.strictObject({
  /** Client id, a GUID. */
  appId: z.string(),
  displayName: z.string(),
  /** The vendor's verified publisher name, shown on the consent page. */
  publisher: z.string(),
  homeTenantId: z.string(),
  audience: z.enum(['single-tenant', 'multitenant']),
  /** "Allow public client flows": such an app has no credential, and may show none. Absent means false. */
  publicClient: z.boolean().exactOptional(),
  redirectUris: z.array(z.string()),
  requiredAppRoles: z.array(appRole),
  certificates: z.array(registeredCertificate),
  secrets: z.array(clientSecret).exactOptional(),
  federatedCredentials: z.array(federatedCredential).max(MOST_FEDERATED_CREDENTIALS).exactOptional(),
});

export type Registration = z.infer<typeof registration>;
export type RegisteredCertificate = z.infer<typeof registeredCertificate>;
export type ClientSecret = z.infer<typeof clientSecret>;
export type FederatedCredential = z.infer<typeof federatedCredential>;
