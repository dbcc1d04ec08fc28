/** The private key of an exportable certificate, as Key Vault gives it out in the secret of the same name and version. */

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { TenantpostError } from '../errors.ts';

/**
 * @param value the secret's value: PEM text, or PKCS#12 in base64, without a password, as Key Vault makes it.
 * @param contentType of the secret: https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#exportable-or-nonexportable-key.
 * @param certificate of which it must be the key.
 * @throws TenantpostError `CREDENTIAL_REFUSED` when there is no private key in it, or that of another certificate.
 */
export async function privateKeyOf(
  value: string,
  contentType: string | undefined,
  certificate: Uint8Array,
): Promise<KeyObject> {
  const pem = contentType === 'application/x-pkcs12' ? await keyOfPkcs12(value) : keyOfPem(value);
  if (pem === undefined) {
    throw new TenantpostError(
      'CREDENTIAL_REFUSED',
      'The certificate has no private key that could be fetched: it was made as not exportable. Let the vault sign instead.',
    );
  }
  const key = createPrivateKey(pem);
  const belongs = createPublicKey(key).equals(new X509Certificate(certificate).publicKey);
  if (!belongs) throw new TenantpostError('CREDENTIAL_REFUSED', 'The private key is not that of the certificate.');
  return key;
}

const keyOfPem = (text: string): string | undefined =>
  /-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]+-----END (?:RSA )?PRIVATE KEY-----/.exec(text)?.[0];

/** Node's crypto reads no PKCS#12, so a library does; it is loaded only where one is used. */
async function keyOfPkcs12(value: string): Promise<string | undefined> {
  const { default: forge } = await import('node-forge');
  const container = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(forge.util.decode64(value)), '');
  const bagTypes = [forge.pki.oids['pkcs8ShroudedKeyBag'], forge.pki.oids['keyBag']];
  const keys = bagTypes.flatMap((bagType) =>
    bagType === undefined ? [] : (container.getBags({ bagType })[bagType] ?? []).map(({ key }) => key),
  );
  const [key] = keys.filter((one) => one !== undefined && one !== null);
  return key && forge.pki.privateKeyToPem(key);
}
