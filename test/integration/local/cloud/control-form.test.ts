/** The form of the control API: what it takes, and how it says what is wrong. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startTestCloud } from '../../../support/cloud.ts';
import { control, problem, refuses } from './control-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const { appId } = cloud.state.registrations[0] ?? assert.fail();
const [, { id: tenantId } = assert.fail()] = cloud.state.tenants;

/** Every address that takes a body, with one that is good but for a further field. */
const bodies: [method: string, path: string, body: Record<string, unknown>][] = [
  ['POST', '/faults', { service: 'graph', fault: { kind: 'down' } }],
  ['POST', '/faults', { preset: 'graph-busy' }],
  ['POST', '/tenants', { displayName: 'Tailspin', domain: 'tailspin.example' }],
  ['PATCH', `/tenants/${tenantId}`, { displayName: 'Other' }],
  ['PATCH', `/tenants/${tenantId}/apps/${appId}`, { enabled: false }],
  ['POST', '/registrations', { displayName: 'Other', homeTenantId: tenantId, audience: 'multitenant' }],
  ['PATCH', `/registrations/${appId}`, { displayName: 'Other' }],
  ['POST', `/registrations/${appId}/secrets`, {}],
  ['POST', `/registrations/${appId}/certificates`, { certificate: 'x' }],
  ['POST', `/registrations/${appId}/federated-credentials`, { name: 'x', issuer: 'x', subject: 'x', audiences: ['x'] }],
  ['POST', '/mailboxes', { tenantId, address: 'new@contoso.example' }],
  ['PATCH', '/mailboxes/anna@contoso.example', { displayName: 'Other' }],
  ['PATCH', '/identities/7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33', { name: 'other' }],
  ['PATCH', '/settings', { settling: 1 }],
  ['POST', '/vault/certificates', { name: 'other' }],
  ['POST', '/vault/keys', { name: 'other' }],
  ['POST', '/vault/secrets', { name: 'other', value: 'x' }],
  ['POST', '/exchange', { script: '' }],
];

describe('bodies', () => {
  const before = JSON.stringify(cloud.state);
  const unchanged = (): void => {
    assert.equal(JSON.stringify(cloud.state), before);
    assert.deepEqual(cloud.faults.list(), []);
  };

  for (const [method, path, body] of bodies) {
    test(`${method} ${path}: an unknown field is refused by its name, and nothing is done`, async () => {
      await refuses(control(cloud, method, path, { ...body, further: 1 }), 400, ['further']);
      unchanged();
    });
  }

  test('what is no JSON, or no object, is refused everywhere', async () => {
    for (const [method, path] of bodies) {
      await refuses(control(cloud, method, path, '{"service":'), 400);
      await refuses(control(cloud, method, path, '{"service":1}', { 'content-type': 'text/plain' }), 415);
      for (const body of ['[]', '7', '"x"']) {
        assert.deepEqual((await problem(await control(cloud, method, path, body))).status, 400, `${path} ${body}`);
      }
    }
    unchanged();
  });

  test('an empty body is refused where one is needed', async () => {
    for (const [method, path] of bodies) await refuses(control(cloud, method, path, ''), 400);
    unchanged();
  });

  test('what is too large is read to its end and refused', async () => {
    const script = 'x'.repeat(3 * 1024 * 1024);
    await refuses(control(cloud, 'POST', '/exchange', { script }), 413);
  });

  test('a prototype is no way in', async () => {
    const text = `{"__proto__":{"polluted":true},"settling":5}`;
    await refuses(control(cloud, 'PATCH', '/settings', text), 400, ['__proto__']);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    unchanged();
  });
});

describe('addresses', () => {
  test('that are none are refused', async () => {
    for (const path of ['', '/', '/nothing', '/faults/', '/state/tenants', '/tenants/x/y']) {
      await refuses(control(cloud, 'GET', path), 404);
    }
  });

  test('that hold no such thing are refused with its name', async () => {
    const missing: [string, string][] = [
      ['DELETE', '/faults/none'],
      ['GET', '/tenants/none.example'],
      ['PUT', `/tenants/none.example/apps/${appId}`],
      ['PUT', `/tenants/${tenantId}/apps/none`],
      ['DELETE', `/tenants/${tenantId}/apps/none`],
      ['GET', '/registrations/none'],
      ['DELETE', `/registrations/${appId}/secrets/none`],
      ['DELETE', `/registrations/${appId}/certificates/none`],
      ['DELETE', `/registrations/${appId}/federated-credentials/none`],
      ['GET', '/mailboxes/none@contoso.example'],
      ['DELETE', '/mailboxes/none@contoso.example'],
      ['GET', '/messages/none'],
      ['GET', '/identities/none'],
    ];
    for (const [method, path] of missing) {
      const { status, detail } = await problem(await control(cloud, method, path));
      assert.equal(status, 404, path);
      assert.match(detail, /none/);
    }
  });

  test('take their own methods and name them where another is used', async () => {
    const response = await control(cloud, 'PUT', '/faults');
    assert.equal(response.headers.get('allow'), 'GET, POST, DELETE');
    await refuses(Promise.resolve(response), 405);
    await refuses(control(cloud, 'POST', '/state'), 405);
    await refuses(control(cloud, 'DELETE', '/settings'), 405);
  });
});

describe('queries', () => {
  test('with an unknown, repeated or wrong parameter are refused by its name', async () => {
    const wrong: [string, string][] = [
      ['/journal?service=teams', 'service'],
      ['/journal?outcome=odd', 'outcome'],
      ['/journal?limit=0', 'limit'],
      ['/journal?limit=1001', 'limit'],
      ['/journal?limit=ten', 'limit'],
      ['/journal?since=yesterday', 'since'],
      ['/journal?tenant=x', 'tenant'],
      ['/journal?service=graph&service=entra', 'service'],
      ['/mailboxes?tenant=x', 'tenant'],
      ['/messages?folder=spam', 'folder'],
    ];
    for (const [path, field] of wrong) await refuses(control(cloud, 'GET', path), 400, [field]);
    await refuses(control(cloud, 'DELETE', '/messages?mailboxes=all'), 400, ['mailboxes']);
  });
});
