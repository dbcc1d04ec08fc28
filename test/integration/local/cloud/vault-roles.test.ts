import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { VaultRole } from '../../../../local/cloud/state.ts';
import { assignVaultRole, removeVaultRole } from '../../../../local/cloud/vault/roles.ts';
import {
  anEnterpriseApp,
  customers,
  grantedToken,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';
import { ask, aTokenWithRoles, aVaultToken, errorOf, lastEntry } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const name = vendor.certificateName;
const digest = Buffer.alloc(32, 7).toString('base64url');

/** A request for each data action, and the statuses of a caller who may: 404 and the like say that he was let in. */
const requests = {
  'certificates/read': { path: `certificates/${name}` },
  'certificates/update/action': { path: 'certificates/missing', method: 'PATCH', json: {} },
  'certificates/create/action': { path: 'certificates/wrong/create', json: {} },
  'certificates/import/action': { path: 'certificates/wrong/import', json: {} },
  'certificates/delete': { path: 'certificates/missing', method: 'DELETE' },
  'certificates/recover/action': { path: 'deletedcertificates/missing/recover', method: 'POST' },
  'certificates/purge/action': { path: 'deletedcertificates/missing', method: 'DELETE' },
  'keys/read': { path: `keys/${name}` },
  'keys/update/action': { path: 'keys/missing', method: 'PATCH', json: {} },
  'keys/create/action': { path: 'keys/wrong/create', json: {} },
  'keys/rotate/action': { path: 'keys/missing/rotate', method: 'POST' },
  'keys/delete': { path: 'keys/missing', method: 'DELETE' },
  'keys/recover/action': { path: 'deletedkeys/missing/recover', method: 'POST' },
  'keys/purge/action': { path: 'deletedkeys/missing', method: 'DELETE' },
  'keys/sign/action': { path: `keys/${name}/sign`, json: { alg: 'PS256', value: digest } },
  'keys/verify/action': { path: `keys/${name}/verify`, json: { alg: 'PS256', digest, value: 'AAAA' } },
  'keys/wrap/action': { path: `keys/${vendor.wrappingKeyName}/wrapkey`, json: { alg: 'RSA-OAEP-256', value: digest } },
  'keys/unwrap/action': { path: `keys/${vendor.wrappingKeyName}/unwrapkey`, json: {} },
  'keys/encrypt/action': { path: 'keys/missing/encrypt', json: {} },
  'keys/decrypt/action': { path: 'keys/missing/decrypt', json: {} },
  'secrets/getSecret/action': { path: `secrets/${name}` },
  'secrets/readMetadata/action': { path: 'secrets' },
  'secrets/setSecret/action': { path: 'secrets/wrong', method: 'PUT', json: {} },
  'secrets/update/action': { path: 'secrets/missing', method: 'PATCH', json: {} },
  'secrets/delete': { path: 'secrets/missing', method: 'DELETE' },
  'secrets/recover/action': { path: 'deletedsecrets/missing/recover', method: 'POST' },
  'secrets/purge/action': { path: 'deletedsecrets/missing', method: 'DELETE' },
} as const;
type Action = keyof typeof requests;

/** What each role may do, written out: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security. */
const all = Object.keys(requests);
const below = (collection: string): string[] => all.filter((action) => action.startsWith(`${collection}/`));
const allowed: [VaultRole, string[]][] = [
  ['Key Vault Administrator', all],
  ['Key Vault Certificates Officer', below('certificates')],
  [
    'Key Vault Certificate User',
    ['certificates/read', 'keys/read', 'secrets/getSecret/action', 'secrets/readMetadata/action'],
  ],
  ['Key Vault Crypto Officer', below('keys')],
  [
    'Key Vault Crypto User',
    [
      'read',
      'update/action',
      'sign/action',
      'verify/action',
      'wrap/action',
      'unwrap/action',
      'encrypt/action',
      'decrypt/action',
    ].map((one) => `keys/${one}`),
  ],
  ['Key Vault Crypto Service Encryption User', ['keys/read', 'keys/wrap/action', 'keys/unwrap/action']],
  ['Key Vault Secrets Officer', below('secrets')],
  ['Key Vault Secrets User', ['secrets/getSecret/action', 'secrets/readMetadata/action']],
  ['Key Vault Reader', ['certificates/read', 'keys/read', 'secrets/readMetadata/action']],
];

for (const [role, actions] of allowed) {
  test(`${role} may do what its data actions say, and nothing else`, async () => {
    const token = await aTokenWithRoles(cloud, [role]);
    for (const [action, { path, ...request }] of Object.entries(requests)) {
      const { status } = await ask(cloud, path, { token, ...request });
      assert.equal(status !== 403, actions.includes(action), `${action}: ${status}`);
      assert.ok(status < 500 && status !== 401, `${action}: ${status}`);
    }
  });
}

test('roles add up', async () => {
  const token = await aTokenWithRoles(cloud, ['Key Vault Certificate User', 'Key Vault Crypto User']);
  for (const action of ['certificates/read', 'keys/sign/action', 'secrets/getSecret/action'] satisfies Action[]) {
    const { path, ...request } = requests[action];
    assert.equal((await ask(cloud, path, { token, ...request })).status, 200, path);
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
      reason: `no role allows keys/sign/action on keys/${name}`,
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

describe('a role on one key, secret or certificate', () => {
  const { wrappingKeyName } = vendor;
  const sign = { json: { alg: 'PS256', value: digest } };
  const wrap = { json: { alg: 'RSA-OAEP-256', value: digest } };

  test('allows there what it allows, and nothing elsewhere', async () => {
    const token = await aTokenWithRoles(cloud, [{ role: 'Key Vault Crypto User', scope: `keys/${wrappingKeyName}` }]);
    assert.equal((await ask(cloud, `keys/${wrappingKeyName}`, { token })).status, 200);
    assert.equal((await ask(cloud, `keys/${wrappingKeyName}/wrapkey`, { ...wrap, token })).status, 200);
    assert.equal((await ask(cloud, `keys/${wrappingKeyName}/versions`, { token })).status, 200);
    for (const [path, request] of [
      [`keys/${name}/sign`, sign],
      [`keys/${name}`, {}],
      ['keys', {}],
      [`certificates/${name}`, {}],
    ] as const) {
      const answer = await ask(cloud, path, { ...request, token });
      assert.equal(answer.status, 403, path);
      assert.deepEqual(errorOf(answer).innererror, { code: 'ForbiddenByRbac' });
    }
  });

  test('on a certificate does not reach the key and the secret of its name', async () => {
    const token = await aTokenWithRoles(cloud, [{ role: 'Key Vault Administrator', scope: `certificates/${name}` }]);
    assert.equal((await ask(cloud, `certificates/${name}`, { token })).status, 200);
    for (const path of [`keys/${name}`, `secrets/${name}`, 'certificates']) {
      assert.equal((await ask(cloud, path, { token })).status, 403, path);
      assert.equal(lastEntry(cloud).code, 'ForbiddenByRbac');
    }
  });

  test('may be one of several that are assigned to the same principal', async () => {
    const token = await aTokenWithRoles(cloud, []);
    const principalId = cloud.state.identities.at(-1)?.principalId ?? '';
    for (const key of [name, wrappingKeyName]) {
      assignVaultRole(cloud.state, { principalId, role: 'Key Vault Crypto User', scope: `keys/${key}` });
    }
    for (const key of [name, wrappingKeyName]) {
      assert.equal((await ask(cloud, `keys/${key}`, { token })).status, 200, key);
    }
    removeVaultRole(cloud.state, principalId, 'Key Vault Crypto User');
    assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 403);
  });
});

describe('a role that is assigned', () => {
  test('lets an app of the home tenant in with the token that Entra gave it, by its object id', async () => {
    const enterpriseApp = anEnterpriseApp({ tenantId: vendor.tenantId });
    cloud.state.enterpriseApps.push(enterpriseApp);
    const { objectId: principalId } = enterpriseApp;
    const answer = await requestToken(cloud, {
      tenant: vendor.tenantId,
      form: { scope: 'https://vault.azure.net/.default' },
    });
    const { access_token: token, claims } = await grantedToken(answer);
    assert.deepEqual([claims['oid'], claims['roles']], [principalId, undefined]);
    assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 403);
    assignVaultRole(cloud.state, { principalId, role: 'Key Vault Crypto User' });
    assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 200);

    removeVaultRole(cloud.state, principalId, 'Key Vault Crypto User');
    assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 403);
  });

  test('lets nobody of another tenant in', async () => {
    const principalId = crypto.randomUUID();
    assignVaultRole(cloud.state, { principalId, role: 'Key Vault Administrator' });
    const token = await aVaultToken(cloud, { oid: principalId, sub: principalId, tid: customers.contoso.id });
    const answer = await ask(cloud, `keys/${name}`, { token });
    assert.equal(answer.status, 401);
    assert.match(errorOf(answer).message, /^AKV10032/);
  });

  test('takes as long to arrive as is set, and the caller is told to wait until then', async (t) => {
    t.after(() => delete cloud.state.vault);
    cloud.state.vault = { rolePropagationMilliseconds: 60_000 };
    const token = await aTokenWithRoles(cloud, []);
    const principalId = cloud.state.identities.at(-1)?.principalId ?? '';
    assignVaultRole(cloud.state, { principalId, role: 'Key Vault Reader' });
    const early = await ask(cloud, `keys/${name}`, { token });
    assert.equal(early.status, 403);
    assert.match(errorOf(early).message, /please observe propagation time/);

    const rule = cloud.faults.add({ service: 'vault', fault: { kind: 'clock', seconds: 90 } });
    assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 200);
    cloud.faults.remove(rule);
  });
});

test("the vault may live in another tenant than the first registration's", async (t) => {
  t.after(() => delete cloud.state.vault);
  cloud.state.vault = { homeTenantId: customers.fabrikam.id };
  const old = await ask(cloud, `keys/${name}`);
  assert.equal(old.status, 401);
  assert.match(old.headers.get('www-authenticate') ?? '', new RegExp(`/${customers.fabrikam.id}"`));
  const token = await aVaultToken(cloud, { tid: customers.fabrikam.id });
  assert.equal((await ask(cloud, `keys/${name}`, { token })).status, 200);
});
