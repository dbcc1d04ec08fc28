import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import type { VaultCertificate } from '../../../../local/cloud/state.ts';
import { appCertificate, startTestCloud, vendor } from '../../../support/cloud.ts';
import { ask, errorOf, lastEntry, versionOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const name = vendor.certificateName;
const older = versionOf(cloud, name);
const newer = 'ffffffffffffffffffffffffffffffff';
const url = cloud.urls.vault;

/** The seeded certificate's second version, kept before the first so that the order of the state decides nothing. */
const second = await makeAppCertificate('tenantpost', 90);
const created = Math.floor(Date.now() / 1000) + 10;
const renewed: VaultCertificate = {
  name,
  version: newer,
  der: second.der,
  exportable: false,
  created,
  notBefore: Math.floor(second.notBefore.getTime() / 1000),
  expires: Math.floor(second.notAfter.getTime() / 1000),
};
cloud.state.vaultCertificates.unshift(renewed);

const bundle = z.strictObject({
  id: z.string(),
  kid: z.string(),
  sid: z.string(),
  x5t: z.string(),
  cer: z.string(),
  attributes: z.unknown(),
  policy: z.unknown(),
});
const withoutPolicy = bundle.omit({ policy: true });
const list = z.strictObject({
  value: z.array(z.strictObject({ id: z.string(), x5t: z.string(), attributes: z.unknown(), subject: z.string() })),
  nextLink: z.null(),
});

describe('getCertificate', () => {
  test('without a version gives the newest, with its policy', async () => {
    const { status, body } = await ask(cloud, `certificates/${name}/`);

    assert.equal(status, 200);
    const certificate = bundle.parse(body);
    assert.equal(certificate.id, `${url}/certificates/${name}/${newer}`);
    assert.equal(certificate.kid, `${url}/keys/${name}/${newer}`);
    assert.equal(certificate.sid, `${url}/secrets/${name}/${newer}`);
    assert.equal(certificate.cer, second.der);
    assert.deepEqual(certificate.attributes, {
      enabled: true,
      nbf: renewed.notBefore,
      exp: renewed.expires,
      created,
      updated: created,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    });
    assert.deepEqual(certificate.policy, {
      id: `${url}/certificates/${name}/policy`,
      key_props: { exportable: false, kty: 'RSA', key_size: 2048, reuse_key: false },
      secret_props: { contentType: 'application/x-pem-file' },
      x509_props: {
        subject: 'CN=tenantpost',
        sans: {},
        ekus: ['1.3.6.1.5.5.7.3.2'],
        key_usage: ['digitalSignature'],
        validity_months: 3,
        basic_constraints: { ca: false },
      },
      lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'EmailContacts' } }],
      issuer: { name: 'Self' },
      attributes: { enabled: true, created, updated: created },
    });
  });

  test('with a version gives that one, without a policy', async () => {
    const { body } = await ask(cloud, `certificates/${name}/${older}`);

    const certificate = withoutPolicy.parse(body);
    assert.equal(certificate.id, `${url}/certificates/${name}/${older}`);
    const der = Buffer.from(certificate.cer, 'base64');
    assert.equal(createHash('sha256').update(der).digest('base64url'), appCertificate(cloud.state).thumbprint);
  });

  test('gives a SHA-1 thumbprint, which is not the one that an assertion needs', async () => {
    const { x5t, cer } = bundle.parse((await ask(cloud, `certificates/${name}`)).body);
    const x509 = new X509Certificate(Buffer.from(cer, 'base64'));

    assert.equal(Buffer.from(x5t, 'base64url').toString('hex'), x509.fingerprint.replaceAll(':', '').toLowerCase());
  });

  test('refuses a name and a version that do not exist, by the name that was asked for', async () => {
    for (const id of ['missing', `${name}/${'0'.repeat(32)}`]) {
      const answer = await ask(cloud, `certificates/${id}`);
      assert.equal(answer.status, 404);
      assert.deepEqual(errorOf(answer), {
        code: 'CertificateNotFound',
        message:
          `A certificate with (name/id) ${id} was not found in this key vault. If you recently deleted this certificate ` +
          'you may be able to recover it using the correct recovery command. For help resolving this issue, please see ' +
          'https://go.microsoft.com/fwlink/?linkid=2125182',
      });
      assert.equal(lastEntry(cloud).code, 'CertificateNotFound');
    }
  });
});

describe('listing', () => {
  test('gives every version of a certificate, and journals it', async () => {
    const { status, body } = await ask(cloud, `certificates/${name}/versions`);

    assert.equal(status, 200);
    const ids = list.parse(body).value.map(({ id }) => id);
    assert.deepEqual(ids, [`${url}/certificates/${name}/${older}`, `${url}/certificates/${name}/${newer}`]);
    assert.equal(lastEntry(cloud).operation, 'listCertificateVersions');
  });

  test('gives no versions of a certificate that does not exist, and no error', async () => {
    const answer = await ask(cloud, 'certificates/missing/versions');
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { value: [], nextLink: null });
  });

  test("gives every certificate once, without a version and with the newest one's thumbprint", async () => {
    const { body } = await ask(cloud, 'certificates');

    const [only, ...others] = list.parse(body).value;
    assert.deepEqual(others, []);
    assert.equal(only?.id, `${url}/certificates/${name}`);
    assert.equal(only.x5t, createHash('sha1').update(Buffer.from(second.der, 'base64')).digest('base64url'));
  });
});

describe('getSecret', () => {
  test('gives the certificate alone when its key is not exportable', async () => {
    const { status, body } = await ask(cloud, `secrets/${name}/${older}`);

    assert.equal(status, 200);
    const secret = z
      .object({ id: z.string(), value: z.string(), contentType: z.string(), kid: z.string() })
      .parse(body);
    assert.equal(secret.id, `${url}/secrets/${name}/${older}`);
    assert.equal(secret.kid, `${url}/keys/${name}/${older}`);
    assert.equal(secret.contentType, 'application/x-pem-file');
    assert.ok(!secret.value.includes('PRIVATE KEY'));
    assert.throws(() => createPrivateKey(secret.value));
    const x509 = new X509Certificate(secret.value);
    assert.equal(createHash('sha256').update(x509.raw).digest('base64url'), appCertificate(cloud.state).thumbprint);
    assert.deepEqual(lastEntry(cloud), { service: 'vault', operation: 'getSecret', status: 200 });
  });

  test("refuses everything that is no certificate's secret", async () => {
    for (const id of ['missing', vendor.wrappingKeyName, `${name}/${'0'.repeat(32)}`]) {
      const answer = await ask(cloud, `secrets/${id}`);
      assert.equal(answer.status, 404);
      assert.equal(errorOf(answer).code, 'SecretNotFound');
      assert.match(errorOf(answer).message, new RegExp(`^A secret with \\(name/id\\) ${id} was not found`));
    }
  });
});
