import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  addTenant,
  customers,
  type EntraErrorBody,
  entraError,
  requestToken,
  startTestCloud,
} from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const correlationId = crypto.randomUUID();

/** The body of a fault, after it has been held against what Entra's own refusals look like. */
async function told(fault: { status: number; code?: string; message?: string }): Promise<EntraErrorBody> {
  cloud.faults.add({ service: 'entra', times: 1, fault: { kind: 'answer', ...fault } });
  const response = await requestToken(cloud, { query: `?client-request-id=${correlationId}` });
  assert.equal(response.status, fault.status);
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.match(response.headers.get('cache-control') ?? '', /no-store/);
  const body = await entraError(response);
  assert.equal(response.headers.get('x-ms-request-id'), body.trace_id);
  const [, ...ids] = body.error_description.split('\r\n');
  assert.deepEqual(ids, [
    `Trace ID: ${body.trace_id}`,
    `Correlation ID: ${correlationId}`,
    `Timestamp: ${body.timestamp}`,
  ]);
  assert.equal(body.error_uri, `https://login.microsoftonline.com/error?code=${body.error_codes[0]}`);
  return body;
}

const first = ({ error_description: text }: EntraErrorBody): string => text.split('\r\n')[0] ?? '';

describe('a fault rule', () => {
  test('with a code is told with the error and the sentence of that code', async () => {
    const body = await told({ status: 400, code: 'AADSTS53003' });
    assert.deepEqual([body.error, body.error_codes], ['invalid_grant', [53003]]);
    assert.match(first(body), /^AADSTS53003: Access has been blocked by Conditional Access policies\. /);
  });

  test('with a message is told with that', async () => {
    const body = await told({ status: 401, code: 'AADSTS7000215', message: 'Not this one.' });
    assert.deepEqual([body.error, first(body)], ['invalid_client', 'AADSTS7000215: Not this one.']);
  });

  test('keeps its own status, whatever that of the code', async () => {
    assert.deepEqual((await told({ status: 403, code: 'AADSTS700016' })).error, 'unauthorized_client');
  });

  for (const [status, code, error] of [
    [400, 90023, 'invalid_request'],
    [401, 50012, 'invalid_client'],
    [403, 90094, 'access_denied'],
    [404, 90024, 'temporarily_unavailable'],
    [429, 90055, 'temporarily_unavailable'],
    [500, 50000, 'server_error'],
    [503, 90033, 'temporarily_unavailable'],
    [504, 90024, 'temporarily_unavailable'],
  ] as const) {
    test(`with the status ${status} alone is told as AADSTS${code}`, async () => {
      const body = await told({ status });
      assert.deepEqual([body.error, body.error_codes], [error, [code]]);
    });
  }

  test('with a code that nobody here knows is told with the error of its status', async () => {
    const body = await told({ status: 400, code: 'AADSTS1234567' });
    assert.deepEqual([body.error, body.error_codes], ['invalid_request', [1234567]]);
  });

  test('of a tenant hits that tenant by id and by domain, and no other', async () => {
    const { id, domain } = addTenant(cloud);
    const fault = { kind: 'answer' as const, status: 503 };
    const rule = cloud.faults.add({ service: 'entra', operation: 'token', tenantId: id, fault });
    assert.equal((await requestToken(cloud, { tenant: id })).status, 503);
    assert.equal((await requestToken(cloud, { tenant: domain })).status, 503);
    assert.equal((await requestToken(cloud, { tenant: customers.contoso.id })).status, 200);
    cloud.faults.remove(rule);
    assert.equal((await requestToken(cloud, { tenant: id })).status, 401);
  });
});
