import assert from 'node:assert/strict';
import { constants, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { addKey, ask, aVaultToken, errorOf, keyBundle, lastEntry, resultOf, versionOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const signing = vendor.certificateName;
const wrapping = vendor.wrappingKeyName;
const version = versionOf(cloud, signing);
const url = cloud.urls.vault;
const digest = randomBytes(32).toString('base64url');

describe('getKey', () => {
  test("gives the public key of a certificate, with the certificate's validity", async () => {
    const { status, body } = await ask(cloud, `keys/${signing}/${version}`);

    assert.equal(status, 200);
    const { key, attributes, managed } = keyBundle.parse(body);
    assert.equal(key.kid, `${url}/keys/${signing}/${version}`);
    assert.deepEqual(key.key_ops, ['sign', 'verify']);
    const certificate = cloud.state.vaultCertificates[0];
    assert.equal(attributes['nbf'], certificate?.notBefore);
    assert.equal(attributes['exp'], certificate?.expires);
    assert.equal(managed, true);
  });

  test('gives a key of its own without a validity, and never a private part', async () => {
    const { body } = await ask(cloud, `keys/${wrapping}`);

    const { attributes, managed } = keyBundle.parse(body);
    assert.ok(!('exp' in attributes));
    assert.equal(managed, undefined);
    const secret = cloud.state.vaultKeys.find(({ name }) => name === wrapping)?.jwk.d;
    assert.ok(secret !== undefined && !JSON.stringify(body).includes(secret));
  });

  test('without a version gives the newest', async () => {
    const name = addKey(cloud, { created: 200 }).name;
    addKey(cloud, { name, created: 100 });
    const { key } = keyBundle.parse((await ask(cloud, `keys/${name}/`)).body);
    assert.equal(key.kid, `${url}/keys/${name}/${versionOf(cloud, name)}`);
  });

  test('refuses a name and a version that do not exist', async () => {
    for (const id of ['missing', `${signing}/${'0'.repeat(32)}`]) {
      const answer = await ask(cloud, `keys/${id}`);
      assert.equal(answer.status, 404);
      assert.equal(errorOf(answer).code, 'KeyNotFound');
      assert.match(
        errorOf(answer).message,
        new RegExp(`^A key with \\(name/id\\) ${id} was not found in this key vault`),
      );
    }
  });
});

describe('wrapKey and unwrapKey, encrypt and decrypt', () => {
  const paddings = {
    'RSA-OAEP': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    'RSA-OAEP-256': { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    RSA1_5: { padding: constants.RSA_PKCS1_PADDING },
  } as const;
  for (const alg of ['RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5'] as const) {
    test(`give 32 bytes back with ${alg}, in either direction with another implementation`, async () => {
      const { name, privateKey, publicKey } = addKey(cloud);
      const secret = randomBytes(32);
      for (const [there, back, journaled] of [
        ['wrapkey', 'unwrapkey', 'unwrapKey'],
        ['encrypt', 'decrypt', 'decrypt'],
      ] as const) {
        const hidden = await resultOf(cloud, `keys/${name}/${there}`, { alg, value: secret.toString('base64url') });
        assert.deepEqual(privateDecrypt({ key: privateKey, ...paddings[alg] }, hidden.value), secret);

        const value = publicEncrypt({ key: publicKey, ...paddings[alg] }, secret).toString('base64url');
        assert.deepEqual((await resultOf(cloud, `keys/${name}/${back}`, { alg, value })).value, secret);
        assert.equal(lastEntry(cloud).operation, journaled);
      }
    });
  }

  test('refuse with RSA1_5 what has no padding of it, and give nothing in its place', async () => {
    const { name, publicKey } = addKey(cloud);
    for (const block of [
      Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(221, 7), Buffer.alloc(33)]),
      Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(254, 7)]),
      Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(7, 7), Buffer.alloc(247)]),
    ]) {
      const value = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block).toString('base64url');
      const answer = await ask(cloud, `keys/${name}/unwrapkey`, { json: { alg: 'RSA1_5', value } });
      assert.equal(answer.status, 400);
      assert.equal(errorOf(answer).code, 'BadParameter');
    }
  });

  test('refuse what another version or algorithm wrapped', async () => {
    const first = addKey(cloud, { created: 100 });
    const next = addKey(cloud, { name: first.name, created: 200 });
    const { kid, value } = await resultOf(cloud, `keys/${first.name}/${first.version}/wrapkey`, {
      alg: 'RSA-OAEP-256',
      value: randomBytes(32).toString('base64url'),
    });
    assert.equal(kid, `${url}/keys/${first.name}/${first.version}`);

    for (const [wanted, alg] of [
      [next.version, 'RSA-OAEP-256'],
      [first.version, 'RSA-OAEP'],
    ] as const) {
      const json = { alg, value: value.toString('base64url') };
      const answer = await ask(cloud, `keys/${first.name}/${wanted}/unwrapkey`, { json });
      assert.equal(answer.status, 400);
      assert.equal(errorOf(answer).code, 'BadParameter');
    }
  });

  test('refuse more than the modulus holds, and other algorithms', async () => {
    for (const [alg, length] of [
      ['RSA-OAEP-256', 191],
      ['RSA1_5', 246],
      ['A256KW', 32],
      ['PS256', 32],
    ] as const) {
      const json = { alg, value: Buffer.alloc(length).toString('base64url') };
      assert.equal((await ask(cloud, `keys/${wrapping}/wrapkey`, { json })).status, 400, alg);
    }
  });
});

