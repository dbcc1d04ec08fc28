import assert from 'node:assert/strict';
import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import forge from 'node-forge';
import { makeAppCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import { privateKeyOf } from '../../../../../shared/adapters/entra/private-key.ts';

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

function pkcs12(
  key: KeyObject | null,
  algorithm: '3des' | 'aes256',
  { password = '', chain = [own?.certificate ?? ''] } = {},
): string {
  const certificates = chain.map((one) => forge.pki.certificateFromPem(one));
  const privateKey = key && forge.pki.privateKeyFromPem(pem(key));
  const asn1 = forge.pkcs12.toPkcs12Asn1(privateKey, certificates, password, { algorithm });
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary').toString('base64');
}

/** One PKCS#12 with all that lies in several, in their order, and without the digest over it, which is optional. */
function together(...containers: string[]): string {
  const { asn1, pki, util } = forge;
  const sequence = (...parts: forge.asn1.Asn1[]) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
  const read = (text: string) => asn1.fromDer(util.decode64(text)).value as forge.asn1.Asn1[];
  const contents = containers.flatMap((one) => {
    const [, authSafe] = read(one);
    const [, wrapped] = (authSafe?.value ?? []) as forge.asn1.Asn1[];
    const [octets] = (wrapped?.value ?? []) as forge.asn1.Asn1[];
    return asn1.fromDer(String(octets?.value)).value as forge.asn1.Asn1[];
  });
  const octets = asn1.create(
    asn1.Class.UNIVERSAL,
    asn1.Type.OCTETSTRING,
    false,
    asn1.toDer(sequence(...contents)).getBytes(),
  );
  const data = asn1.create(
    asn1.Class.UNIVERSAL,
    asn1.Type.OID,
    false,
    asn1.oidToDer(pki.oids['data'] ?? '').getBytes(),
  );
  const version = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(3).getBytes());
  const wrapped = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [octets]);
  return util.encode64(asn1.toDer(sequence(version, sequence(data, wrapped))).getBytes());
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
    'in PEM behind the key of another certificate': [pem(other.key) + other.certificate + pem(own.key), PEM],
    'in PKCS#12 with a chain, whatever stands first in it': [
      pkcs12(own.key, 'aes256', { chain: [other.certificate, own.certificate] }),
      PKCS12,
    ],
    'in PKCS#12 behind the key of another certificate': [
      together(pkcs12(other.key, 'aes256'), pkcs12(own.key, '3des')),
      PKCS12,
    ],
    'in PKCS#12 before the key of another certificate': [
      together(pkcs12(own.key, 'aes256'), pkcs12(other.key, 'aes256')),
      PKCS12,
    ],
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
    const two = together(pkcs12(other.key, 'aes256'), pkcs12(other.key, 'aes256'));
    assert.match(await problemOf(two, PKCS12), /not its own$/);
  });

  test('in what cannot be read, and nothing of it is shown', async () => {
    const broken = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
    for (const [value, type] of [
      [broken, PEM],
      ['c2VjcmV0', PKCS12],
      [pkcs12(own.key, 'aes256', { password: 'a password' }), PKCS12],
    ] as const) {
      assert.equal(await problemOf(value, type), 'comes with a private key that cannot be read');
    }
  });
});
