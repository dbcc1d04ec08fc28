/** Access tokens without a signature: the app never checks one, since that is the resource's to do. */

import type { Resource } from '../../shared/resource.ts';
import type { Token, TokenExpectation } from '../../shared/tokens/token.ts';
import { clientId, contoso, enterpriseApp, graphResource, outlookResource } from './app-identity.ts';
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
    iss: `https://sts.windows.net/${String(claims['tid'] ?? contoso)}/`,
    iat: inAnHour - 3600,
    roles: ['Mail.Send'],
    exp: inAnHour,
    ...claims,
  };
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(payload)}.`;
}

/** One for Graph or for Outlook, with a permission that it needs. */
export function aTokenValueFor(tid: string, resource: Resource, claims: Record<string, unknown> = {}): string {
  const ofOutlook = { aud: outlookResource, roles: ['SMTP.SendAsApp'] };
  return aTokenValue({ tid, ...(resource === 'outlook' && ofOutlook), ...claims });
}

export function aToken(overrides: Partial<Token> = {}): Token {
  return {
    value: aTokenValue(),
    tenantId: contoso,
    clientId,
    audience: graphResource,
    resource: 'graph',
    issuedAt: noon,
    expiresAt: inAnHour * 1000,
    roles: ['Mail.Send'],
    objectId: enterpriseApp,
    ...overrides,
  };
}

export function anExpectation(tenantId: string = contoso, resource: Resource = 'graph'): TokenExpectation {
  const audience = resource === 'graph' ? graphResource : outlookResource;
  return { tenantId, resource, audience, clientId, isForeignIssuer: () => false };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
