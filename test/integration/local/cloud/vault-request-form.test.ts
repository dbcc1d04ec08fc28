import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { ask, errorOf, lastEntry, versionOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const name = vendor.certificateName;
const version = versionOf(cloud, name);

describe('api-version', () => {
  test('is mandatory', async () => {
    for (const query of ['', 'api-version=', 'version=2025-07-01']) {
      const answer = await ask(cloud, `keys/${name}`, { query });
      assert.equal(answer.status, 400, query);
      assert.equal(errorOf(answer).code, 'BadParameter', query);
    }
  });

  test('is refused when the vault does not know it', async () => {
    const answer = await ask(cloud, `keys/${name}`, { query: 'api-version=2031-01-01' });

    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body, {
      error: {
        code: 'BadParameter',
        message:
          'The specified version (2031-01-01) is not recognized. ' +
          'Consider using the latest supported version (2026-04-01).',
      },
    });
    assert.deepEqual(lastEntry(cloud), {
      service: 'vault',
      operation: 'getKey',
      status: 400,
      code: 'BadParameter',
      reason: 'unknown api-version',
    });
  });

  test('may be any that the clients of these years send', async () => {
    for (const one of ['2016-10-01', '7.0', '7.4', '7.5', '7.6', '2025-07-01', '2026-04-01']) {
      assert.equal((await ask(cloud, `keys/${name}`, { query: `api-version=${one}` })).status, 200, one);
    }
  });

  test('is found under its percent-encoded name, as the SDK sends it', async () => {
    const answer = await ask(cloud, `keys/${name}`, { query: 'api%2Dversion=2025-07-01' });
    assert.equal(answer.status, 200);
  });
});

describe('a path', () => {
  test('may end in a slash and hold empty segments', async () => {
    for (const path of [
      `keys/${name}/`,
      `keys/${name}/${version}/`,
      `/keys/${name}`,
      `certificates/${name}/versions/`,
    ]) {
      assert.equal((await ask(cloud, path)).status, 200, path);
    }
  });

  test('takes names and operations in any case', async () => {
    assert.equal((await ask(cloud, `keys/${name.toUpperCase()}`)).status, 200);
    // A 400 of the body says that the operation was understood.
    const answer = await ask(cloud, `keys/${vendor.wrappingKeyName}/wrapKey`, { json: {} });
    assert.equal(lastEntry(cloud).operation, 'wrapKey');
    assert.equal(answer.status, 400);
  });

  test('is refused when a name holds other than letters, digits and hyphens', async () => {
    for (const wrong of ['tenant_post', 'tenant.post', '__proto__', 'x'.repeat(128)]) {
      const answer = await ask(cloud, `certificates/${wrong}`);
      assert.equal(answer.status, 400, wrong);
      assert.deepEqual(errorOf(answer), {
        code: 'BadParameter',
        message: `The request URI contains an invalid name: ${wrong}`,
      });
    }
    for (const wrong of ['%00', '%zz', '%2e%2e%2f', '%C3%A4']) {
      const answer = await ask(cloud, `certificates/${wrong}`);
      assert.equal(answer.status, 400, wrong);
      assert.match(errorOf(answer).message, /^The request URI contains an invalid name: /);
    }
  });

  test('is refused when its version is no version id', async () => {
    const answer = await ask(cloud, `certificates/${name}/latest`);

    assert.equal(answer.status, 400);
    assert.deepEqual(answer.body, {
      error: { code: 'BadParameter', message: "Method GET does not allow operation 'latest'" },
    });
  });

  test('is refused when the operation takes another method', async () => {
    const get = await ask(cloud, `keys/${name}/${version}/sign`);
    assert.equal(get.status, 400);
    assert.equal(errorOf(get).message, "Method GET does not allow operation 'sign'");

    const post = await ask(cloud, `certificates/${name}/${version}`, { json: {} });
    assert.equal(post.status, 400);
    assert.equal(errorOf(post).message, "Method POST does not allow operation ''");
  });

  test('is refused when it leads nowhere', async () => {
    for (const path of ['', 'nothing', 'nothing/at/all', `keys/${name}/constructor`, `keys/${name}/__proto__`]) {
      const answer = await ask(cloud, path);
      assert.equal(answer.status, 400, path);
      assert.equal(errorOf(answer).code, 'BadParameter', path);
      assert.equal(lastEntry(cloud).operation, 'other', path);
    }
  });

  test('is refused when a version stands where none may', async () => {
    for (const [method, path] of [
      ['DELETE', `keys/${name}/${version}`],
      ['DELETE', `certificates/${name}/${version}`],
      ['PUT', `secrets/${name}/${version}`],
      ['POST', `keys/${name}/${version}/rotate`],
      ['POST', `certificates/${name}/${version}/create`],
    ] as const) {
      const answer = await ask(cloud, path, { method });
      assert.equal(answer.status, 400, `${method} ${path}`);
      assert.match(errorOf(answer).message, new RegExp(`^Method ${method} does not allow operation '`));
    }
  });

  test('is refused when a collection is asked for more than its list', async () => {
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE']) {
      const answer = await ask(cloud, 'secrets/', { method });
      assert.equal(answer.status, 405, method);
      assert.deepEqual(errorOf(answer), { code: 'MethodNotAllowed', message: `HTTP ${method} not allowed` });
    }
  });

  test('is owned up to by name where Key Vault has an operation that this cloud has not', async () => {
    for (const [method, path, operation] of [
      ['PUT', `keys/${name}`, 'importKey'],
      ['POST', `keys/${name}/backup`, 'backupKey'],
      ['POST', 'keys/restore', 'restoreKey'],
      ['POST', `keys/${name}/${version}/release`, 'releaseKey'],
      ['GET', `keys/${name}/rotationpolicy`, 'getKeyRotationPolicy'],
      ['PUT', `keys/${name}/rotationpolicy`, 'updateKeyRotationPolicy'],
      ['GET', `keys/${name}/${version}/attestation`, 'getKeyAttestation'],
      ['POST', `secrets/${name}/backup`, 'backupSecret'],
      ['POST', 'secrets/restore', 'restoreSecret'],
      ['POST', `certificates/${name}/backup`, 'backupCertificate'],
      ['POST', 'certificates/restore', 'restoreCertificate'],
      ['POST', `certificates/${name}/pending/merge`, 'mergeCertificate'],
      ['GET', 'certificates/issuers', 'certificate issuers'],
      ['PUT', 'certificates/issuers/digicert', 'certificate issuers'],
      ['GET', 'certificates/contacts', 'certificate contacts'],
      ['POST', 'rng', 'getRandomBytes'],
      ['GET', 'storage', 'managed storage accounts'],
    ] as const) {
      const answer = await ask(cloud, path, { method });
      assert.equal(answer.status, 501, `${method} ${path}`);
      assert.deepEqual(errorOf(answer), {
        code: 'NotImplementedByLocalCloud',
        message: `The local cloud does not take ${operation}. Key Vault does.`,
      });
    }
  });
});

