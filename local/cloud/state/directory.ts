/** What Entra knows: tenants, app registrations, and the enterprise applications that consent makes of them. */

import { z } from 'zod';
import { appRole } from './app-role.ts';
import { jwk } from './jwk.ts';
import { registration } from './registration.ts';

/**
 * A policy that keeps apps from getting tokens. It covers an app that is registered in this very tenant for this tenant
 * alone, and no multitenant one: https://learn.microsoft.com/entra/identity/conditional-access/workload-identity.
 */
const conditionalAccessPolicy = z.strictObject({
  /** GUID. */
  id: z.string(),
  displayName: z.string(),
  /** Client ids. */
  blockedApps: z.array(z.string()),
});

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
  /** The national cloud that the tenant is in: this one knows it, and serves it not. Absent for a tenant of this cloud. */
  nationalCloud: z.enum(['microsoftonline.us', 'partner.microsoftonline.cn']).exactOptional(),
  /**
   * APIs whose service principal the tenant lacks, as it has no licence for the service, or has disabled, as its
   * subscription lapsed. Any other API of the cloud is there.
   */
  unavailableResources: z
    .array(z.strictObject({ resource: z.string(), state: z.enum(['missing', 'disabled']) }))
    .exactOptional(),
  conditionalAccess: z.array(conditionalAccessPolicy).exactOptional(),
});

const enterpriseApp = z.strictObject({
  /** Object id of the service principal in this tenant: the `oid` of its tokens. */
  objectId: z.string(),
  tenantId: z.string(),
  appId: z.string(),
  /** `grantedAt` in epoch milliseconds; as old as the consent when absent. */
  grantedAppRoles: z.array(appRole.extend({ grantedAt: z.number().exactOptional() })),
  /** Epoch milliseconds. */
  consentedAt: z.number(),
  /** False when the tenant's administrator disabled it ("Enabled for users to sign in?"); absent means true. */
  accountEnabled: z.boolean().exactOptional(),
});

/** An identity provider beside Entra, whose tokens a federated credential may trust. */
const externalIssuer = z.strictObject({
  /** To the letter what its tokens have as `iss`. */
  issuer: z.string(),
  /** Where it publishes its keys. On this machine: the cloud asks nobody else. */
  jwksUri: z.string().regex(/^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?\//, 'must be a loopback URL'),
});

export const directoryState = {
  tenants: z.array(tenant),
  registrations: z.array(registration),
  enterpriseApps: z.array(enterpriseApp),
  /** Enterprise applications deleted so lately that their name is still taken. Epoch milliseconds. */
  deletedEnterpriseApps: z.array(z.strictObject({ tenantId: z.string(), appId: z.string(), deletedAt: z.number() })),
  externalIssuers: z.array(externalIssuer),
  /**
   * How long after the click a consent takes to arrive, in milliseconds: first the principal, later its roles. And how
   * long the name of a deleted principal stays taken, during which a new consent fails; not at all when absent.
   */
  propagation: z.strictObject({
    enterpriseApp: z.number(),
    roles: z.number(),
    deletion: z.number().exactOptional(),
  }),
  /** Bounds between which Entra draws the lifetime of each access token; Microsoft's own 60 to 90 minutes if not given. */
  tokenLifetimeSeconds: z
    .strictObject({ min: z.int().min(0), max: z.int().min(0) })
    .refine(({ min, max }) => min <= max, { path: ['max'], message: 'must not be less than min' })
    .exactOptional(),
  /**
   * How many identical token requests within how many seconds are taken for a loop; none when absent, so that a load test
   * of something else is not cut short. Microsoft names 15 within 300 seconds for apps with a user:
   * https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes#looping-clients-will-be-interrupted.
   */
  loopDetection: z.strictObject({ requests: z.int().min(1), seconds: z.int().min(1) }).exactOptional(),
};

export const emptyDirectory = () => ({
  tenants: [],
  registrations: [],
  enterpriseApps: [],
  deletedEnterpriseApps: [],
  externalIssuers: [],
  propagation: { enterpriseApp: 0, roles: 0 },
});

export type { AppRole } from './app-role.ts';
export type { Registration } from './registration.ts';
export type Tenant = z.infer<typeof tenant>;
export type EnterpriseApp = z.infer<typeof enterpriseApp>;
