/** The private key of an exportable certificate, as Key Vault gives it out in the secret of the same name and version. */

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Flaw } from '../vault/vault-versions.ts';

const notExportable: Flaw = {
  problem: 'has no private key that could be fetched: it was made as not exportable',
  remedy: 'Set TENANTPOST_CERTIFICATE_SIGNING to vault, which is safer; or make a version with an exportable key.',
};
const another: Flaw = {
  problem: 'comes with a private key that is not its own',
  remedy: 'Make or import a new version.',
};
const unreadable: Flaw = {
  problem: 'comes with a private key that cannot be read',
  remedy: 'Make a new version, or import one as PEM or as PKCS#12 without a password.',
};

/**
 * @param value the secret's value: PEM text, or PKCS#12 in base64, without a password, as Key Vault makes it.
 * @param contentType of the secret: https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#exportable-or-nonexportable-key.
 * @param certificate of which it must be the key, DER.
 */
export async function privateKeyOf(
  value: string,
  contentType: string | undefined,
  certificate: Uint8Array,
): Promise<KeyObject | Flaw> {
  try {
    const pems = contentType === 'application/x-pkcs12' ? await keysOfPkcs12(value) : keysOfPem(value);
    if (pems.length === 0) return notExportable;
    const { publicKey } = new X509Certificate(certificate);
    // What was imported may hold the keys of other certificates as well.
    const keys = pems.map((pem) => createPrivateKey(pem));
    return keys.find((key) => createPublicKey(key).equals(publicKey)) ?? another;
  } catch {
    // What a parser says of a key may show a part of it, so it is not kept as a cause either.
    return unreadable;
  }
}

const keysOfPem = (text: string): string[] =>
  text.match(/-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]+-----END (?:RSA )?PRIVATE KEY-----/g) ?? [];

/** Node's crypto reads no PKCS#12, so a library does; it is loaded only where one is used. */
async function keysOfPkcs12(value: string): Promise<string[]> {
  const { default: forge } = await import('node-forge');
  const container = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(forge.util.decode64(value)), '');
  const bags = container.safeContents.flatMap(({ safeBags }) => safeBags);
  return bags.flatMap(({ key }) => (key ? [forge.pki.privateKeyToPem(key)] : []));
}
