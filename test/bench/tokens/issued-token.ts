/**
 * An app-only token as Entra issues it for Graph, with the claims and of the size that tenants see: some 1.7 KB. The signature is
 * noise, since no client checks it (https://learn.microsoft.com/entra/identity-platform/access-tokens).
 */

import { randomBytes } from 'node:crypto';
import { clientId, graphResource } from '../../support/app-identity.ts';

export const lifetimeSeconds = 4500;

export function issuedToken(tenantId: string): string {
  const now = Math.floor(Date.now() / 1000);
  const objectId = crypto.randomUUID();
  const key = randomBytes(20).toString('base64url');
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const header = { typ: 'JWT', nonce: randomBytes(32).toString('base64url'), alg: 'RS256', x5t: key, kid: key };
  const claims = {
    aud: graphResource,
    iss: issuer,
    iat: now - 300,
    nbf: now - 300,
    exp: now + lifetimeSeconds,
    aio: randomBytes(36).toString('base64url'),
    app_displayname: 'Mailworks Post',
    appid: clientId,
    appidacr: '2',
    idp: issuer,
    idtyp: 'app',
    oid: objectId,
    rh: `1.A${randomBytes(36).toString('base64url')}.`,
    roles: ['Mail.Send', 'Mail.ReadWrite', 'User.Read.All'],
    sub: objectId,
    tenant_region_scope: 'EU',
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    wids: ['0997a1d0-0d1d-4acb-b408-d5ca73121e90'],
    xms_ftd: randomBytes(48).toString('base64url'),
    xms_idrel: '7 24',
    xms_rd: randomBytes(64).toString('base64url'),
    xms_tcdt: now - 90_000_000,
    xms_tdbr: 'EU',
  };
  return `${encoded(header)}.${encoded(claims)}.${randomBytes(256).toString('base64url')}`;
}

/** The body of Entra's answer. */
export const tokenAnswer = (tenantId: string) => ({
  token_type: 'Bearer' as const,
  expires_in: lifetimeSeconds,
  ext_expires_in: lifetimeSeconds,
  access_token: issuedToken(tenantId),
});

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
