/** Tenants and consents by the control API, as the token endpoint sees them. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import {
  customers,
  entraError,
  grantedToken,
  graphResource,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';
import { control, did, refuses } from './control-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const { contoso, fabrikam } = customers;
const appOf = (tenant: string): string => `/tenants/${tenant}/apps/${vendor.appId}`;

const rolesOf = async (tenant: string): Promise<string[]> => {
  const { claims } = await grantedToken(await requestToken(cloud, { tenant }));
  return z.array(z.string()).parse(claims['roles'] ?? []);
};
const codeOf = async (tenant: string): Promise<number | undefined> =>
  (await entraError(await requestToken(cloud, { tenant }))).error_codes[0];

describe('consent', () => {
  test('is given as the administrator gives it, and withdrawn again', async () => {
    assert.equal(await codeOf(fabrikam.id), 7000229);
    const app = await did(cloud, 'PUT', appOf(fabrikam.domain));
    const { objectId } = z.looseObject({ objectId: z.guid() }).parse(app);
    const roles = [{ resource: graphResource, role: 'Mail.Send', arrived: true }];
    assert.deepEqual(
      { ...app, consentedAt: '' },
      {
        appId: vendor.appId,
        displayName: 'Mailworks Post',
        objectId,
        consentedAt: '',
        enabled: true,
        arrived: true,
        roles,
      },
    );
    const { claims } = await grantedToken(await requestToken(cloud, { tenant: fabrikam.id }));
    assert.deepEqual([claims['oid'], claims['roles']], [objectId, ['Mail.Send']]);

    await did(cloud, 'DELETE', appOf(fabrikam.id));
    assert.equal(await codeOf(fabrikam.id), 7000229);
    await refuses(control(cloud, 'GET', appOf(fabrikam.id)), 404);
  });

  test('given twice keeps the object id', async () => {
    const first = await did(cloud, 'PUT', appOf(fabrikam.id));
    const again = await did(cloud, 'PUT', appOf(fabrikam.id));
    assert.equal(first['objectId'], again['objectId']);
    await did(cloud, 'DELETE', appOf(fabrikam.id));
  });

  test('says whether it has arrived', async () => {
    await did(cloud, 'PATCH', '/settings', { propagation: { enterpriseApp: 0, roles: 60_000 } });
    const app = z
      .looseObject({ arrived: z.boolean(), roles: z.array(z.looseObject({ arrived: z.boolean() })) })
      .parse(await did(cloud, 'PUT', appOf(fabrikam.id)));
    assert.deepEqual([app.arrived, app.roles[0]?.arrived], [true, false]);
    assert.deepEqual(await rolesOf(fabrikam.id), []);
    await did(cloud, 'PATCH', '/settings', { propagation: { roles: 0 } });
    assert.deepEqual(await rolesOf(fabrikam.id), ['Mail.Send']);
    await did(cloud, 'DELETE', appOf(fabrikam.id));
  });

  test('is refused for the single-tenant app of another tenant, and while a deleted name is still taken', async () => {
    const { appId } = await did(cloud, 'POST', '/registrations', {
      displayName: 'Internal',
      homeTenantId: vendor.tenantId,
      audience: 'single-tenant',
    });
    await refuses(control(cloud, 'PUT', `/tenants/${contoso.id}/apps/${String(appId)}`), 409);
    await did(cloud, 'PUT', `/tenants/${vendor.tenantId}/apps/${String(appId)}`);

    await did(cloud, 'PATCH', '/settings', { propagation: { deletion: 60_000 } });
    await did(cloud, 'PUT', appOf(fabrikam.id));
    await did(cloud, 'DELETE', appOf(fabrikam.id));
    await refuses(control(cloud, 'PUT', appOf(fabrikam.id)), 409);
    await did(cloud, 'PATCH', '/settings', { propagation: { deletion: null } });
  });
});

describe('an enterprise application', () => {
  test('is disabled and enabled', async () => {
    await did(cloud, 'PATCH', appOf(contoso.id), { enabled: false });
    assert.equal(await codeOf(contoso.id), 7000112);
    await did(cloud, 'PATCH', appOf(contoso.id), { enabled: true });
    assert.deepEqual(await rolesOf(contoso.id), ['Mail.Send']);
  });

  test('is granted single roles, and loses them', async () => {
    const role = { resource: graphResource, role: 'Mail.ReadWrite' };
    await did(cloud, 'PATCH', appOf(contoso.id), { addRoles: [role] });
    assert.deepEqual(await rolesOf(contoso.id), ['Mail.Send', 'Mail.ReadWrite']);
    await did(cloud, 'PATCH', appOf(contoso.id), { removeRoles: [role, { ...role, role: 'Mail.Send' }] });
    assert.deepEqual(await rolesOf(contoso.id), []);
    await did(cloud, 'PUT', appOf(contoso.id));
    assert.deepEqual(await rolesOf(contoso.id), ['Mail.Send']);
  });
});

describe('tenants', () => {
  test('are added, found by id and by domain, and changed', async () => {
    const tenant = await did(cloud, 'POST', '/tenants', { displayName: 'Tailspin', domain: 'tailspin.example' });
    const { id } = z.looseObject({ id: z.guid() }).parse(tenant);
    const whole = { id, displayName: 'Tailspin', domain: 'tailspin.example', apps: [] };
    assert.deepEqual(tenant, { ...whole, administrators: ['admin@tailspin.example'] });
    assert.equal(await codeOf(id), 7000229);
    await did(cloud, 'PATCH', '/tenants/tailspin.example', { administrators: ['boss@tailspin.example'] });
    assert.deepEqual(await did(cloud, 'GET', `/tenants/${id}`), {
      ...whole,
      administrators: ['boss@tailspin.example'],
    });
  });

  test('are refused where the id or the domain is taken, and where fields are wrong', async () => {
    const body = { displayName: 'X', domain: contoso.domain };
    await refuses(control(cloud, 'POST', '/tenants', body), 409);
    await refuses(control(cloud, 'POST', '/tenants', { ...body, domain: 'x.example', id: contoso.id }), 409);
    await refuses(control(cloud, 'POST', '/tenants', { displayName: '', domain: 'no domain', id: 'x' }), 400, [
      'displayName',
      'id',
      'domain',
    ]);
    await refuses(control(cloud, 'PATCH', `/tenants/${contoso.id}`, { domain: 'other.example' }), 400, ['domain']);
    await refuses(control(cloud, 'PATCH', `/tenants/${contoso.id}`, { administrators: null }), 400, ['administrators']);
  });

  test('keep apps from tokens by Conditional Access', async () => {
    const { appId } = await did(cloud, 'POST', '/registrations', {
      displayName: 'Internal',
      homeTenantId: contoso.id,
      audience: 'single-tenant',
    });
    const policy = { id: crypto.randomUUID(), displayName: 'No apps', blockedApps: [String(appId)] };
    await did(cloud, 'PATCH', `/tenants/${contoso.id}`, { conditionalAccess: [policy] });
    await did(cloud, 'PUT', `/tenants/${contoso.id}/apps/${String(appId)}`);
    const { value } = await did(cloud, 'POST', `/registrations/${String(appId)}/secrets`, {});
    const form = {
      client_id: String(appId),
      client_secret: String(value),
      client_assertion: undefined,
      client_assertion_type: undefined,
    };
    assert.deepEqual((await entraError(await requestToken(cloud, { form }))).error_codes, [53003]);
    await did(cloud, 'PATCH', `/tenants/${contoso.id}`, { conditionalAccess: null });
    assert.equal((await requestToken(cloud, { form })).status, 200);
  });

  test('are listed with their apps and without the keys that sign their tokens', async () => {
    await requestToken(cloud);
    assert.ok(cloud.state.tenants.some(({ signingKey }) => signingKey !== undefined));
    const { tenants } = await did(cloud, 'GET', '/tenants');
    assert.ok(!JSON.stringify(tenants).includes('signingKey'));
    assert.ok(JSON.stringify(tenants).includes(vendor.appId));
  });
});
