/** The claims of an app's access token, in the form of v1 and of v2 tokens. */

import type { JWTPayload } from 'jose';
import { z } from 'zod';

/**
 * The API for which a managed identity gets the token that stands in for an app's credential. Its tokens are v2, so their
 * audience is the API's app id although everybody asks for, and configures, the URI:
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity.
 */
export const TOKEN_EXCHANGE = {
  uri: 'api://AzureADTokenExchange',
  appId: 'fb60f99c-7a34-4190-8149-302f77469936',
} as const;

export interface AccessTokenClaims {
  /** The resource that the token is for, as it was asked for: `https://graph.microsoft.com`. */
  aud: string;
  /** `https://sts.windows.net/{tid}/` */
  iss: string;
  tid: string;
  /** Object id of the service principal in the tenant. */
  oid: string;
  sub: string;
  /** Client id; `azp` in a v2 token. */
  appid: string;
  /** How the app proved itself: 1 with a secret, 2 with a certificate or an assertion; `azpacr` in a v2 token. */
  appidacr: '1' | '2';
  idtyp: 'app';
  /** The application permissions granted for this resource; absent when there are none. */
  roles?: string[];
  exp: number;
  iat: number;
  nbf: number;
  ver: '1.0' | '2.0';
  uti: string;
}

const commonClaims = {
  aud: z.string(),
  iss: z.string(),
  tid: z.string(),
  oid: z.string(),
  sub: z.string(),
  idtyp: z.literal('app'),
  roles: z.array(z.string()).min(1).exactOptional(),
  exp: z.number(),
  iat: z.number(),
  nbf: z.number(),
  uti: z.string(),
};
const credentialClass = z.enum(['1', '2']);
const v1Claims = z.object({ ...commonClaims, ver: z.literal('1.0'), appid: z.string(), appidacr: credentialClass });
const v2Claims = z.object({ ...commonClaims, ver: z.literal('2.0'), azp: z.string(), azpacr: credentialClass });
const anyClaims = z.discriminatedUnion('ver', [v1Claims, v2Claims]);

/** Nothing for a token that lacks what each one has. A v2 token's claims are given under their names of v1. */
export function readClaims(payload: JWTPayload): AccessTokenClaims | undefined {
  const claims = anyClaims.safeParse(payload).data;
  if (claims === undefined || claims.ver === '1.0') return claims;
  const { azp, azpacr, ...rest } = claims;
  return { ...rest, appid: azp, appidacr: azpacr };
}

export const isForTokenExchange = (resource: string): boolean => resource === TOKEN_EXCHANGE.uri;
