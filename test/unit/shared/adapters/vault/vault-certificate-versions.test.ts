import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import * as x509 from '@peculiar/x509';
import { makeSelfSignedCertificate } from '../../../../../local/cloud/vault/self-signed-certificate.ts';
import { certificateVersions } from '../../../../../shared/adapters/vault/vault-certificate-versions.ts';
import { hours } from '../../../../../shared/clock.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { noon, settableClock } from '../../../../support/clock.ts';

const keyId = 'https://acct.vault.azure.net/keys/tenantpost/v1';

/** @param more in the profile of the certificate, valid an hour before noon and one after. */
async function rsa(more: { keySize?: number; keyUsage?: string[]; notBefore?: Date } = {}): Promise<Buffer> {
  const { der } = await makeSelfSignedCertificate({
    subject: 'CN=tenantpost',
    keySize: 2048,
    notBefore: new Date(noon - hours),
    notAfter: new Date(noon + hours),
    keyUsage: ['digitalSignature'],
    ekus: [],
    ...more,
  });
  return Buffer.from(der, 'base64');
}

async function ellipticCurve(): Promise<Buffer> {
  const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=tenantpost',
    keys: await webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']),
    notBefore: new Date(noon - hours),
    notAfter: new Date(noon + hours),
    signingAlgorithm: signing,
  });
  return Buffer.from(certificate.rawData);
}

/** A vault with one version, which says nothing of its times. */
function vaultWith(cer: Uint8Array | undefined, id: string | undefined = keyId) {
  const clock = settableClock();
  const versions = certificateVersions(
    {
      certificates: {
        async *listPropertiesOfCertificateVersions() {
          await Promise.resolve();
          yield { version: 'v1', createdOn: new Date(noon) };
        },
        getCertificateVersion: () =>
          Promise.resolve({ ...(cer !== undefined && { cer }), ...(id !== undefined && { keyId: id }) }),
      },
      certificateName: 'tenantpost',
      refreshSeconds: 600,
      now: clock.now,
      log: () => undefined,
    },
    (certificate) => Promise.resolve(certificate),
  );
  return { clock, versions };
}

const problemOf = async (cer: Uint8Array | undefined): Promise<string> => {
  const { code, message } = await failureOf(vaultWith(cer).versions.usable());
  assert.equal(code, 'CREDENTIAL_UNUSABLE');
  const [, problem] =
    /^TENANTPOST_CERTIFICATE_NAME: certificate tenantpost .*The newest \(v1\) (.*)$/.exec(message) ?? [];
  return problem ?? message;
};

test('a version is described by its key, its thumbprint and its times', async () => {
  const cer = await rsa();
  const [version, ...others] = await vaultWith(cer).versions.usable();
  assert.deepEqual(others, []);
  assert.ok(version !== undefined);
  const { thumbprint, registeredAs, ...opened } = version.opened;
  assert.equal(thumbprint, createHash('sha256').update(cer).digest('base64url'));
  assert.equal(registeredAs, createHash('sha1').update(cer).digest('hex').toUpperCase());
  const times = { startsAt: noon - hours, expiresAt: noon + hours };
  assert.deepEqual(opened, { version: 'v1', keyId, der: new X509Certificate(cer).raw, ...times });
});

describe('a certificate is of no use', () => {
  test('with an RSA key shorter than 2048 bits', async () => {
    assert.match(
      await problemOf(await rsa({ keySize: 1024 })),
      /^has an RSA key of only 1024 bits\. Make a new version/,
    );
  });

  test('with a key that is not RSA', async () => {
    assert.match(await problemOf(await ellipticCurve()), /^has a key of type ec, and the assertion is signed with RSA/);
  });

  test('with a key usage that leaves digitalSignature out', async () => {
    const problem = await problemOf(await rsa({ keyUsage: ['keyEncipherment'] }));
    assert.match(problem, /^has a key usage without digitalSignature.*\. Add digitalSignature to the key usage/);
  });

  test('while it is being made', async () => {
    assert.match(await problemOf(undefined), /^is not made yet, or has no key\. /);
  });

  test('before it is valid, and is of use from then on', async () => {
    const { versions, clock } = vaultWith(await rsa({ notBefore: new Date(noon + 60_000) }));
    assert.match((await failureOf(versions.usable())).message, /is not valid before 2026-11-22T12:01:00\.000Z\./);
    clock.advance(60_000);
    assert.equal((await versions.usable()).length, 1);
  });

  test('from its end on, whatever the vault says of it', async () => {
    const { versions, clock } = vaultWith(await rsa());
    await versions.usable();
    clock.advance(1 * hours);
    assert.match((await failureOf(versions.usable())).message, /expired at 2026-11-22T13:00:00\.000Z\./);
  });
});

test('a certificate without a key usage may be used for everything', async () => {
  assert.equal((await vaultWith(await rsa({ keyUsage: [] })).versions.usable()).length, 1);
});
