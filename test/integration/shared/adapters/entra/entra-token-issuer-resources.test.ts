/** Graph and Exchange Online: whom a token is for, and what it says of the resource when there is none. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { EnterpriseApp } from '../../../../../local/cloud/state.ts';
import { verifyAccessToken } from '../../../../../local/cloud/tokens.ts';
import { EntraTokenIssuer } from '../../../../../shared/adapters/entra/entra-token-issuer.ts';
import type { Audiences } from '../../../../../shared/clouds.ts';
import { outlookResource } from '../../../../support/app-identity.ts';
import {
  addTenant,
  anAssertion,
  anEnterpriseApp,
  customers,
  graphResource,
  startTestCloud,
  vendor,
} from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { rotationPresenting } from '../../../../support/rotation.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const contoso = customers.contoso.id;

const issuer = (audiences: Audiences = { graph: graphResource, outlook: outlookResource }): EntraTokenIssuer =>
  new EntraTokenIssuer({
    rotation: rotationPresenting(async (tenantId) => ({ assertion: await anAssertion(cloud, { tenantId }) })),
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    authorityIsKnown: false,
    audiences,
  });

/** A tenant that granted permissions on both resources. */
function consentedToBoth(overrides: Parameters<typeof addTenant>[1] = {}): string {
  const { id } = addTenant(cloud, overrides);
  const grantedAppRoles: EnterpriseApp['grantedAppRoles'] = [
    { resource: graphResource, role: 'Mail.Send' },
    { resource: outlookResource, role: 'SMTP.SendAsApp' },
    { resource: outlookResource, role: 'IMAP.AccessAsApp' },
  ];
  cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id, grantedAppRoles }));
  return id;
}

describe('a token', () => {
  test('for Graph has the audience and the permissions of Graph alone', async () => {
    const tenantId = consentedToBoth();
    const verified = await verifyAccessToken(cloud, 'graph', await issuer().request(tenantId, 'graph'), [
      graphResource,
    ]);
    assert.ok('claims' in verified);
    const { tid, appid, aud, roles } = verified.claims;
    assert.deepEqual([tid, appid, aud, roles], [tenantId, vendor.appId, graphResource, ['Mail.Send']]);
  });

  test('for Outlook has those of Exchange Online, and the mail servers take it', async () => {
    const tenantId = consentedToBoth();
    const token = await issuer().request(tenantId, 'outlook');
    const verified = await verifyAccessToken(cloud, 'smtp', token, [outlookResource]);
    assert.ok('claims' in verified);
    const { tid, appid, aud, roles } = verified.claims;
    assert.deepEqual([tid, appid, aud], [tenantId, vendor.appId, outlookResource]);
    assert.deepEqual(roles, ['SMTP.SendAsApp', 'IMAP.AccessAsApp']);
    assert.deepEqual(await verifyAccessToken(cloud, 'graph', token, [graphResource]), { refused: 'audience' });
  });

  test('of a tenant that granted nothing on a resource comes without roles, and is not refused', async () => {
    const claims = decodeJwt(await issuer().request(contoso, 'outlook'));
    assert.deepEqual([claims['tid'], claims.aud, 'roles' in claims], [contoso, outlookResource, false]);
  });

  test('for a resource that the installation does not use is CONFIG_INVALID, and nobody is asked', async () => {
    const index = cloud.journal.entries.length;
    const { code, message } = await failureOf(issuer({ graph: graphResource }).request(contoso, 'outlook'));
    assert.equal(code, 'CONFIG_INVALID');
    assert.match(message, /TENANTPOST_RESOURCES/);
    assert.equal(cloud.journal.entries.length, index);
  });
});

describe('a resource', () => {
  test('that no tenant has is RESOURCE_NOT_IN_TENANT, and the remedy names the settings', async () => {
    const one = issuer({ graph: 'https://nothing.example' });
    const { code, detail, meaning } = await failureOf(one.request(contoso, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['RESOURCE_NOT_IN_TENANT', 500011]);
    assert.match(meaning.remedy, /every tenant.*TENANTPOST_GRAPH_RESOURCE/);
  });

  for (const [state, aadsts] of [
    ['missing', 500011],
    ['disabled', 500014],
  ] as const) {
    test(`that is ${state} in the tenant is RESOURCE_NOT_IN_TENANT, and leaves the other resource alone`, async () => {
      const tenantId = consentedToBoth({ unavailableResources: [{ resource: outlookResource, state }] });
      const { code, detail } = await failureOf(issuer().request(tenantId, 'outlook'));
      assert.deepEqual([code, detail], ['RESOURCE_NOT_IN_TENANT', { tenantId, aadsts }]);
      assert.equal(decodeJwt(await issuer().request(tenantId, 'graph')).aud, graphResource);
    });
  }

  test('whose identifier makes no scope is REGISTRATION_WRONG', async () => {
    const one = issuer({ graph: `${graphResource} ${outlookResource}` });
    const { code, detail } = await failureOf(one.request(contoso, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['REGISTRATION_WRONG', 70011]);
  });
});
