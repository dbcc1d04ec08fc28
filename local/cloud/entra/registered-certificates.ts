/** Certificates of an app registration. Several may be there at a time, so that an old and a new one overlap. */

import { createHash, X509Certificate } from 'node:crypto';
import type { RegisteredCertificate, Registration } from '../state/registration.ts';
import { InvalidCredentialError } from './invalid-credential.ts';

/**
 * One that is there already is not added again. One that has expired may be: it is of no use.
 *
 * @param certificate PEM, or base64 of DER. A private key beside it is left out.
 * @throws InvalidCredentialError
 */
export function addCertificate(registration: Registration, certificate: string): RegisteredCertificate {
  const { raw } = parse(certificate);
  const thumbprint = createHash('sha256').update(raw).digest('base64url');
  const known = registration.certificates.find((one) => one.thumbprint === thumbprint);
  if (known !== undefined) return known;
  const added = { thumbprint, der: raw.toString('base64') };
  registration.certificates.push(added);
  return added;
}

/** @returns whether there was such a certificate. */
export function removeCertificate(registration: Registration, thumbprint: string): boolean {
  const before = registration.certificates.length;
  registration.certificates = registration.certificates.filter((one) => one.thumbprint !== thumbprint);
  return registration.certificates.length < before;
}

function parse(certificate: string): X509Certificate {
  try {
    return new X509Certificate(certificate.includes('-----') ? certificate : Buffer.from(certificate, 'base64'));
  } catch (cause) {
    throw new InvalidCredentialError('A certificate must be PEM or base64 of DER.', { cause });
  }
}
