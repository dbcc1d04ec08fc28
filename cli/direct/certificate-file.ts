/**
 * A certificate with its private key from a file, PEM or PKCS#12, as what proves the app:
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { clientAssertion, signedBy } from '../../shared/adapters/entra/client-assertion.ts';
import type { Credential } from '../../shared/tokens/credential.ts';
import { UsageError } from '../failure.ts';
import { askHidden } from '../terminal/ask.ts';
import { readGiven, variable } from '../variables.ts';
import { readPkcs12 } from './pkcs12.ts';

interface Files {
  readonly certificate: string;
  readonly certificateKey: string | undefined;
}

interface App {
  readonly clientId: string;
  readonly authorityUrl: string;
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const pemKey = /-----BEGIN (?:RSA |ENCRYPTED )?PRIVATE KEY-----[^]+?-----END (?:RSA |ENCRYPTED )?PRIVATE KEY-----/g;

/** @throws UsageError */
export async function certificateCredential(files: Files, app: App, signal: AbortSignal): Promise<Credential> {
  const octets = await readGiven(files.certificate, '--certificate');
  const password = once(async () => {
    return variable('TPCLI_CERTIFICATE_PASSWORD') ?? (await askHidden('Password of the certificate: ', signal));
  });
  const text = octets.toString('latin1');
  const isPem = text.includes('-----BEGIN ');
  const pems = isPem
    ? { certificates: text.match(pemCertificate) ?? [], keys: text.match(pemKey) ?? [] }
    : await readPkcs12(octets, password);
  const keyText =
    files.certificateKey && (await readGiven(files.certificateKey, '--certificate-key')).toString('latin1');
  const keys = keyText === undefined ? pems.keys : (keyText.match(pemKey) ?? []);
  if (pems.certificates.length === 0) throw new UsageError('--certificate: the file holds no certificate.');
  if (keys.length === 0) {
    throw new UsageError(
      files.certificateKey === undefined
        ? '--certificate: the file holds no private key. Give it with --certificate-key.'
        : '--certificate-key: the file holds no private key in PEM.',
    );
  }
  const opened: KeyObject[] = [];
  for (const pem of keys) opened.push(await openKey(pem, password));
  return credentialOf(pairOf(pems.certificates.map(openCertificate), opened), app);
}

interface Pair {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** The file may hold the chain as well: the certificate is the one that a key belongs to. */
function pairOf(certificates: readonly X509Certificate[], keys: readonly KeyObject[]): Pair {
  for (const certificate of certificates) {
    const key = keys.find((one) => createPublicKey(one).equals(certificate.publicKey));
    if (key === undefined) continue;
    if (key.asymmetricKeyType !== 'rsa')
      throw new UsageError('--certificate: the key is not RSA, which Entra asks for.');
    const now = Date.now();
    const { validFromDate: from, validToDate: to } = certificate;
    if (now < from.getTime() || now > to.getTime()) {
      const life = `${from.toISOString()} to ${to.toISOString()}`;
      throw new UsageError(`--certificate: it is valid from ${life} only, by the clock of this machine.`);
    }
    return { certificate, key };
  }
  throw new UsageError('--certificate: the private key belongs to another certificate.');
}

function credentialOf({ certificate, key }: Pair, app: App): Credential {
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  const proof = {
    id: thumbprint,
    registeredAs: certificate.fingerprint.replaceAll(':', ''),
    expiresAt: certificate.validToDate.getTime(),
    present: async (tenantId: string) => ({
      assertion: await clientAssertion({ tenantId, ...app, thumbprint, now: Date.now() }, signedBy(key)),
    }),
  };
  return { kind: 'certificate', proofs: () => Promise.resolve([proof]) };
}

function openCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UsageError('--certificate: the file holds a certificate that cannot be read.');
  }
}

async function openKey(pem: string, password: () => Promise<string | undefined>): Promise<KeyObject> {
  const isEncrypted = pem.includes('ENCRYPTED');
  const passphrase = isEncrypted ? ((await password()) ?? '') : undefined;
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase });
  } catch {
    // What a parser says of a key may show a part of it, so it is not kept as a cause either.
    throw new UsageError(
      isEncrypted
        ? 'The private key does not open: is TPCLI_CERTIFICATE_PASSWORD its password?'
        : 'The private key cannot be read.',
    );
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
