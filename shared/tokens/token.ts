/** An app-only access token, and the check that it is the one that was asked for. */

import { decodeJwt } from 'jose';
import { z } from 'zod';
import { TenantpostError } from '../errors.ts';
import type { Resource } from '../resource.ts';

export interface Token {
  /** The bearer token itself. Never logged, never stored unencrypted. */
  readonly value: string;
  /** Lower case, as the two that follow it. */
  readonly tenantId: string;
  readonly clientId: string;
  /** Identifier URI of the resource in its cloud. */
  readonly audience: string;
  readonly resource: Resource;
  /** When its life began, epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Application permissions that Entra put into it; none right after a consent that has not arrived yet. */
  readonly roles: readonly string[];
  /** Object id of the enterprise application in the tenant. */
  readonly objectId: string;
}

/** What a token must be for. */
export interface TokenExpectation {
  /** Lower case. */
  readonly tenantId: string;
  readonly resource: Resource;
  /** Identifier URI of the resource in this cloud. */
  readonly audience: string;
  /** Client id of our app registration, lower case. */
  readonly clientId: string;
  /** Whether an issuer belongs to another of Microsoft's clouds. */
  readonly isForeignIssuer: (issuer: string) => boolean;
}

// v1 tokens name the app `appid`, v2 tokens `azp`. Which one an API gets is the API's choice:
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
const claimsSchema = z.object({
  aud: z.string(),
  iss: z.string(),
  tid: z.string(),
  oid: z.string(),
  appid: z.string().optional(),
  azp: z.string().optional(),
  roles: z.array(z.string()).default([]),
  iat: z.number(),
  exp: z.number(),
});

/**
 * Reads the claims of a token that came from Entra or from the cache and compares them with what was asked. The signature
 * is the resource's to check; this guards against an answer or a cache row that belongs to somebody else.
 *
 * @throws TenantpostError `TOKEN_WRONG`, naming what differs.
 */
export function readToken(value: string, expected: TokenExpectation): Token {
  const claims = claimsOf(value);
  const { tenantId, clientId, audience, resource } = expected;
  const differs = [
    claims.tid.toLowerCase() !== tenantId.toLowerCase() && 'tid',
    (claims.appid ?? claims.azp)?.toLowerCase() !== clientId.toLowerCase() && 'appid',
    claims.aud.replace(/\/$/, '') !== audience && 'aud',
    // Both issuers that Entra writes, of v1 and v2, hold the tenant; one that does not was not made by Entra for it.
    (!claims.iss.toLowerCase().includes(`/${tenantId.toLowerCase()}/`) || expected.isForeignIssuer(claims.iss)) &&
      'iss',
  ].filter((name) => name !== false);
  if (differs.length > 0) {
    throw new TenantpostError('TOKEN_WRONG', `A token for tenant ${tenantId} has another ${differs.join(', ')}.`, {
      detail: { tenantId, resource, claims: differs.join(' ') },
    });
  }
  return {
    tenantId: tenantId.toLowerCase(),
    clientId,
    audience,
    resource,
    issuedAt: claims.iat * 1000,
    expiresAt: claims.exp * 1000,
    roles: claims.roles,
    objectId: claims.oid,
    // Last, since objects are laid out in this order: a hit looks at what is before it, and not at two kilobytes of text.
    value,
  };
}

/** Whether a token that was checked before is the one that is asked for now. */
export function isTokenFor(token: Token, { tenantId, clientId, audience, resource }: TokenExpectation): boolean {
  return (
    token.tenantId === tenantId &&
    token.resource === resource &&
    token.audience === audience &&
    token.clientId === clientId
  );
}

function claimsOf(value: string): z.infer<typeof claimsSchema> {
  try {
    return claimsSchema.parse(decodeJwt(value));
  } catch (cause) {
    throw new TenantpostError('TOKEN_WRONG', 'A token could not be read.', { cause });
  }
}
