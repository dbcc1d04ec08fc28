import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { ask, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
afterEach(() => cloud.faults.clear());

const path = `certificates/${vendor.certificateName}`;

describe('a fault rule makes the vault', () => {
  for (const [status, code] of [
    [429, 'Throttled'],
    [503, 'ServiceUnavailable'],
    [500, 'InternalServerError'],
    [403, 'Forbidden'],
  ] as const) {
    test(`answer ${status} in its own words and with its own headers`, async () => {
      cloud.faults.add({ service: 'vault', times: 1, fault: { kind: 'answer', status, retryAfter: { seconds: 7 } } });
      const answer = await ask(cloud, path, { headers: { 'x-ms-client-request-id': 'mine' } });
      assert.equal(answer.status, status);
      assert.equal(errorOf(answer).code, code);
      assert.equal(answer.headers.get('retry-after'), '7');
      assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(answer.headers.get('x-ms-client-request-id'), 'mine');
      assert.equal((await ask(cloud, path)).status, 200);
    });
  }

  test('refuse one operation and go on with the others', async () => {
    cloud.faults.add({ service: 'vault', operation: 'sign', fault: { kind: 'answer', status: 503 } });
    const json = { alg: 'PS256', value: Buffer.alloc(32).toString('base64url') };
    assert.equal((await ask(cloud, `keys/${vendor.certificateName}/sign`, { json })).status, 503);
    assert.equal(
      (await ask(cloud, `keys/${vendor.certificateName}/verify`, { json: { ...json, digest: json.value } })).status,
      200,
    );
  });

  test('vanish, and come back as it was', async () => {
    const rule = cloud.faults.add({ service: 'vault', fault: { kind: 'down' } });
    // A connection of its own: one that is kept alive was made before.
    await assert.rejects(ask(cloud, path, { headers: { Connection: 'close' } }));
    await assert.rejects(ask(cloud, path));
    cloud.faults.remove(rule);
    assert.equal((await ask(cloud, path)).status, 200);
  });

  test('lose the answer to what it has done', async () => {
    cloud.state.vaultSecrets = [];
    cloud.state.identities[0]?.vaultRoles.push('Key Vault Secrets Officer');
    cloud.faults.add({ service: 'vault', operation: 'setSecret', times: 1, fault: { kind: 'cut', when: 'after' } });
    await assert.rejects(ask(cloud, 'secrets/lost', { method: 'PUT', json: { value: 'x' } }));
    assert.equal(cloud.state.vaultSecrets.length, 1);
  });

  test('ask for a token with further claims', async () => {
    cloud.faults.add({
      service: 'vault',
      times: 1,
      fault: { kind: 'answer', status: 401, code: 'insufficient_claims' },
    });
    const answer = await ask(cloud, path);
    assert.equal(answer.status, 401);
    const header = answer.headers.get('www-authenticate') ?? '';
    assert.match(
      header,
      /^Bearer authorization="[^"]+", resource="https:\/\/vault\.azure\.net", error="insufficient_claims", /,
    );
    const claims = Buffer.from(/claims="([^"]+)"/.exec(header)?.[1] ?? '', 'base64').toString();
    assert.match(claims, /^\{"access_token":\{"nbf":\{"essential":true,"value":"\d+"\}\}\}$/);
  });
});
