import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  customers,
  entraError,
  grantedToken,
  graphResource,
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

/** Each differs in one thing alone from the request that is granted first. */
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

test('grants a token to a request without a fault', async () => {
  await grantedToken(await requestToken(cloud));
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
