import assert from 'node:assert/strict';
import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import forge from 'node-forge';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { privateKeyOf } from '../../../../shared/adapters/private-key.ts';

const PEM = 'application/x-pem-file';
const PKCS12 = 'application/x-pkcs12';

const [own, other] = await Promise.all(
  ['own', 'other'].map(async (name) => {
    const { der, privateJwk } = await makeAppCertificate(name);
    return {
      der: Buffer.from(der, 'base64'),
      certificate: new X509Certificate(Buffer.from(der, 'base64')).toString(),
      key: createPrivateKey({ key: { ...privateJwk }, format: 'jwk' }),
    };
  }),
);
assert.ok(own !== undefined && other !== undefined);

const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' = 'pkcs8'): string =>
  key.export({ type, format: 'pem' }).toString();

function pkcs12(key: KeyObject | null, algorithm: '3des' | 'aes256', password = ''): string {
  const certificate = forge.pki.certificateFromPem(own?.certificate ?? '');
  const privateKey = key && forge.pki.privateKeyFromPem(pem(key));
  const asn1 = forge.pkcs12.toPkcs12Asn1(privateKey, [certificate], password, { algorithm });
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary').toString('base64');
}

async function problemOf(value: string, contentType: string | undefined): Promise<string> {
  const found = await privateKeyOf(value, contentType, own?.der ?? Buffer.alloc(0));
  assert.ok('problem' in found, 'the key was taken');
  return found.problem;
}

describe('the private key is found', () => {
  const forms: Record<string, [value: string, contentType: string | undefined]> = {
    'in PEM before the certificate': [pem(own.key) + own.certificate, PEM],
    'in PEM after the certificate': [own.certificate + pem(own.key), PEM],
    'in PEM of the older form': [pem(own.key, 'pkcs1') + own.certificate, PEM],
    'in PEM with carriage returns': [(pem(own.key) + own.certificate).replaceAll('\n', '\r\n'), PEM],
    'in PEM without a content type': [pem(own.key) + own.certificate, undefined],
    'in PKCS#12 with AES': [pkcs12(own.key, 'aes256'), PKCS12],
    'in PKCS#12 with triple DES': [pkcs12(own.key, '3des'), PKCS12],
  };
  for (const [where, [value, contentType]] of Object.entries(forms)) {
    test(where, async () => {
      const key = await privateKeyOf(value, contentType, own.der);
      assert.ok(key instanceof KeyObject);
      assert.ok(key.equals(own.key));
    });
  }
});

describe('there is no key to sign with', () => {
  test('in a PEM of the certificate alone, or a PKCS#12 of it: it was made as not exportable', async () => {
    for (const [value, type] of [
      [own.certificate, PEM],
      [pkcs12(null, 'aes256'), PKCS12],
      ['', undefined],
    ] as const) {
      assert.match(await problemOf(value, type), /^has no private key that could be fetched: .*not exportable$/);
    }
  });

  test('in what holds the key of another certificate', async () => {
    assert.match(
      await problemOf(pem(other.key) + own.certificate, PEM),
      /^comes with a private key that is not its own$/,
    );
    assert.match(await problemOf(pkcs12(other.key, 'aes256'), PKCS12), /not its own$/);
  });

  test('in what cannot be read, and nothing of it is shown', async () => {
    const broken = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
    for (const [value, type] of [
      [broken, PEM],
      ['c2VjcmV0', PKCS12],
      [pkcs12(own.key, 'aes256', 'a password'), PKCS12],
    ] as const) {
      assert.equal(await problemOf(value, type), 'comes with a private key that cannot be read');
    }
  });
});
