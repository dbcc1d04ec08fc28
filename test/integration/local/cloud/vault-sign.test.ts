import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, sign, verify } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { jwtVerify } from 'jose';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { addKey, ask, errorOf, keyBundle, lastEntry, resultOf, versionOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const signing = vendor.certificateName;
const wrapping = vendor.wrappingKeyName;
const version = versionOf(cloud, signing);
const url = cloud.urls.vault;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const pkcs1 = { padding: constants.RSA_PKCS1_PADDING };
const pss = (saltLength: number) => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
const schemes = { RS256: pkcs1, RS384: pkcs1, RS512: pkcs1, PS256: pss(32), PS384: pss(48), PS512: pss(64) };
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;
const hashOf = (alg: (typeof algorithms)[number]): string => `sha${alg.slice(2)}`;

describe('sign', () => {
  const keys = new Map([2048, 3072, 4096].map((size) => [size, addKey(cloud, {}, size)] as const));
  for (const alg of algorithms) {
    for (const [modulusLength, { name, publicKey }] of keys) {
      test(`makes an ${alg} signature over the digest as it is, with a key of ${modulusLength} bits`, async () => {
        const hash = hashOf(alg);
        const digest = createHash(hash).update('message').digest();
        const { value } = await resultOf(cloud, `keys/${name}/sign`, { alg, value: digest.toString('base64url') });

        const key = { key: publicKey, ...schemes[alg] };
        assert.equal(verify(hash, Buffer.from('message'), key, value), true);
        assert.equal(verify(hash, digest, key, value), false, 'the digest was hashed again');
        assert.equal(verify(hash, Buffer.from('other'), key, value), false);
      });
    }
  }

  for (const alg of ['RS256', 'PS256'] as const) {
    test(`makes a JWT that jose accepts as ${alg}`, async () => {
      const { key } = keyBundle.parse((await ask(cloud, `keys/${signing}`)).body);
      const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
      const signed = `${encode({ alg, typ: 'JWT' })}.${encode({ iss: vendor.appId })}`;
      const { kid, value } = await resultOf(cloud, `keys/${signing}/${version}/sign`, {
        alg,
        value: sha256(signed).toString('base64url'),
      });

      assert.equal(kid, `${url}/keys/${signing}/${version}`);
      const publicKey = createPublicKey({ key: { kty: key.kty, n: key.n, e: key.e }, format: 'jwk' });
      const { payload } = await jwtVerify(`${signed}.${value.toString('base64url')}`, publicKey, { algorithms: [alg] });
      assert.equal(payload.iss, vendor.appId);
    });
  }

  test('salts PS256, so that no two signatures are equal', async () => {
    const json = { alg: 'PS256', value: sha256('message').toString('base64url') };
    const [one, two] = [
      await resultOf(cloud, `keys/${signing}/sign`, json),
      await resultOf(cloud, `keys/${signing}/sign`, json),
    ];
    assert.ok(!one.value.equals(two.value));
  });

  test('without a version signs with the newest, and says which that was', async () => {
    const newest = addKey(cloud, { created: 200 });
    addKey(cloud, { name: newest.name, created: 100 });
    const json = { alg: 'RS256', value: sha256('message').toString('base64url') };
    // The double slash is what the SDK's client sends for a key without a version.
    for (const path of [`keys/${newest.name}/sign`, `keys/${newest.name}//sign`]) {
      const { kid, value } = await resultOf(cloud, path, json);
      assert.equal(kid, `${url}/keys/${newest.name}/${newest.version}`);
      assert.equal(verify('sha256', Buffer.from('message'), newest.publicKey, value), true);
    }
  });

  test('refuses a value that is not 32 bytes, such as the text itself', async () => {
    for (const length of [0, 1, 31, 33, 64]) {
      const value = Buffer.alloc(length).toString('base64url');
      const answer = await ask(cloud, `keys/${signing}/sign`, { json: { alg: 'PS256', value } });
      assert.equal(answer.status, 400);
      assert.deepEqual(errorOf(answer), {
        code: 'BadParameter',
        message: `Invalid length of 'value': ${length} bytes. PS256 requires 32 bytes, encoded with base64url.`,
      });
    }
  });

  test('refuses a digest of another algorithm', async () => {
    for (const [alg, bytes] of [
      ['PS384', 48],
      ['RS512', 64],
    ] as const) {
      const answer = await ask(cloud, `keys/${signing}/sign`, {
        json: { alg, value: sha256('message').toString('base64url') },
      });
      assert.equal(answer.status, 400);
      assert.equal(
        errorOf(answer).message,
        `Invalid length of 'value': 32 bytes. ${alg} requires ${bytes} bytes, encoded with base64url.`,
      );
    }
  });

  test('owns up to RSNULL, which it does not make', async () => {
    const answer = await ask(cloud, `keys/${signing}/sign`, { json: { alg: 'RSNULL', value: 'AAAA' } });
    assert.equal(answer.status, 501);
    assert.equal(errorOf(answer).code, 'NotImplementedByLocalCloud');
  });

  test('refuses a digest in plain base64 or with padding', async () => {
    const digest = Buffer.alloc(32, 0xff);
    for (const value of [digest.toString('base64'), `${digest.toString('base64url')}=`, 'not base64']) {
      const answer = await ask(cloud, `keys/${signing}/sign`, { json: { alg: 'PS256', value } });
      assert.equal(answer.status, 400, value);
      assert.equal(errorOf(answer).code, 'BadParameter');
    }
  });

  test('refuses other algorithms', async () => {
    const value = sha256('message').toString('base64url');
    for (const alg of ['ES256', 'HS256', 'none', 'ps256', 'RSA-OAEP-256', '']) {
      const answer = await ask(cloud, `keys/${signing}/sign`, { json: { alg, value } });
      assert.equal(answer.status, 400, alg);
      assert.equal(errorOf(answer).code, 'BadParameter');
    }
    assert.equal(lastEntry(cloud).reason, 'invalid alg');
  });

  test('refuses a version that does not exist', async () => {
    const json = { alg: 'PS256', value: sha256('message').toString('base64url') };
    const answer = await ask(cloud, `keys/${signing}/${'0'.repeat(32)}/sign`, { json });
    assert.equal(answer.status, 404);
    assert.equal(errorOf(answer).code, 'KeyNotFound');
  });

  test('leaves neither digest nor signature in the journal', async () => {
    const digest = sha256('unforgettable').toString('base64url');
    const { value } = await resultOf(cloud, `keys/${signing}/sign`, { alg: 'PS256', value: digest });
    await ask(cloud, `keys/${wrapping}/sign`, { json: { alg: 'PS256', value: digest } });

    const journal = JSON.stringify(cloud.journal.entries);
    assert.ok(!journal.includes(digest));
    assert.ok(!journal.includes(value.toString('base64url')));
  });
});

describe('verify', () => {
  const { name, privateKey } = addKey(cloud);
  const other = addKey(cloud);
  for (const alg of algorithms) {
    test(`tells an ${alg} signature from anything else`, async () => {
      const hash = hashOf(alg);
      const good = sign(hash, Buffer.from('message'), { key: privateKey, ...schemes[alg] });
      const changed = Buffer.from(good);
      changed.writeUInt8(changed.readUInt8(100) ^ 1, 100);
      const foreign = sign(hash, Buffer.from('message'), { key: other.privateKey, ...schemes[alg] });
      const hashed = sign(hash, createHash(hash).update('message').digest(), { key: privateKey, ...schemes[alg] });

      for (const [expected, signature, text] of [
        [true, good, 'message'],
        [false, good, 'other'],
        [false, changed, 'message'],
        [false, foreign, 'message'],
        [false, hashed, 'message'],
        [false, good.subarray(1), 'message'],
        [false, Buffer.alloc(0), 'message'],
      ] as const) {
        const { status, body } = await ask(cloud, `keys/${name}/verify`, {
          json: {
            alg,
            digest: createHash(hash).update(text).digest('base64url'),
            value: signature.toString('base64url'),
          },
        });
        assert.equal(status, 200);
        assert.deepEqual(body, { value: expected });
      }
    });
  }

  test('does not take a signature whose leading zero was left out', async () => {
    const { name, privateKey } = addKey(cloud);
    // About one signature in 256 begins with a zero.
    for (let attempt = 0; ; attempt += 1) {
      const text = `message ${attempt}`;
      const good = sign('sha256', Buffer.from(text), privateKey);
      if (good.readUInt8(0) !== 0) continue;
      for (const [expected, signature] of [
        [true, good],
        [false, good.subarray(1)],
      ] as const) {
        const json = {
          alg: 'RS256',
          digest: sha256(text).toString('base64url'),
          value: signature.toString('base64url'),
        };
        assert.deepEqual((await ask(cloud, `keys/${name}/verify`, { json })).body, { value: expected });
      }
      break;
    }
  });

  test('does not take a signature of one algorithm for the other', async () => {
    const json = { alg: 'RS256', value: sha256('message').toString('base64url') };
    const { value } = await resultOf(cloud, `keys/${signing}/sign`, json);
    const { body } = await ask(cloud, `keys/${signing}/verify`, {
      json: { alg: 'PS256', digest: json.value, value: value.toString('base64url') },
    });
    assert.deepEqual(body, { value: false });
  });
});
