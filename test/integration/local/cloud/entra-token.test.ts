import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import type { Registration } from '../../../../local/cloud/state.ts';
import {
  addTenant,
  anAssertion,
  anEnterpriseApp,
  customers,
  entraError,
  grantedToken,
  graphResource,
  redirectUri,
  requestToken,
  startTestCloud,
  type TokenRequestOverrides,
  vendor,
} from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const outlookResource = 'https://outlook.office365.com';

interface Refusal {
  title: string;
  request: TokenRequestOverrides;
  status: number;
  error: string;
  code: number;
  says: RegExp;
}

/** Each differs in one thing alone from the request that is granted in the first test. */
const refusals: Refusal[] = [
  ...['grant_type', 'client_id', 'scope', 'client_assertion_type'].flatMap((name) =>
    [undefined, ''].map((value) => ({
      title: `${name} is ${value === undefined ? 'missing' : 'empty'}`,
      request: { form: { [name]: value } },
      status: 400,
      error: 'invalid_request',
      code: 900144,
      says: new RegExp(`must contain the following parameter: '${name}'`),
    })),
  ),
  {
    title: 'the form brings neither an assertion nor a secret',
    request: { form: { client_assertion: undefined, client_assertion_type: undefined } },
    status: 401,
    error: 'invalid_client',
    code: 7000216,
    says: /'client_assertion', 'client_secret' or 'request' is required/,
  },
  {
    title: 'the form brings a secret, as no registration has one',
    request: { form: { client_assertion: undefined, client_assertion_type: undefined, client_secret: 'hunter2' } },
    status: 401,
    error: 'invalid_client',
    code: 7000215,
    says: /Invalid client secret provided/,
  },
  {
    title: 'the form brings both an assertion and a secret',
    request: { form: { client_secret: 'hunter2' } },
    status: 400,
    error: 'invalid_request',
    code: 90023,
    says: /isn't valid/,
  },
  {
    title: 'the assertion is of another type',
    request: { form: { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' } },
    status: 400,
    error: 'invalid_request',
    code: 90023,
    says: /isn't valid/,
  },
  {
    title: 'the grant is not client credentials',
    request: { form: { grant_type: 'password' } },
    status: 400,
    error: 'unsupported_grant_type',
    code: 70003,
    says: /unsupported grant type 'password'/,
  },
  {
    title: 'the scope names a permission',
    request: { form: { scope: `${graphResource}/Mail.Send` } },
    status: 400,
    error: 'invalid_scope',
    code: 1002012,
    says: /must have a scope value with \/\.default/,
  },
  {
    title: 'the scope names two resources',
    request: { form: { scope: `${graphResource}/.default ${outlookResource}/.default` } },
    status: 400,
    error: 'invalid_scope',
    code: 70011,
    says: /'scope' is not valid/,
  },
  {
    title: 'the resource does not exist',
    request: { form: { scope: 'https://graph.microsoft.example/.default' } },
    status: 400,
    error: 'invalid_resource',
    code: 500011,
    says: /resource principal named https:\/\/graph\.microsoft\.example was not found in the tenant named Contoso/,
  },
  {
    title: 'the tenant is neither a GUID nor a domain',
    request: { tenant: 'not_a_tenant' },
    status: 400,
    error: 'invalid_request',
    code: 900023,
    says: /'not_a_tenant' is neither a valid DNS name, nor a valid external domain/,
  },
  {
    title: 'the tenant does not exist',
    request: { tenant: '99999999-9999-4999-8999-999999999999' },
    status: 400,
    error: 'invalid_request',
    code: 90002,
    says: /Tenant '99999999-9999-4999-8999-999999999999' not found/,
  },
  ...['common', 'consumers'].map((tenant) => ({
    title: `the tenant is ${tenant}`,
    request: { tenant },
    status: 400,
    error: 'invalid_request',
    code: 9001023,
    says: /not supported over the \/common or \/consumers endpoints/,
  })),
  {
    title: 'the tenant is organizations',
    request: { tenant: 'organizations' },
    status: 400,
    error: 'invalid_request',
    code: 50059,
    says: /No tenant-identifying information/,
  },
  {
    title: 'the client is not registered',
    request: { form: { client_id: '77777777-7777-4777-8777-777777777777' } },
    status: 400,
    error: 'unauthorized_client',
    code: 700016,
    says: /'77777777-7777-4777-8777-777777777777' was not found in the directory 'Contoso'/,
  },
];

test('grants a token to an app that consent was given to', async () => {
  const response = await requestToken(cloud);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.match(response.headers.get('cache-control') ?? '', /no-store/);
  assert.match(response.headers.get('x-ms-request-id') ?? '', /^[0-9a-f-]{36}$/);

  const { access_token: token, claims, expires_in: lifetime, ext_expires_in: extended } = await grantedToken(response);
  const principal = cloud.state.enterpriseApps.find(({ tenantId }) => tenantId === customers.contoso.id);
  const { iat, nbf, exp, uti, ...rest } = claims;
  assert.deepEqual(rest, {
    aud: graphResource,
    iss: `https://sts.windows.net/${customers.contoso.id}/`,
    tid: customers.contoso.id,
    appid: vendor.appId,
    appidacr: '2',
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
  assert.ok(lifetime >= 3600 && lifetime <= 5400, `${lifetime} s is between 60 and 90 minutes`);
  assert.equal(extended, lifetime);
  const { alg, typ, kid, x5t } = decodeProtectedHeader(token);
  assert.deepEqual({ alg, typ }, { alg: 'RS256', typ: 'JWT' });
  assert.ok(kid !== undefined && kid === x5t);
});

for (const { title, request, status, error, code, says } of refusals) {
  test(`refuses a token with AADSTS${code} when ${title}`, async () => {
    const response = await requestToken(cloud, request);
    const body = await entraError(response);
    assert.equal(response.status, status);
    assert.equal(body.error, error);
    assert.deepEqual(body.error_codes, [code]);
    assert.ok(body.error_description.startsWith(`AADSTS${code}: `), body.error_description);
    assert.match(body.error_description, says);
  });
}

describe('the body of a refusal', () => {
  test('repeats its ids and time in the description, on lines of their own', async () => {
    const response = await requestToken(cloud, { form: { scope: undefined } });
    const body = await entraError(response);
    const [, trace, correlation, time] = body.error_description.split('\r\n');
    assert.equal(trace, `Trace ID: ${body.trace_id}`);
    assert.equal(correlation, `Correlation ID: ${body.correlation_id}`);
    assert.equal(time, `Timestamp: ${body.timestamp}`);
    assert.match(body.timestamp, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
    assert.equal(body.error_uri, 'https://login.microsoftonline.com/error?code=900144');
    assert.equal(response.headers.get('x-ms-request-id'), body.trace_id);
    assert.match(response.headers.get('cache-control') ?? '', /no-store/);
  });

  test('takes over the correlation id of the caller, from the query and from the form', async () => {
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    const byQuery = await requestToken(cloud, { form: { scope: '' }, query: `?client-request-id=${first}` });
    const byForm = await requestToken(cloud, { form: { scope: '', 'client-request-id': second } });
    assert.equal((await entraError(byQuery)).correlation_id, first);
    assert.equal((await entraError(byForm)).correlation_id, second);
  });

  test('does not take over a correlation id that is not a GUID', async () => {
    const response = await requestToken(cloud, { form: { scope: '', 'client-request-id': 'Correlation\r\nID' } });
    assert.ok(!(await response.text()).includes('Correlation\\r\\nID'));
  });
});

describe('the request', () => {
  test('may have a query string and fields that nobody knows', async () => {
    const response = await requestToken(cloud, {
      query: '?client-request-id=6e1a3a1e-6b3c-4a58-9d0c-0f1f6b7c8d90',
      form: { 'x-client-SKU': 'msal.js.node', 'x-ms-lib-capability': 'retry-after, h429' },
    });
    await grantedToken(response);
  });

  test('is refused when a field comes twice', async () => {
    const body = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['client_id', vendor.appId],
      ['client_id', vendor.appId],
    ]);
    const response = await cloud.fetch(`${cloud.urls.entra}/${customers.contoso.id}/oauth2/v2.0/token`, {
      method: 'POST',
      body: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    });
    assert.equal(response.status, 400);
    assert.deepEqual((await entraError(response)).error_codes, [9000411]);
  });

  for (const { title, body, type } of [
    { title: 'JSON', body: '{"grant_type":"client_credentials"}', type: 'application/json' },
    { title: 'a body of no type', body: 'grant_type=client_credentials', type: 'text/plain' },
    { title: 'bytes', body: '\u0000%%%=&&&=\uffff', type: 'application/x-www-form-urlencoded' },
  ]) {
    test(`is refused for its first field when it is ${title}`, async () => {
      const response = await cloud.fetch(`${cloud.urls.entra}/${customers.contoso.id}/oauth2/v2.0/token`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      assert.equal(response.status, 400);
      const error = await entraError(response);
      assert.deepEqual(error.error_codes, [900144]);
      assert.match(error.error_description, /'grant_type'/);
    });
  }

  test('is refused when it is not a POST', async () => {
    const response = await cloud.fetch(`${cloud.urls.entra}/${customers.contoso.id}/oauth2/v2.0/token`);
    assert.equal(response.status, 400);
    assert.deepEqual((await entraError(response)).error_codes, [900561]);
  });
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

test('requests are journalled with code, tenant and reason, and without what they brought', async () => {
  const before = cloud.journal.entries.length;
  const assertion = await anAssertion(cloud);
  await requestToken(cloud, { form: { client_assertion: assertion } });
  await requestToken(cloud, {
    form: { client_assertion_type: undefined, client_assertion: undefined, client_secret: 'hunter2' },
  });
  const [granted, refused, ...more] = cloud.journal.entries.slice(before).map(({ at: _at, ...entry }) => entry);
  assert.deepEqual(granted, { service: 'entra', operation: 'token', status: 200, tenantId: customers.contoso.id });
  assert.deepEqual(refused, {
    service: 'entra',
    operation: 'token',
    status: 401,
    code: 'AADSTS7000215',
    tenantId: customers.contoso.id,
    reason: 'no registration has a client secret',
  });
  assert.deepEqual(more, []);
  const journal = JSON.stringify(cloud.journal.entries);
  assert.ok(!journal.includes(assertion) && !journal.includes('hunter2') && !journal.includes('eyJ'));
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
