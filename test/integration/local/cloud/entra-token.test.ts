import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { directoryState } from '../../../../local/cloud/state/directory.ts';
import type { Registration } from '../../../../local/cloud/state.ts';
import {
  addTenant,
  anAssertion,
  anEnterpriseApp,
  appCertificate,
  customers,
  enterpriseAppIn,
  entraError,
  grantedToken,
  graphResource,
  redirectUri,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const outlookResource = 'https://outlook.office365.com';

test('grants a token to an app that consent was given to', async () => {
  const response = await requestToken(cloud);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.match(response.headers.get('cache-control') ?? '', /no-store/);
  assert.match(response.headers.get('x-ms-request-id') ?? '', /^[0-9a-f-]{36}$/);

  const { access_token: token, claims, expires_in: lifetime, ext_expires_in: extended } = await grantedToken(response);
  const principal = enterpriseAppIn(cloud, customers.contoso.id);
  const { iat, nbf, exp, uti, aio, rh, ...rest } = claims;
  assert.deepEqual(rest, {
    aud: graphResource,
    iss: `https://sts.windows.net/${customers.contoso.id}/`,
    tid: customers.contoso.id,
    app_displayname: 'Mailworks Post',
    appid: vendor.appId,
    appidacr: '2',
    idp: `https://sts.windows.net/${customers.contoso.id}/`,
    idtyp: 'app',
    oid: principal?.objectId,
    sub: principal?.objectId,
    roles: ['Mail.Send'],
    ver: '1.0',
  });
  const now = Math.floor(Date.now() / 1000);
  assert.ok(Math.abs((exp ?? 0) - now - lifetime) <= 2, 'exp agrees with expires_in');
  assert.ok(nbf === iat && (nbf ?? now) <= now, 'valid at once');
  assert.match(String(uti), /^[\w-]{22}$/);
  assert.match(`${String(aio)} ${String(rh)}`, /^[\w-]{20,} 1\.A[\w-]{20,}\.$/);
  assert.ok(lifetime >= 3600 && lifetime <= 5400, `${lifetime} s is between 60 and 90 minutes`);
  assert.equal(extended, lifetime);
  const { alg, typ, kid, x5t } = decodeProtectedHeader(token);
  assert.deepEqual({ alg, typ }, { alg: 'RS256', typ: 'JWT' });
  assert.ok(kid !== undefined && kid === x5t);
});

describe('the tenant', () => {
  test('may be named by its verified domain, in any case', async () => {
    for (const tenant of ['contoso.example', 'Contoso.EXAMPLE']) {
      const form = { client_assertion: await anAssertion(cloud) };
      const { claims } = await grantedToken(await requestToken(cloud, { tenant, form }));
      assert.equal(claims['tid'], customers.contoso.id);
    }
  });

  test('must have an enterprise application of the app', async () => {
    const { id } = addTenant(cloud);
    const response = await requestToken(cloud, { tenant: id });
    const body = await entraError(response);
    assert.equal(response.status, 401);
    assert.equal(body.error, 'invalid_client');
    assert.deepEqual(body.error_codes, [7000229]);
    assert.match(
      body.error_description,
      new RegExp(`${vendor.appId} is missing service principal in the tenant ${id}`),
    );

    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
    assert.equal((await grantedToken(await requestToken(cloud, { tenant: id }))).claims['tid'], id);
  });

  test('loses its tokens when the enterprise application is deleted', async () => {
    const { id } = addTenant(cloud);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
    await grantedToken(await requestToken(cloud, { tenant: id }));
    cloud.state.enterpriseApps = cloud.state.enterpriseApps.filter(({ tenantId }) => tenantId !== id);
    assert.deepEqual((await entraError(await requestToken(cloud, { tenant: id }))).error_codes, [7000229]);
  });

  test('must be its home for a single-tenant app', async () => {
    const registration = addSingleTenantApp();
    const form = async (tenantId: string) => ({
      client_id: registration.appId,
      client_assertion: await anAssertion(cloud, {
        tenantId,
        claims: { iss: registration.appId, sub: registration.appId },
      }),
    });
    for (const tenantId of [customers.contoso.id, vendor.tenantId]) {
      cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId, appId: registration.appId }));
    }
    const away = await requestToken(cloud, { form: await form(customers.contoso.id) });
    assert.equal(away.status, 400);
    assert.deepEqual((await entraError(away)).error_codes, [700016]);
    await grantedToken(await requestToken(cloud, { tenant: vendor.tenantId, form: await form(vendor.tenantId) }));
  });
});

describe('a consent on its way', () => {
  test('is refused as if it were not there, then gives a token without roles, then one with them', async (t) => {
    const { id } = addTenant(cloud);
    const app = anEnterpriseApp({ tenantId: id, consentedAt: Date.now() });
    cloud.state.enterpriseApps.push(app);
    setPropagation(t, { enterpriseApp: 60_000, roles: 120_000 });

    assert.deepEqual((await entraError(await requestToken(cloud, { tenant: id }))).error_codes, [7000229]);
    app.consentedAt -= 61_000;
    const early = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.ok(!('roles' in early.claims), 'no roles yet, and no empty list of them either');
    app.consentedAt -= 60_000;
    const late = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.deepEqual(late.claims['roles'], ['Mail.Send']);
  });

  test('does not hold back a tenant that consented long ago', async (t) => {
    setPropagation(t, { enterpriseApp: 60_000, roles: 120_000 });
    assert.deepEqual((await grantedToken(await requestToken(cloud))).claims['roles'], ['Mail.Send']);
  });
});

