/** An organization for tests of Exchange: two mailboxes, one app with consent, and the cmdlets of its administrator. */

import assert from 'node:assert/strict';
import { type CmdletResult, runCmdlets } from '../../../../local/cloud/exchange/run-cmdlets.ts';
import { type CloudState, emptyState } from '../../../../local/cloud/state.ts';
import type { AccessTokenClaims } from '../../../../local/cloud/tokens.ts';

export const tenantId = '11111111-aaaa-4aaa-8aaa-111111111111';
export const appId = '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10';
/** Of the enterprise application: the `oid` of the app's tokens. */
export const objectId = '6233fba6-0198-4277-892f-9275bf728bcc';
/** Of the app registration: what administrators copy by mistake. */
export const registrationObjectId = '0c2f3a58-7d0e-4b8a-8a4a-2f4f0d9b1c11';
export const post = 'post@contoso.example';
export const anna = 'anna@contoso.example';

export function contoso(): CloudState {
  const mailboxes = [
    { tenantId, id: '00000000-0000-4000-8000-00000000000a', address: post, displayName: 'Post' },
    { tenantId, id: '00000000-0000-4000-8000-00000000000b', address: anna, displayName: 'Anna' },
  ];
  return {
    ...emptyState(),
    tenants: [{ id: tenantId, displayName: 'Contoso', domain: 'contoso.example', administrators: [] }],
    registrations: [
      {
        appId,
        displayName: 'YourAppName',
        publisher: 'Mailworks Ltd',
        homeTenantId: tenantId,
        audience: 'multitenant',
        redirectUris: [],
        requiredAppRoles: [],
        certificates: [],
      },
    ],
    enterpriseApps: [{ objectId, tenantId, appId, grantedAppRoles: [], consentedAt: 0 }],
    mailboxes,
  };
}

/** Runs a script as Contoso's administrator, and expects that it gets to its end. */
export function run(state: CloudState, script: string): CmdletResult {
  const result = runCmdlets({ state }, script, { tenantId });
  assert.deepEqual(result.error, undefined);
  return result;
}

/** Runs a script as Contoso's administrator, and expects that it stops: why, as `line:column message`. */
export function stops(state: CloudState, script: string): string {
  const { error } = runCmdlets({ state }, script, { tenantId });
  assert.ok(error, 'The script got to its end.');
  return `${error.line}:${error.column} ${error.message}`;
}

/** What the app's token says, for Exchange and Graph alike. */
export function claims(roles: string[] = [], overrides: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
  return {
    aud: 'https://outlook.office365.com',
    iss: `https://sts.windows.net/${tenantId}/`,
    tid: tenantId,
    oid: objectId,
    sub: objectId,
    appid: appId,
    appidacr: '2',
    idtyp: 'app',
    ...(roles.length > 0 && { roles }),
    exp: 0,
    iat: 0,
    nbf: 0,
    ver: '1.0',
    uti: 'none',
    ...overrides,
  };
}
