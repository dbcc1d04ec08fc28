import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { makeSelfSignedCertificate } from '../../../../../local/cloud/vault/self-signed-certificate.ts';
import { allowsDigitalSignature } from '../../../../../shared/adapters/vault/key-usage.ts';

async function certificateWith(keyUsage: string[], more: { ekus?: string[]; dnsNames?: string[] } = {}) {
  const { der } = await makeSelfSignedCertificate({
    // The very octets of the extension's identifier stand in the name as well.
    subject: 'CN=\u0006\u0003\u0055\u001d\u000f',
    keySize: 2048,
    notBefore: new Date(Date.now() - 1000),
    notAfter: new Date(Date.now() + 1000),
    keyUsage,
    ekus: [],
    ...more,
  });
  return new X509Certificate(Buffer.from(der, 'base64')).raw;
}

const sets: [string[], boolean][] = [
  [['digitalSignature'], true],
  [['digitalSignature', 'keyEncipherment'], true],
  [['keyEncipherment'], false],
  [['keyEncipherment', 'dataEncipherment', 'keyCertSign', 'cRLSign'], false],
  // A second octet of bits.
  [['decipherOnly', 'keyAgreement'], false],
  [['decipherOnly', 'digitalSignature'], true],
  // Nothing named, no extension, no restriction.
  [[], true],
];
for (const [usages, allowed] of sets) {
  test(`a certificate for ${usages.join(' and ') || 'anything'} ${allowed ? 'may' : 'may not'} sign`, async () => {
    assert.equal(allowsDigitalSignature(await certificateWith(usages)), allowed);
  });
}

test('extensions around it and long ones change nothing', async () => {
  const more = {
    ekus: ['1.3.6.1.5.5.7.3.2'],
    dnsNames: Array.from({ length: 40 }, (_, place) => `host-number-${place}.mail.example`),
  };
  assert.equal(allowsDigitalSignature(await certificateWith(['keyEncipherment'], more)), false);
  assert.equal(allowsDigitalSignature(await certificateWith(['digitalSignature'], more)), true);
});