describe('a body', () => {
  test('is refused without a stack trace when it is no JSON or lacks what the operation needs', async () => {
    for (const text of ['', '{', 'null', '[]', '"text"', '{}', '{"alg":"PS256"}', '{"alg":1,"value":"AA"}']) {
      const answer = await ask(cloud, `keys/${name}/${version}/sign`, { text });
      assert.equal(answer.status, 400, text);
      assert.deepEqual(answer.body, { error: { code: 'BadParameter', message: 'Property  has invalid value\r\n' } });
    }
  });

  test('is read to its end and refused when it is too large', async () => {
    const json = { alg: 'PS256', value: 'A'.repeat(2_000_000) };
    const answer = await ask(cloud, `keys/${name}/${version}/sign`, { json });
    assert.equal(answer.status, 413);
    assert.equal(errorOf(answer).code, 'RequestEntityTooLarge');
  });

  test('is not looked at before the caller is known', async () => {
    const answer = await ask(cloud, `keys/${name}/${version}/sign`, { token: null, text: 'x'.repeat(2_000_000) });
    assert.equal(answer.status, 401);
    assert.match(errorOf(answer).message, /^AKV10000/);
  });
});

test('a fault of the vault itself is a 500 that says nothing on the wire and why in the journal', async () => {
  cloud.state.vaultKeys.push({
    name: 'broken',
    version: '0'.repeat(32),
    jwk: { kty: 'RSA' },
    operations: ['sign'],
    created: 0,
  });
  const answer = await ask(cloud, 'keys/broken/sign', { json: { alg: 'PS256', value: 'A'.repeat(43) } });

  assert.equal(answer.status, 500);
  assert.deepEqual(errorOf(answer), { code: 'InternalServerError', message: 'An internal server error occurred.' });
  assert.equal(lastEntry(cloud).status, 500);
  assert.ok(lastEntry(cloud).reason);
});
