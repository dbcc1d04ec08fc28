import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { administrator, bodyOf, errorOf, keyBundle } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

// More than twenty keys are made here within ten seconds.
cloud.state.vault = { limits: { createKey: 1000 } };
const ask = await administrator(cloud);
const url = cloud.urls.vault;
const all = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'];

const create = (name: string, json: unknown = { kty: 'RSA' }) => ask(`keys/${name}/create`, { json });
const bits = (n: string): number => Buffer.from(n, 'base64url').length * 8;
const list = z.strictObject({
  value: z.array(
    z.strictObject({
      kid: z.string(),
      attributes: z.looseObject({ enabled: z.boolean() }),
      tags: z.record(z.string(), z.string()).optional(),
      managed: z.literal(true).optional(),
    }),
  ),
  nextLink: z.null(),
});

describe('creating a key', () => {
  for (const size of [undefined, 2048, 3072, 4096]) {
    test(`makes one of ${size ?? 'no given number of, that is 2048,'} bits for all operations`, async () => {
      const json = { kty: 'RSA', ...(size !== undefined && { key_size: size }) };
      const { key, attributes } = await bodyOf(create(`size-${size}`, json), keyBundle);
      assert.equal(bits(key.n), size ?? 2048);
      assert.deepEqual(key.key_ops, all);
      assert.equal(attributes['enabled'], true);
      assert.equal(attributes['recoveryLevel'], 'Recoverable+Purgeable');
    });
  }

  test('takes operations, attributes and tags', async () => {
    const json = {
      kty: 'RSA',
      key_ops: ['sign', 'verify'],
      attributes: { enabled: false, nbf: 1_700_000_000, exp: 1_800_000_000 },
      tags: { a: 'b' },
    };
    const { key, attributes, tags } = await bodyOf(create('described', json), keyBundle);
    assert.deepEqual(key.key_ops, ['sign', 'verify']);
    assert.deepEqual(
      [attributes['enabled'], attributes['nbf'], attributes['exp']],
      [false, 1_700_000_000, 1_800_000_000],
    );
    assert.deepEqual(tags, { a: 'b' });
  });

  test('under a name that there is makes a new version, which becomes the newest', async () => {
    const first = await bodyOf(create('twice'), keyBundle);
    const second = await bodyOf(create('twice'), keyBundle);
    assert.notEqual(second.key.n, first.key.n);
    assert.equal((await bodyOf(ask('keys/twice'), keyBundle)).key.kid, second.key.kid);
    const { value } = await bodyOf(ask('keys/twice/versions'), list);
    assert.deepEqual(value.map(({ kid }) => kid).sort(), [first.key.kid, second.key.kid].sort());
  });

  test('is refused for other sizes and what is no description of a key', async () => {
    for (const size of [0, 1024, 2047, 8192]) {
      const answer = await create('wrong', { kty: 'RSA', key_size: size });
      assert.equal(answer.status, 400);
      assert.deepEqual(errorOf(answer), {
        code: 'BadParameter',
        message: `Unsupported key size (${size}). Supported sizes are [2048, 3072, 4096]`,
      });
    }
    for (const json of [
      {},
      { kty: 'rsa' },
      { kty: 'RSA', key_ops: ['signs'] },
      { kty: 'RSA', key_size: '2048' },
      { kty: 'RSA', public_exponent: 1 },
    ]) {
      assert.equal((await create('wrong', json)).status, 400, JSON.stringify(json));
    }
    assert.equal((await ask('keys/wrong')).status, 404);
  });

  test('is owned up to for what only the real vault makes', async () => {
    for (const json of [
      { kty: 'EC', crv: 'P-256' },
      { kty: 'RSA-HSM' },
      { kty: 'oct' },
      { kty: 'RSA', key_ops: ['import'] },
      { kty: 'RSA', release_policy: { data: 'AA' } },
    ]) {
      assert.equal((await create('other', json)).status, 501, JSON.stringify(json));
    }
  });

  test("is refused under a certificate's name, as is every other change of its key", async () => {
    const name = vendor.certificateName;
    for (const [method, path, json, operation] of [
      ['POST', `keys/${name}/create`, { kty: 'RSA' }, 'create'],
      ['POST', `keys/${name}/rotate`, {}, 'create'],
      ['PATCH', `keys/${name}`, { attributes: { enabled: false } }, 'update'],
      ['DELETE', `keys/${name}`, undefined, 'delete'],
    ] as const) {
      const answer = await ask(path, { method, json });
      assert.equal(answer.status, 403, `${method} ${path}`);
      assert.deepEqual(errorOf(answer), {
        code: 'Forbidden',
        message: `Operation "${operation}" is not allowed as this object's lifetime is managed by Key Vault.`,
        innererror: { code: 'KeyManagedByKeyVault' },
      });
    }
    assert.equal((await ask(`keys/${name}`)).status, 200);
  });
});

describe('rotating a key', () => {
  test('makes a new version of the same size for the same operations', async () => {
    const json = { kty: 'RSA', key_size: 3072, key_ops: ['wrapKey', 'unwrapKey'] };
    const first = await bodyOf(create('rotated', json), keyBundle);
    const second = await bodyOf(ask('keys/rotated/rotate', { method: 'POST' }), keyBundle);
    assert.notEqual(second.key.kid, first.key.kid);
    assert.equal(bits(second.key.n), 3072);
    assert.deepEqual(second.key.key_ops, json.key_ops);
    assert.equal((await bodyOf(ask('keys/rotated'), keyBundle)).key.kid, second.key.kid);
  });

  test('is refused where there is none', async () => {
    const answer = await ask('keys/missing/rotate', { method: 'POST' });
    assert.equal(answer.status, 404);
    assert.equal(errorOf(answer).code, 'KeyNotFound');
  });
});

describe('updating a key', () => {
  test('changes the named version, or the newest, and nothing else', async () => {
    const first = await bodyOf(create('updated'), keyBundle);
    const second = await bodyOf(create('updated'), keyBundle);
    const patch = (path: string, json: unknown) => bodyOf(ask(path, { method: 'PATCH', json }), keyBundle);

    const named = await patch(first.key.kid.slice(url.length + 1), { key_ops: ['verify'], tags: { old: 'yes' } });
    assert.deepEqual([named.key.key_ops, named.tags], [['verify'], { old: 'yes' }]);
    const newest = await patch('keys/updated', { attributes: { enabled: false } });
    assert.equal(newest.key.kid, second.key.kid);
    assert.equal(newest.attributes['enabled'], false);
    assert.deepEqual(newest.key.key_ops, all);
    assert.equal(newest.tags, undefined);
  });

  test('changes nothing where a part of it is refused', async () => {
    await create('unchanged');
    const json = { attributes: { enabled: false }, tags: { a: 'b' }, key_ops: ['sign', 'export'] };
    assert.equal((await ask('keys/unchanged', { method: 'PATCH', json })).status, 501);
    const { key, attributes, tags } = await bodyOf(ask('keys/unchanged'), keyBundle);
    assert.deepEqual([attributes['enabled'], key.key_ops, tags], [true, all, undefined]);
  });
});

test('keys are listed once each, with those of certificates marked', async () => {
  await create('listed');
  await create('listed');
  const { value } = await bodyOf(ask('keys'), list);
  assert.equal(value.filter(({ kid }) => kid === `${url}/keys/listed`).length, 1);
  assert.equal(value.find(({ kid }) => kid === `${url}/keys/listed`)?.managed, undefined);
  assert.equal(value.find(({ kid }) => kid === `${url}/keys/${vendor.certificateName}`)?.managed, true);
});