describe("the key's own rules", () => {
  test('refuse an operation that is not among its key operations, whatever the role', async () => {
    for (const [name, suffix, operation, alg] of [
      [wrapping, 'sign', 'sign', 'PS256'],
      [wrapping, 'verify', 'verify', 'PS256'],
      [signing, 'wrapkey', 'wrapKey', 'RSA-OAEP-256'],
      [signing, 'unwrapkey', 'unwrapKey', 'RSA-OAEP-256'],
      [wrapping, 'encrypt', 'encrypt', 'RSA-OAEP-256'],
      [wrapping, 'decrypt', 'decrypt', 'RSA-OAEP-256'],
    ] as const) {
      const answer = await ask(cloud, `keys/${name}/${suffix}`, { json: { alg, value: digest, digest } });
      assert.equal(answer.status, 403, operation);
      assert.deepEqual(answer.body, {
        error: {
          code: 'Forbidden',
          message: `Operation ${operation} is not permitted on this key.`,
          innererror: { code: 'KeyOperationForbidden' },
        },
      });
      assert.deepEqual(lastEntry(cloud), {
        service: 'vault',
        operation,
        status: 403,
        code: 'KeyOperationForbidden',
        reason: `the key does not allow ${operation}`,
      });
    }
  });

  test('refuse every operation with a disabled key, which is shown all the same', async () => {
    const { name } = addKey(cloud, { enabled: false });
    const { attributes } = keyBundle.parse((await ask(cloud, `keys/${name}`)).body);
    assert.equal(attributes['enabled'], false);
    for (const [suffix, operation] of [
      ['sign', 'sign'],
      ['verify', 'verify'],
      ['wrapkey', 'wrapKey'],
      ['unwrapkey', 'unwrapKey'],
      ['encrypt', 'encrypt'],
      ['decrypt', 'decrypt'],
    ] as const) {
      const answer = await ask(cloud, `keys/${name}/${suffix}`, { json: { alg: 'PS256', value: digest, digest } });
      assert.equal(answer.status, 403, operation);
      assert.deepEqual(errorOf(answer), {
        code: 'Forbidden',
        message: `Operation ${operation} is not allowed on a disabled key.`,
        innererror: { code: 'KeyDisabled' },
      });
    }
  });

  test('hold its own validity by the clock of the vault', async () => {
    const now = Math.floor(Date.now() / 1000);
    const { name } = addKey(cloud, { notBefore: now - 100, expires: now + 100 });
    const json = { alg: 'PS256', value: digest };
    assert.equal((await ask(cloud, `keys/${name}/sign`, { json })).status, 200);

    for (const seconds of [-200, 200]) {
      const rule = cloud.faults.add({ service: 'vault', fault: { kind: 'clock', seconds } });
      const token = await aVaultToken(cloud, { nbf: now - 600, exp: now + 600 });
      const answer = await ask(cloud, `keys/${name}/sign`, { json, token });
      cloud.faults.remove(rule);
      assert.equal(answer.status, 403);
      assert.deepEqual(errorOf(answer).innererror, { code: 'KeyNotYetValidOrExpired' });
    }
  });

  test("let a key outside of its certificate's validity verify but not sign", async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const [notBefore, expires] of [
      [now - 200, now - 100],
      [now + 100, now + 200],
    ] as const) {
      const { name, version } = addKey(cloud);
      cloud.state.vaultCertificates.push({
        name,
        version,
        der: '',
        exportable: false,
        created: 1,
        notBefore,
        expires,
      });
      const refused = await ask(cloud, `keys/${name}/sign`, { json: { alg: 'PS256', value: digest } });
      assert.equal(refused.status, 403);
      assert.deepEqual(errorOf(refused).innererror, { code: 'KeyNotYetValidOrExpired' });

      const verified = await ask(cloud, `keys/${name}/verify`, { json: { alg: 'PS256', digest, value: 'AAAA' } });
      assert.equal(verified.status, 200);
    }
  });
});