describe('the scope', () => {
  test('decides which of the granted roles are in the token', async () => {
    const { id } = addTenant(cloud);
    const grantedAppRoles = [
      { resource: graphResource, role: 'Mail.Send' },
      { resource: graphResource, role: 'Mail.ReadWrite' },
      { resource: outlookResource, role: 'SMTP.SendAsApp' },
    ];
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id, grantedAppRoles }));
    const roles = async (resource: string): Promise<unknown> => {
      const form = { scope: `${resource}/.default` };
      const { claims } = await grantedToken(await requestToken(cloud, { tenant: id, form }));
      assert.equal(claims.aud, resource);
      return claims['roles'];
    };
    assert.deepEqual(await roles(graphResource), ['Mail.Send', 'Mail.ReadWrite']);
    assert.deepEqual(await roles(outlookResource), ['SMTP.SendAsApp']);
    assert.deepEqual(await roles(`${graphResource}/`), ['Mail.Send', 'Mail.ReadWrite'], 'a slash is part of aud');
  });

  test('of a resource without a granted role gives a token without roles', async () => {
    const { claims } = await grantedToken(
      await requestToken(cloud, { form: { scope: `${outlookResource}/.default` } }),
    );
    assert.equal(claims.aud, outlookResource);
    assert.ok(!('roles' in claims));
  });
});

test('the lifetime of tokens can be set', async (t) => {
  cloud.state.tokenLifetimeSeconds = { min: 7, max: 7 };
  t.after(() => delete cloud.state.tokenLifetimeSeconds);
  const { expires_in: lifetime, claims } = await grantedToken(await requestToken(cloud));
  assert.equal(lifetime, 7);
  assert.ok((claims.exp ?? 0) <= Date.now() / 1000 + 7);
});

test('a lifetime that cannot be drawn is no setting', () => {
  const accepts = (min: number, max: number): boolean =>
    directoryState.tokenLifetimeSeconds.safeParse({ min, max }).success;
  for (const [min, max] of [
    [5400, 3600],
    [1.5, 3600],
    [-1, 3600],
    [60, Infinity],
  ] as const) {
    assert.ok(!accepts(min, max), `${min} to ${max}`);
  }
  assert.ok(accepts(3600, 3600));
});

test('requests are journalled with code, tenant and reason, and without what they brought', async () => {
  const before = cloud.journal.entries.length;
  const assertion = await anAssertion(cloud);
  await requestToken(cloud, { form: { client_assertion: assertion } });
  await requestToken(cloud, {
    form: { client_assertion_type: undefined, client_assertion: undefined, client_secret: 'hunter2' },
  });
  const [granted, refused, ...more] = cloud.journal.entries
    .slice(before)
    .map(({ at: _at, request: _request, ...entry }) => entry);
  const { thumbprint: certificate } = appCertificate(cloud.state);
  assert.deepEqual(granted, {
    service: 'entra',
    operation: 'token',
    status: 200,
    tenantId: customers.contoso.id,
    certificate,
  });
  assert.deepEqual(refused, {
    service: 'entra',
    operation: 'token',
    status: 401,
    code: 'AADSTS7000215',
    tenantId: customers.contoso.id,
    reason: 'no such client secret',
  });
  assert.deepEqual(more, []);
  const journal = JSON.stringify(cloud.journal.entries);
  assert.ok(!journal.includes(assertion) && !journal.includes('hunter2') && !journal.includes('eyJ'));
});

test('the journal names the certificate of an assertion, accepted or not, and nothing else that stands in its place', async () => {
  const certificate = await makeAppCertificate('not registered');
  const named = async (assertion: string) => {
    await requestToken(cloud, { form: { client_assertion: assertion } });
    const { code, certificate: shown } = cloud.journal.entries.at(-1) ?? {};
    return [code, shown];
  };
  const { thumbprint } = appCertificate(cloud.state);
  assert.deepEqual(await named(await anAssertion(cloud)), [undefined, thumbprint]);
  assert.deepEqual(await named(await anAssertion(cloud, { certificate })), ['AADSTS700027', certificate.thumbprint]);
  for (const value of ['hunter2', `${thumbprint}x`, 7, undefined]) {
    const [code, shown] = await named(await anAssertion(cloud, { header: { 'x5t#S256': value } }));
    assert.deepEqual([typeof code, shown], ['string', undefined]);
  }
  assert.deepEqual(await named('no assertion'), [cloud.journal.entries.at(-1)?.code, undefined]);
});

function setPropagation(t: TestContext, propagation: { enterpriseApp: number; roles: number }): void {
  const before = cloud.state.propagation;
  cloud.state.propagation = propagation;
  t.after(() => {
    cloud.state.propagation = before;
  });
}

function addSingleTenantApp(): Registration {
  const [multitenant] = cloud.state.registrations;
  assert.ok(multitenant);
  const registration: Registration = {
    ...multitenant,
    appId: crypto.randomUUID(),
    displayName: 'In-house',
    audience: 'single-tenant',
    redirectUris: [redirectUri],
  };
  cloud.state.registrations.push(registration);
  return registration;
}
