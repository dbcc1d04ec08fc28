import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { addCertificateVersion } from '../../../../local/cloud/vault/add-certificate-version.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { administrator, bodyOf, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);
const name = 'rotated';
const digest = Buffer.alloc(32, 7).toString('base64url');
const older = await addCertificateVersion(cloud.state, { name, exportable: true, now: Date.now() - 5000 });
const newer = await addCertificateVersion(cloud.state, { name });

const bundle = z.object({
  id: z.string(),
  cer: z.string(),
  attributes: z.object({ enabled: z.boolean(), nbf: z.int(), exp: z.int(), created: z.int(), updated: z.int() }),
  tags: z.record(z.string(), z.string()).optional(),
  policy: z.looseObject({ key_props: z.unknown(), x509_props: z.looseObject({ subject: z.string() }) }).optional(),
});
const get = (path: string) => bodyOf(ask(`certificates/${name}${path}`), bundle);
const patch = (path: string, json: unknown) =>
  bodyOf(ask(`certificates/${name}${path}`, { method: 'PATCH', json }), bundle);

describe('a certificate with two versions', () => {
  test('is asked for by its newest, and each by its id', async () => {
    assert.equal((await get('')).cer, newer.der);
    assert.equal((await get(`/${older.version}`)).cer, older.der);
    assert.equal((await get(`/${newer.version}`)).policy, undefined);
  });

  test('takes what is left out of a further version from the one before', async () => {
    assert.equal(newer.exportable, true);
    assert.equal((await get('')).policy?.x509_props.subject, `CN=${name}`);
    assert.notEqual(newer.der, older.der);
  });

  test('shows its newest version even where that is disabled, and passes over to no other', async () => {
    const { attributes } = await patch(`/${newer.version}`, { attributes: { enabled: false } });
    assert.equal(attributes.enabled, false);

    const shown = await get('');
    assert.equal(shown.cer, newer.der);
    assert.equal(shown.attributes.enabled, false);
  });

  test('gives neither the secret nor the key operations of a disabled version', async () => {
    for (const path of [`secrets/${name}`, `secrets/${name}/${newer.version}`]) {
      const secret = await ask(path);
      assert.equal(secret.status, 403);
      assert.deepEqual(secret.body, {
        error: {
          code: 'Forbidden',
          message: 'Operation get is not allowed on a disabled secret.',
          innererror: { code: 'SecretDisabled' },
        },
      });
    }
    const json = { alg: 'PS256', value: digest };
    const signed = await ask(`keys/${name}/${newer.version}/sign`, { json });
    assert.equal(signed.status, 403);
    assert.deepEqual(errorOf(signed).innererror, { code: 'KeyDisabled' });

    assert.equal((await ask(`secrets/${name}/${older.version}`)).status, 200);
    assert.equal((await ask(`keys/${name}/${older.version}/sign`, { json })).status, 200);
  });

  test('may be enabled again', async () => {
    await patch('', { attributes: { enabled: true } });
    assert.equal((await ask(`secrets/${name}`)).status, 200);
  });
});

describe('updating a version', () => {
  test('sets tags and says when, and leaves the other version alone', async () => {
    const updated = await patch(`/${older.version}`, { tags: { stage: 'old' } });
    assert.deepEqual(updated.tags, { stage: 'old' });
    assert.ok(updated.attributes.updated > updated.attributes.created);
    assert.equal((await get('')).tags, undefined);
  });

  test('leaves what stands in the certificate as it is', async () => {
    const { attributes } = await patch('', { attributes: { nbf: 1, exp: 2 } });
    assert.deepEqual([attributes.nbf, attributes.exp], [newer.notBefore, newer.expires]);
  });

  test('is refused for what does not exist or is wrong', async () => {
    for (const [path, json, status] of [
      ['certificates/missing', {}, 404],
      [`certificates/${name}/${'0'.repeat(32)}`, {}, 404],
      [`certificates/${name}`, { attributes: { enabled: 'yes' } }, 400],
      [`certificates/${name}`, { tags: { a: 1 } }, 400],
      [`certificates/${name}`, { tags: Object.fromEntries([...Array(16).keys()].map((n) => [n, 'x'])) }, 400],
    ] as const) {
      assert.equal((await ask(path, { method: 'PATCH', json })).status, status, JSON.stringify(json));
    }
  });
});

describe('the policy', () => {
  const policy = z.object({
    id: z.string(),
    key_props: z.object({ key_size: z.int(), reuse_key: z.boolean(), exportable: z.boolean() }),
    x509_props: z.object({ subject: z.string() }),
    lifetime_actions: z.array(z.unknown()),
  });

  test('is changed for the versions to come alone', async () => {
    const json = {
      key_props: { exportable: false, key_size: 3072 },
      x509_props: { validity_months: 6 },
      lifetime_actions: [{ trigger: { days_before_expiry: 30 }, action: { action_type: 'AutoRenew' } }],
    };
    const changed = await bodyOf(ask(`certificates/${name}/policy`, { method: 'PATCH', json }), policy);
    assert.deepEqual(changed.key_props, { exportable: false, key_size: 3072, reuse_key: false });
    assert.deepEqual(changed.lifetime_actions, json.lifetime_actions);
    assert.equal(changed.x509_props.subject, `CN=${name}`);

    assert.deepEqual(await bodyOf(ask(`certificates/${name}/policy`), policy), changed);
    assert.equal((await get('')).cer, newer.der);
    assert.match(JSON.stringify((await ask(`secrets/${name}`)).body), /PRIVATE KEY|MII/);
  });

  test('does not exist without its certificate', async () => {
    for (const method of ['GET', 'PATCH']) {
      const answer = await ask('certificates/missing/policy', { method, ...(method === 'PATCH' && { json: {} }) });
      assert.equal(answer.status, 404);
      assert.equal(errorOf(answer).code, 'CertificateNotFound');
    }
  });
});
