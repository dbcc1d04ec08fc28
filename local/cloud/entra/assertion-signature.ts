/** The signature of a client assertion: made with a certificate that the app is registered with, and that is valid. */

import { X509Certificate } from 'node:crypto';
import { compactVerify } from 'jose';
import type { RegisteredCertificate, Registration } from '../state/registration.ts';
import { EntraError } from './aadsts.ts';

interface Signer {
  registration: Registration;
  tenantId: string;
  /** Epoch milliseconds by Entra's clock. */
  now: number;
}

/** How the header says which key it is. */
export interface NamedKey {
  thumbprint: string | undefined;
  /** `x5c`, base64 of DER, the signer's own certificate first. */
  chain: string[] | undefined;
}

/**
 * PS256 with `x5t#S256` is the documented form (https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
 * RS256 with the SHA-1 `x5t` was the older one. Whether Entra still takes it is not documented, so an app that depends on
 * it must not pass here: a header without `x5t#S256` names no key.
 *
 * @throws EntraError 700027, and 700030 for a chain whose subject would have to be trusted: see `subjectRefused`.
 */
export async function verifyAssertionSignature(
  assertion: string,
  { thumbprint, chain }: NamedKey,
  signer: Signer,
): Promise<void> {
  const registered = signer.registration.certificates.find((one) => one.thumbprint === thumbprint);
  if (registered === undefined) {
    if (chain !== undefined) throw subjectRefused(chain, signer);
    throw keyRefused(signer, {
      text: 'The certificate with identifier used to sign the client assertion is not registered on application.',
      reason: 'The key was not found.',
      thumbprint,
    });
  }
  const certificate = certificateOf(registered);
  const { now } = signer;
  if (now < Date.parse(certificate.validFrom) || now >= Date.parse(certificate.validTo)) {
    throw keyRefused(signer, {
      text: 'The certificate with identifier used to sign the client assertion is expired on application.',
      reason: 'The key used is expired.',
      thumbprint,
      certificate,
    });
  }
  try {
    await compactVerify(assertion, certificate.publicKey, { algorithms: ['PS256'] });
  } catch {
    // Of a key as well that is not RSA or too short for PS256: jose has other errors for those.
    throw keyRefused(signer, {
      text: 'Client assertion failed signature validation.',
      reason: 'Key was found, but use of the key to verify the signature failed.',
      thumbprint,
      certificate,
    });
  }
}

/** By the certificate in the state: parsing one takes as long as checking a signature with it. */
const parsed = new WeakMap<RegisteredCertificate, X509Certificate>();

function certificateOf(registered: RegisteredCertificate): X509Certificate {
  const certificate = parsed.get(registered) ?? new X509Certificate(Buffer.from(registered.der, 'base64'));
  parsed.set(registered, certificate);
  return certificate;
}

/**
 * An app may be registered with the subject and issuer of its certificates in place of the certificates (`x5c`, MSAL's
 * `sendCertificateChain`). Entra allows that to few, and this cloud to none, so no subject is an authorized one. The
 * sentence of https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
 */
function subjectRefused([own = '']: string[], { tenantId }: Signer): EntraError {
  return new EntraError(
    700030,
    "Invalid certificate - subject name in certificate isn't authorized. SubjectNames/SubjectAlternativeNames (up to " +
      `10) in token certificate are: ${subjectsOf(own).join(', ')}.`,
    { reason: 'x5c of a certificate that is not registered', tenantId },
  );
}

function subjectsOf(der: string): string[] {
  try {
    const { subject, subjectAltName } = new X509Certificate(Buffer.from(der, 'base64'));
    return [...subject.split('\n'), ...(subjectAltName?.split(', ') ?? [])].slice(0, 10);
  } catch {
    return [];
  }
}

interface RefusedKey {
  text: string;
  reason: string;
  thumbprint: string | undefined;
  certificate?: X509Certificate;
}

/** The text that names the thumbprint and the key found, as in https://github.com/Azure/azure-sdk-for-net/issues/29007. */
function keyRefused({ registration, tenantId }: Signer, refused: RefusedKey): EntraError {
  const details = [`Reason - ${refused.reason}`];
  if (refused.thumbprint !== undefined) {
    const hexadecimal = Buffer.from(refused.thumbprint, 'base64url').toString('hex').toUpperCase();
    details.push(`Thumbprint of key used by client: '${hexadecimal}'`);
  }
  if (refused.certificate !== undefined) {
    const { validFrom, validTo } = refused.certificate;
    details.push(`Found key 'Start=${date(validFrom)}, End=${date(validTo)}'`);
  }
  details.push(
    `Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id ` +
      `'${registration.appId}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to ` +
      'determine the corresponding service endpoint and ' +
      'https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query ' +
      `request URL, such as 'https://graph.microsoft.com/beta/applications/${registration.appId}'`,
  );
  return new EntraError(700027, `${refused.text} [${details.join(', ')}].`, { reason: refused.reason, tenantId });
}

/** `01/23/2023 13:33:28` */
function date(text: string): string {
  const [year, month, day, time] = new Date(text).toISOString().split(/[-T.]/);
  return `${month}/${day}/${year} ${time}`;
}
