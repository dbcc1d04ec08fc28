/** The secret of a certificate: the certificate itself, and its private key where the policy lets it be exported. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import type { CloudState, VaultCertificate, VaultKey } from '../state.ts';
import { keyOf } from './add-certificate-version.ts';
import { invalidProperty } from './vault-error.ts';

const PEM = 'application/x-pem-file';

export const certificateContentType = ({ contentType = PEM }: VaultCertificate): string => contentType;

/**
 * The secret of a non-exportable certificate holds the certificate and no private key:
 * https://learn.microsoft.com/azure/key-vault/certificates/about-certificates.
 *
 * @param wanted `outContentType` of the request: PKCS#12 can be had as PEM, nothing else as something else
 *   (https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret).
 * @throws VaultError 400
 */
export function certificateSecret(state: CloudState, certificate: VaultCertificate, wanted: string | null): string {
  if (wanted !== null && wanted !== PEM) throw invalidProperty('outContentType is not supported');
  const key = certificate.exportable ? requireKey(state, certificate) : undefined;
  const type = wanted ?? certificateContentType(certificate);
  return type === PEM ? pem(certificate, key) : pkcs12(certificate, key);
}

function requireKey(state: CloudState, certificate: VaultCertificate): VaultKey {
  const key = keyOf(state, certificate);
  if (key === undefined) throw new Error(`The certificate ${certificate.name} has no key of its own version.`);
  return key;
}

function certificatesOf({ der, chain = [] }: VaultCertificate): string[] {
  return [der, ...chain].map((one) => new X509Certificate(Buffer.from(one, 'base64')).toString());
}

/** The private key comes first, as PKCS#8. */
function pem(certificate: VaultCertificate, key: VaultKey | undefined): string {
  return [key === undefined ? '' : privateKeyPem(key), ...certificatesOf(certificate)].join('');
}

/** base64, under an empty password: https://learn.microsoft.com/azure/key-vault/certificates/how-to-export-certificate. */
function pkcs12(certificate: VaultCertificate, key: VaultKey | undefined): string {
  const certificates = certificatesOf(certificate).map((one) => forge.pki.certificateFromPem(one));
  const privateKey = key === undefined ? null : forge.pki.privateKeyFromPem(privateKeyPem(key));
  const asn1 = forge.pkcs12.toPkcs12Asn1(privateKey, certificates, '', { algorithm: 'aes256' });
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary').toString('base64');
}

function privateKeyPem({ jwk }: VaultKey): string {
  return createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString();
}
