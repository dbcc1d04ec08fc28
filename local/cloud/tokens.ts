/**
 * Access tokens of the local cloud: Entra and the managed identity endpoint issue them, Graph and Key Vault check them.
 * Their form is v1 (`ver` 1.0, issuer `https://sts.windows.net/{tid}/`), which is what Microsoft's own APIs get:
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
 */

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { z } from 'zod';
import type { CloudContext } from './cloud.ts';
import type { ServiceName } from './faults/fault-rule.ts';
import type { Tenant } from './state.ts';

export interface AccessTokenClaims {
  /** The resource that the token is for, as it was asked for: `https://graph.microsoft.com`. */
  aud: string;
  /** `https://sts.windows.net/{tid}/` */
  iss: string;
  tid: string;
  /** Object id of the service principal in the tenant. */
  oid: string;
  sub: string;
  /** Client id. */
  appid: string;
  /** How the app proved itself: 1 with a secret, 2 with a certificate or an assertion. */
  appidacr: '1' | '2';
  idtyp: 'app';
  /** The application permissions granted for this resource; absent when there are none. */
  roles?: string[];
  exp: number;
  iat: number;
  nbf: number;
  ver: '1.0';
  uti: string;
}

interface AccessTokenOptions {
  /** Who issues: by its clock. */
  issuedBy: 'entra' | 'identity';
  tenantId: string;
  /** Becomes `aud` to the letter. */
  resource: string;
  appId: string;
  /** Object id of the service principal in that tenant. */
  objectId: string;
  appidacr: '1' | '2';
  roles: string[];
  lifetimeSeconds: number;
}

export type TokenRefusal = 'missing' | 'malformed' | 'audience' | 'expired' | 'signature' | 'issuer' | 'not-yet-valid';

/** Entra dates `iat` and `nbf` five minutes back, so that a resource whose clock is late takes the token at once. */
const BACKDATED_SECONDS = 300;
const CLOCK_TOLERANCE_SECONDS = 5;

const claimsSchema = z.object({
  aud: z.string(),
  iss: z.string(),
  tid: z.string(),
  oid: z.string(),
  sub: z.string(),
  appid: z.string(),
  appidacr: z.enum(['1', '2']),
  idtyp: z.literal('app'),
  roles: z.array(z.string()).min(1).exactOptional(),
  exp: z.number(),
  iat: z.number(),
  nbf: z.number(),
  ver: z.literal('1.0'),
  uti: z.string(),
});

export const issuerOf = (tenantId: string): string => `https://sts.windows.net/${tenantId}/`;

/** A private key with the `kid` under which its public part is published. */
type SigningKey = JWK & { kid: string };

/** The tenant's own key. Made synchronously, so that two first requests cannot make two keys. */
function signingKey(tenant: Tenant): SigningKey {
  const kept = tenant.signingKey;
  if (kept?.kid !== undefined) return { ...kept, kid: kept.kid };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk: JWK = privateKey.export({ format: 'jwk' });
  const kid = createHash('sha1').update(`${jwk.n}.${jwk.e}`).digest('base64url');
  tenant.signingKey = { ...jwk, kid };
  return { ...jwk, kid };
}

const publicPart = z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() });

/** What may be published of the tenant's key: an entry of its key set. */
export function verificationKey(tenant: Tenant): JWK & { kid: string } {
  const jwk = signingKey(tenant);
  return { ...publicPart.parse(jwk), use: 'sig', kid: jwk.kid, x5t: jwk.kid };
}

/** Signs any claims with the tenant's key, as Entra would. Everything but tests goes through `issueAccessToken`. */
export async function signAccessToken(tenant: Tenant, claims: JWTPayload): Promise<string> {
  const jwk = signingKey(tenant);
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: jwk.kid, kid: jwk.kid })
    .sign(await importJWK(jwk, 'RS256'));
}

/** @throws Error when the cloud has no such tenant: a caller answers for that before it asks for a token. */
export async function issueAccessToken(
  cloud: CloudContext,
  options: AccessTokenOptions,
): Promise<{ token: string; expiresIn: number }> {
  const tenant = cloud.state.tenants.find(({ id }) => id === options.tenantId);
  if (tenant === undefined) throw new Error(`There is no tenant ${options.tenantId} in the local cloud.`);
  const now = Math.floor(cloud.now(options.issuedBy) / 1000);
  const claims: AccessTokenClaims = {
    aud: options.resource,
    iss: issuerOf(tenant.id),
    iat: now - BACKDATED_SECONDS,
    nbf: now - BACKDATED_SECONDS,
    exp: now + options.lifetimeSeconds,
    appid: options.appId,
    appidacr: options.appidacr,
    idtyp: 'app',
    oid: options.objectId,
    sub: options.objectId,
    tid: tenant.id,
    ...(options.roles.length > 0 && { roles: options.roles }),
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
  };
  const token = await signAccessToken(tenant, { ...claims });
  return { token, expiresIn: options.lifetimeSeconds };
}

/** The token of an `Authorization: Bearer ...` header; nothing when the header is absent or of another scheme. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

/**
 * The claims of a token that this cloud issued for one of `audiences`, or why it is refused.
 *
 * @param service who checks: by its clock.
 * @param bearer the token alone; take it from the header with `bearerToken`.
 */
export async function verifyAccessToken(
  cloud: CloudContext,
  service: ServiceName,
  bearer: string | undefined,
  audiences: string[],
): Promise<{ claims: AccessTokenClaims } | { refused: TokenRefusal }> {
  if (bearer === undefined || bearer === '') return { refused: 'missing' };
  let issuer: string | undefined;
  let kid: string | undefined;
  try {
    issuer = decodeJwt(bearer).iss;
    kid = decodeProtectedHeader(bearer).kid;
  } catch {
    return { refused: 'malformed' };
  }
  const tenant = cloud.state.tenants.find(({ id }) => issuerOf(id) === issuer);
  if (tenant === undefined) return { refused: 'issuer' };
  const key = verificationKey(tenant);
  if (kid !== key.kid) return { refused: 'signature' };
  try {
    const { payload } = await jwtVerify(bearer, await importJWK(key, 'RS256'), {
      algorithms: ['RS256'],
      audience: audiences,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(cloud.now(service)),
    });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return { refused: 'malformed' };
    return claims.data.tid === tenant.id ? { claims: claims.data } : { refused: 'issuer' };
  } catch (error) {
    return { refused: refusalOf(error) };
  }
}

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  // An `alg` of `none` or HS256 says that nobody signed: refused as a signature, not as a shape.
  if (error instanceof errors.JOSEAlgNotAllowed) return 'signature';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    if (error.claim === 'nbf' && error.reason === 'check_failed') return 'not-yet-valid';
    return 'malformed';
  }
  if (error instanceof errors.JOSEError) return 'malformed';
  throw error;
}
