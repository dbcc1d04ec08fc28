/** The private key of an exportable certificate, as Key Vault gives it out in the secret of the same name and version. */

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Flaw } from './vault-versions.ts';

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
    const pem = contentType === 'application/x-pkcs12' ? await keyOfPkcs12(value) : keyOfPem(value);
    if (pem === undefined) return notExportable;
    const key = createPrivateKey(pem);
    return createPublicKey(key).equals(new X509Certificate(certificate).publicKey) ? key : another;
  } catch {
    // What a parser says of a key may show a part of it, so it is not kept as a cause either.
    return unreadable;
  }
}

const keyOfPem = (text: string): string | undefined =>
  /-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]+-----END (?:RSA )?PRIVATE KEY-----/.exec(text)?.[0];

/** Node's crypto reads no PKCS#12, so a library does; it is loaded only where one is used. */
async function keyOfPkcs12(value: string): Promise<string | undefined> {
  const { default: forge } = await import('node-forge');
  const container = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(forge.util.decode64(value)), '');
  const bags = container.safeContents.flatMap(({ safeBags }) => safeBags);
  const [key] = bags.flatMap(({ key: found }) => found ?? []);
  return key && forge.pki.privateKeyToPem(key);
}
