/** Reads what is imported: a certificate with its private key, as PEM or as PKCS#12. */

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { JWK } from 'jose';
import forge from 'node-forge';
import { roundsOf } from './pkcs12-rounds.ts';
import { badParameter, notImplemented, VaultError } from './vault-error.ts';

export interface CertificateContent {
  contentType: 'application/x-pem-file' | 'application/x-pkcs12';
  certificate: X509Certificate;
  /** The further certificates, in the order in which they came. */
  chain: X509Certificate[];
  jwk: JWK;
}

/** https://github.com/damienbod/AspNetCoreCertificates/issues/38 */
const unreadablePkcs12 = (reason: string) =>
  badParameter(
    'The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.',
    reason,
  );

/** https://github.com/Azure-Samples/ms-identity-python-daemon/issues/21 */
const unreadablePem = (reason: string) =>
  badParameter(
    'The specified PEM X.509 certificate content can not be read. Please check if certificate is in valid PEM format. ' +
      'Accepted formats: PEM content or Base64 encoded PEM content.',
    reason,
  );

/**
 * @param wanted what the policy says; what the content looks like where it says nothing.
 * @throws VaultError 400
 */
export function readCertificate(
  value: string,
  password: string,
  wanted: CertificateContent['contentType'] | undefined,
): CertificateContent {
  const pem = pemOf(value);
  const isPem = wanted === undefined ? pem !== undefined : wanted === 'application/x-pem-file';
  if (!isPem) return readPkcs12(value, password);
  if (pem === undefined) throw unreadablePem('no PEM');
  return readPem(pem);
}

function pemOf(value: string): string | undefined {
  if (value.includes('-----BEGIN ')) return value;
  const decoded = Buffer.from(value, 'base64').toString('latin1');
  return decoded.includes('-----BEGIN ') ? decoded : undefined;
}

/**
 * The private key is PKCS#8 without a password (https://learn.microsoft.com/azure/key-vault/certificates/tutorial-import-certificate),
 * and lines end in a line feed alone (https://github.com/Azure/azure-rest-api-specs/issues/11361).
 */
function readPem(pem: string): CertificateContent {
  if (pem.includes('\r')) throw unreadablePem('a carriage return');
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pem)?.[0];
  if (key === undefined) throw unreadablePem('no PKCS#8 private key');
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const read = certificates.map((one) => new X509Certificate(one));
    return { contentType: 'application/x-pem-file', ...matched(createPrivateKey(key), read, unreadablePem) };
  } catch (error) {
    throw error instanceof VaultError ? error : unreadablePem('no X.509 certificate or no key');
  }
}

/**
 * The library hashes in the foreground, so that a file could stop the whole cloud. Files that people make have 2,000 to
 * 10,000 rounds a part. The bound is this cloud's own; .NET has such ones as well:
 * https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates.pkcs12loaderlimits.
 */
const MOST_ROUNDS = 300_000;

function readPkcs12(value: string, password: string): CertificateContent {
  try {
    const asn1 = forge.asn1.fromDer(Buffer.from(value, 'base64').toString('binary'));
    if (roundsOf(asn1) > MOST_ROUNDS) throw unreadablePkcs12('too many rounds');
    const bags = forge.pkcs12.pkcs12FromAsn1(asn1, password).safeContents.flatMap(({ safeBags }) => safeBags);
    const keys = bags.flatMap(({ key }) => key ?? []);
    const certificates = bags.flatMap(({ cert }) => cert ?? []);
    const key = keys[0] && createPrivateKey(forge.pki.privateKeyToPem(keys[0]));
    if (key === undefined) throw unreadablePkcs12('no private key');
    const read = certificates.map((one) => new X509Certificate(forge.pki.certificateToPem(one)));
    return { contentType: 'application/x-pkcs12', ...matched(key, read, unreadablePkcs12) };
  } catch (error) {
    throw error instanceof VaultError ? error : unreadablePkcs12('no PKCS#12, or another password');
  }
}

/** The certificate of the key, and the others. */
function matched(
  key: KeyObject,
  certificates: readonly X509Certificate[],
  unreadable: (reason: string) => Error,
): { certificate: X509Certificate; chain: X509Certificate[]; jwk: JWK } {
  const certificate = certificates.find((one) => one.checkPrivateKey(key));
  if (certificate === undefined) throw unreadable('no certificate of the private key');
  if (certificates.some(({ publicKey }) => publicKey.asymmetricKeyType !== 'rsa')) {
    throw notImplemented('certificates with keys other than RSA');
  }
  return {
    certificate,
    chain: certificates.filter((one) => one !== certificate),
    jwk: key.export({ format: 'jwk' }),
  };
}
