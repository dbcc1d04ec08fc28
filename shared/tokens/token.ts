/** An app-only access token, and the check that it is the one that was asked for. */

import { decodeJwt } from 'jose';
import { z } from 'zod';
import { TenantpostError } from '../errors.ts';

/** What a token is for. */
export type Resource = 'graph';

export interface Token {
  /** The bearer token itself. Never logged, never stored unencrypted. */
  readonly value: string;
  readonly tenantId: string;
  readonly resource: Resource;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Application permissions that Entra put into it; none right after a consent that has not arrived yet. */
  readonly roles: readonly string[];
  /** Object id of the enterprise application in the tenant. */
  readonly objectId: string;
}

/** What a token must be for. */
export interface TokenExpectation {
  readonly tenantId: string;
  readonly resource: Resource;
  /** Identifier URI of the resource in this cloud. */
  readonly audience: string;
  /** Client id of our app registration. */
  readonly clientId: string;
}

// v1 tokens name the app `appid`, v2 tokens `azp`. Which one an API gets is the API's choice:
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
const claimsSchema = z.object({
  aud: z.string(),
  tid: z.string(),
  oid: z.string(),
  appid: z.string().optional(),
  azp: z.string().optional(),
  roles: z.array(z.string()).default([]),
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
  const differs = [
    claims.tid.toLowerCase() !== expected.tenantId.toLowerCase() && 'tid',
    (claims.appid ?? claims.azp)?.toLowerCase() !== expected.clientId.toLowerCase() && 'appid',
    claims.aud.replace(/\/$/, '') !== expected.audience && 'aud',
  ].filter((name) => name !== false);
  if (differs.length > 0) {
    throw new TenantpostError(
      'TOKEN_WRONG',
      `A token for tenant ${expected.tenantId} has another ${differs.join(', ')}.`,
      {
        detail: { tenantId: expected.tenantId, resource: expected.resource, claims: differs.join(' ') },
      },
    );
  }
  return {
    value,
    tenantId: expected.tenantId,
    resource: expected.resource,
    expiresAt: claims.exp * 1000,
    roles: claims.roles,
    objectId: claims.oid,
  };
}

function claimsOf(value: string): z.infer<typeof claimsSchema> {
  try {
    return claimsSchema.parse(decodeJwt(value));
  } catch (cause) {
    throw new TenantpostError('TOKEN_WRONG', 'A token could not be read.', { cause });
  }
}
