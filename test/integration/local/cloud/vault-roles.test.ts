import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { VaultRole } from '../../../../local/cloud/state.ts';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { ask, aTokenWithRoles, aVaultToken, errorOf, lastEntry } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const name = vendor.certificateName;
const digest = Buffer.alloc(32, 7).toString('base64url');

const requests = {
  'certificates/read': { path: `certificates/${name}`, json: undefined },
  'keys/read': { path: `keys/${name}`, json: undefined },
  'secrets/getSecret/action': { path: `secrets/${name}`, json: undefined },
  'keys/sign/action': { path: `keys/${name}/sign`, json: { alg: 'PS256', value: digest } },
  'keys/verify/action': { path: `keys/${name}/verify`, json: { alg: 'PS256', digest, value: 'AAAA' } },
  'keys/wrap/action': { path: `keys/${vendor.wrappingKeyName}/wrapkey`, json: { alg: 'RSA-OAEP-256', value: digest } },
};
type Action = keyof typeof requests;

const allowed: [VaultRole, Action[]][] = [
  ['Key Vault Certificate User', ['certificates/read', 'keys/read', 'secrets/getSecret/action']],
  ['Key Vault Crypto User', ['keys/read', 'keys/sign/action', 'keys/verify/action', 'keys/wrap/action']],
  ['Key Vault Reader', ['certificates/read', 'keys/read']],
];

for (const [role, actions] of allowed) {
  test(`${role} may do ${actions.join(', ')} and nothing else`, async () => {
    const token = await aTokenWithRoles(cloud, [role]);
    for (const [action, { path, json }] of Object.entries(requests)) {
      const answer = await ask(cloud, path, { token, json });
      const expected = actions.some((one) => one === action) ? 200 : 403;
      assert.equal(answer.status, expected, action);
    }
  });
}

test('roles add up', async () => {
  const token = await aTokenWithRoles(cloud, ['Key Vault Certificate User', 'Key Vault Crypto User']);
  for (const { path, json } of Object.values(requests)) {
    assert.equal((await ask(cloud, path, { token, json })).status, 200, path);
  }
});

test('unwrapping takes Key Vault Crypto User', async () => {
  const { path } = requests['keys/wrap/action'];
  const unwrap = { path: path.replace('wrapkey', 'unwrapkey'), json: { alg: 'RSA-OAEP-256', value: 'AAAA' } };
  const reader = await ask(cloud, unwrap.path, {
    token: await aTokenWithRoles(cloud, ['Key Vault Certificate User', 'Key Vault Reader']),
    json: unwrap.json,
  });
  assert.equal(reader.status, 403);
  assert.match(errorOf(reader).message, /keys\/unwrap\/action/);

  const user = await ask(cloud, unwrap.path, {
    token: await aTokenWithRoles(cloud, ['Key Vault Crypto User']),
    json: unwrap.json,
  });
  assert.equal(user.status, 400, 'allowed, but the value is no wrapped key');
});

describe('a caller without the role', () => {
  test('is told which action he lacks, as whom he came and for what', async () => {
    const token = await aTokenWithRoles(cloud, []);
    const oid = cloud.state.identities.at(-1)?.principalId;
    const { path, json } = requests['keys/sign/action'];
    const answer = await ask(cloud, path, { token, json });

    assert.equal(answer.status, 403);
    const error = errorOf(answer);
    assert.equal(error.code, 'Forbidden');
    assert.deepEqual(error.innererror, { code: 'ForbiddenByRbac' });
    const lines = error.message.split('\r\n');
    assert.equal(lines[0], 'Caller is not authorized to perform action on resource.');
    assert.ok(
      lines.includes(
        `Caller: appid=${vendor.identityClientId};oid=${oid};iss=https://sts.windows.net/${vendor.tenantId}/`,
      ),
    );
    assert.ok(lines.includes("Action: 'Microsoft.KeyVault/vaults/keys/sign/action'"));
    assert.ok(lines.some((line) => line.startsWith('Resource: ') && line.endsWith(`/keys/${name}'`)));
    assert.ok(lines.includes('Assignment: (not found)'));
    assert.equal(answer.headers.get('www-authenticate'), null, 'a new token would not help');
    assert.deepEqual(lastEntry(cloud), {
      service: 'vault',
      operation: 'sign',
      status: 403,
      code: 'ForbiddenByRbac',
      reason: 'no role allows keys/sign/action',
    });
  });

  test('does not learn whether the object exists', async () => {
    const token = await aTokenWithRoles(cloud, []);
    const answer = await ask(cloud, 'certificates/missing', { token });
    assert.equal(answer.status, 403);
  });

  test('is refused when he is no identity of this cloud at all', async () => {
    const token = await aVaultToken(cloud, { oid: crypto.randomUUID() });
    const answer = await ask(cloud, `certificates/${name}`, { token });

    assert.equal(answer.status, 403);
    assert.deepEqual(errorOf(answer).innererror, { code: 'ForbiddenByRbac' });
  });

  test('gains nothing by application permissions in his token', async () => {
    const token = await aVaultToken(cloud, { oid: crypto.randomUUID(), roles: ['Key Vault Crypto User'] });
    const answer = await ask(cloud, `keys/${name}`, { token });
    assert.equal(answer.status, 403);
  });

  test('is let in as soon as the role is assigned', async () => {
    const token = await aTokenWithRoles(cloud, []);
    assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 403);
    cloud.state.identities.at(-1)?.vaultRoles.push('Key Vault Reader');
    assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 200);
  });
});
