/** Access tokens without a signature: the app never checks one, since that is the resource's to do. */

import type { Resource, Token, TokenExpectation } from '../../shared/tokens/token.ts';
import { clientId, contoso, enterpriseApp, graphResource } from './app-identity.ts';
import { noon } from './clock.ts';

/** An hour from the clock's start, in seconds. */
export const inAnHour = noon / 1000 + 3600;

/** The compact form; `undefined` leaves a claim out. */
export function aTokenValue(claims: Record<string, unknown> = {}): string {
  const payload = {
    aud: graphResource,
    tid: contoso,
    oid: enterpriseApp,
    appid: clientId,
    roles: ['Mail.Send'],
    exp: inAnHour,
    ...claims,
  };
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(payload)}.`;
}

export function aToken(overrides: Partial<Token> = {}): Token {
  return {
    value: aTokenValue(),
    tenantId: contoso,
    resource: 'graph',
    expiresAt: inAnHour * 1000,
    roles: ['Mail.Send'],
    objectId: enterpriseApp,
    ...overrides,
  };
}

export function anExpectation(tenantId: string = contoso, resource: Resource = 'graph'): TokenExpectation {
  return { tenantId, resource, audience: graphResource, clientId };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
