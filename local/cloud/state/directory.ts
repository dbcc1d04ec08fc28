/** What Entra knows: tenants, app registrations, and the enterprise applications that consent makes of them. */

import { z } from 'zod';
import { jwk } from './jwk.ts';

/** An application permission: `resource` is the API's identifier URI, `role` the value that appears in `roles`. */
const appRole = z.strictObject({ resource: z.string(), role: z.string() });

const tenant = z.strictObject({
  /** GUID. */
  id: z.string(),
  displayName: z.string(),
  /** The domain of its mailboxes, for example `contoso.example`. */
  domain: z.string(),
  /** Who may consent for the tenant: user principal names of its administrators. */
  administrators: z.array(z.string()),
  /** The private key with which Entra signs this tenant's tokens. Made when first needed. */
  signingKey: jwk.exactOptional(),
});

const registeredCertificate = z.strictObject({
  /** base64url of SHA-256 over the DER bytes: what an assertion names in `x5t#S256`. */
  thumbprint: z.string(),
  /** The certificate itself, base64 of DER. Public part only, as on a real app registration. */
  der: z.string(),
});

const registration = z.strictObject({
  /** Client id, a GUID. */
  appId: z.string(),
  displayName: z.string(),
  /** The vendor's verified publisher name, shown on the consent page. */
  publisher: z.string(),
  homeTenantId: z.string(),
  audience: z.enum(['single-tenant', 'multitenant']),
  redirectUris: z.array(z.string()),
  requiredAppRoles: z.array(appRole),
  certificates: z.array(registeredCertificate),
});

const enterpriseApp = z.strictObject({
  /** Object id of the service principal in this tenant: the `oid` of its tokens. */
  objectId: z.string(),
  tenantId: z.string(),
  appId: z.string(),
  grantedAppRoles: z.array(appRole),
  /** Epoch milliseconds. */
  consentedAt: z.number(),
});

export const directoryState = {
  tenants: z.array(tenant),
  registrations: z.array(registration),
  enterpriseApps: z.array(enterpriseApp),
  /** How long after the click a consent takes to arrive, in milliseconds: first the principal, later its roles. */
  propagation: z.strictObject({ enterpriseApp: z.number(), roles: z.number() }),
  /** Bounds between which Entra draws the lifetime of each access token; Microsoft's own 60 to 90 minutes if not given. */
  tokenLifetimeSeconds: z.strictObject({ min: z.number(), max: z.number() }).exactOptional(),
};

export const emptyDirectory = () => ({
  tenants: [],
  registrations: [],
  enterpriseApps: [],
  propagation: { enterpriseApp: 0, roles: 0 },
});

export type AppRole = z.infer<typeof appRole>;
export type Tenant = z.infer<typeof tenant>;
export type Registration = z.infer<typeof registration>;
export type EnterpriseApp = z.infer<typeof enterpriseApp>;
