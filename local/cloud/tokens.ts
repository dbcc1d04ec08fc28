/**
 * Access tokens of the local cloud: Entra and the managed identity endpoint issue them, Graph and Key Vault check them.
 * Their form is v1 (`ver` 1.0, issuer `https://sts.windows.net/{tid}/`), which is what Microsoft's own APIs get:
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference. The token that a managed identity
 * gets for the token exchange alone is v2, as that API asks for.
 */

import { randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { CloudContext } from './cloud.ts';
import { type AccessTokenClaims, isForTokenExchange, readClaims, TOKEN_EXCHANGE } from './entra/claims.ts';
import { signingKeyOf } from './entra/signing-keys.ts';
import type { ServiceName } from './faults/fault-rule.ts';
import type { Tenant } from './state.ts';

export type { AccessTokenClaims } from './entra/claims.ts';

interface AccessTokenOptions {
  /** Who issues: by its clock. */
  issuedBy: 'entra' | 'identity';
  tenantId: string;
  /** Becomes `aud` to the letter, but for `api://AzureADTokenExchange`. */
  resource: string;
  appId: string;
  /** Object id of the service principal in that tenant. */
  objectId: string;
  appidacr: '1' | '2';
  roles: string[];
  lifetimeSeconds: number;
  /** Graph's tokens name the app: https://github.com/MicrosoftDocs/azure-docs/issues/50421. */
  appDisplayName?: string;
}

export type TokenRefusal = 'missing' | 'malformed' | 'audience' | 'expired' | 'signature' | 'issuer' | 'not-yet-valid';

/** Entra dates `iat` and `nbf` five minutes back, so that a resource whose clock is late takes the token at once. */
const BACKDATED_SECONDS = 300;
const CLOCK_TOLERANCE_SECONDS = 5;

export const issuerOf = (tenantId: string): string => `https://sts.windows.net/${tenantId}/`;

/**
 * The issuer of v2 tokens is Microsoft's own, although nothing of this cloud is found there, so that a federated
 * credential holds here the same words as in a real tenant. Whoever checks such a token here takes the tenant out of it.
 */
export const v2IssuerOf = (tenantId: string): string => `https://login.microsoftonline.com/${tenantId}/v2.0`;

/** What may be published of the tenant's key: an entry of its key set. */
export const verificationKey = (tenant: Tenant): JWK & { kid: string } => signingKeyOf(tenant).published;

/** Signs any claims with the tenant's key, as Entra would. Everything but tests goes through `issueAccessToken`. */
export function signAccessToken(tenant: Tenant, claims: JWTPayload): Promise<string> {
  const { kid, privateKey } = signingKeyOf(tenant);
  return new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: kid, kid }).sign(privateKey);
}

/** @throws Error when the cloud has no such tenant: a caller answers for that before it asks for a token. */
export async function issueAccessToken(
  cloud: CloudContext,
  options: AccessTokenOptions,
): Promise<{ token: string; expiresIn: number }> {
  const tenant = cloud.state.tenants.find(({ id }) => id === options.tenantId);
  if (tenant === undefined) throw new Error(`There is no tenant ${options.tenantId} in the local cloud.`);
  const now = Math.floor(cloud.now(options.issuedBy) / 1000);
  const common = {
    iat: now - BACKDATED_SECONDS,
    nbf: now - BACKDATED_SECONDS,
    exp: now + options.lifetimeSeconds,
    // Both are opaque on purpose: a client that reads anything into them fails here as there.
    aio: randomBytes(24).toString('base64url'),
    rh: `1.A${randomBytes(18).toString('base64url')}.`,
    idtyp: 'app',
    oid: options.objectId,
    sub: options.objectId,
    tid: tenant.id,
    ...(options.roles.length > 0 && { roles: options.roles }),
    uti: randomBytes(16).toString('base64url'),
  };
  const token = await signAccessToken(
    tenant,
    isForTokenExchange(options.resource)
      ? {
          aud: TOKEN_EXCHANGE.appId,
          iss: v2IssuerOf(tenant.id),
          ...common,
          azp: options.appId,
          azpacr: options.appidacr,
          ver: '2.0',
        }
      : {
          aud: options.resource,
          iss: issuerOf(tenant.id),
          ...common,
          ...(options.appDisplayName !== undefined && { app_displayname: options.appDisplayName }),
          appid: options.appId,
          appidacr: options.appidacr,
          idp: issuerOf(tenant.id),
          ver: '1.0',
        },
  );
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
  let unverified: JWTPayload;
  let kid: string | undefined;
  try {
    unverified = decodeJwt(bearer);
    kid = decodeProtectedHeader(bearer).kid;
  } catch {
    return { refused: 'malformed' };
  }
  const issuer = unverified.aud === TOKEN_EXCHANGE.appId ? v2IssuerOf : issuerOf;
  const tenant = cloud.state.tenants.find(({ id }) => issuer(id) === unverified.iss);
  if (tenant === undefined) return { refused: 'issuer' };
  const key = signingKeyOf(tenant);
  if (kid !== key.kid) return { refused: 'signature' };
  try {
    const { payload } = await jwtVerify(bearer, key.publicKey, {
      algorithms: ['RS256'],
      audience: audiences.map((one) => (isForTokenExchange(one) ? TOKEN_EXCHANGE.appId : one)),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(cloud.now(service)),
    });
    const claims = readClaims(payload);
    if (claims === undefined) return { refused: 'malformed' };
    return claims.tid === tenant.id ? { claims } : { refused: 'issuer' };
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
