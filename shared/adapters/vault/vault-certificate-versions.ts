/** The versions of the app's certificate in Key Vault, each with all that an assertion needs but the signature. */

import { createHash, X509Certificate } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { allowsDigitalSignature } from './key-usage.ts';
import { vaultCall } from './vault-call.ts';
import { type Flaw, type ListedVersion, VaultVersions } from './vault-versions.ts';

export interface OpenCertificate {
  /** Key Vault's name of the version. */
  readonly version: string;
  /** Identifier of the key that belongs to it. */
  readonly keyId: string;
  /** The certificate itself, DER. */
  readonly der: Uint8Array;
  /** base64url of SHA-256 over it: `x5t#S256` of RFC 7515. */
  readonly thumbprint: string;
  /** SHA-1 over it, in hexadecimal: by this the app registration shows it (`customKeyIdentifier` in Graph and az). */
  readonly registeredAs: string;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly expiresAt: number;
}

/** What is asked of @azure/keyvault-certificates. */
interface CertificateReader {
  listPropertiesOfCertificateVersions(name: string): AsyncIterable<ListedVersion>;
  getCertificateVersion(name: string, version: string): Promise<{ readonly cer?: Uint8Array; readonly keyId?: string }>;
}

export interface CertificateOptions {
  readonly certificates: CertificateReader;
  readonly certificateName: string;
  readonly refreshSeconds: number;
  readonly now: Clock;
  readonly log: Log;
}

const remedy =
  'Make a new version with an RSA key of 2048 bits or more, and add its public part to the app registration.';

/** PS256 is a signature by RSA; what is shorter is broken, and Key Vault makes none. */
const leastBits = 2048;

/** @param withKey adds the key to a version, or finds that it has none that signs. */
export function certificateVersions<Opened extends OpenCertificate>(
  options: CertificateOptions,
  withKey: (certificate: OpenCertificate) => Promise<Opened | Flaw>,
): VaultVersions<Opened> {
  const { certificates, certificateName: name, refreshSeconds, now, log } = options;
  return new VaultVersions({
    what: 'certificate',
    name,
    setting: 'TENANTPOST_CERTIFICATE_NAME',
    remedy,
    list: () => certificates.listPropertiesOfCertificateVersions(name),
    open: async (version) => {
      const { cer, keyId } = await vaultCall(`read certificate ${name}`, () =>
        certificates.getCertificateVersion(name, version),
      );
      if (cer === undefined || keyId === undefined) return { problem: 'is not made yet, or has no key', remedy };
      const certificate = new X509Certificate(cer);
      const flaw = flawOf(certificate);
      if (flaw !== undefined) return flaw;
      return withKey({
        version,
        keyId,
        der: certificate.raw,
        thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
        registeredAs: certificate.fingerprint.replaceAll(':', ''),
        startsAt: Date.parse(certificate.validFrom),
        expiresAt: Date.parse(certificate.validTo),
      });
    },
    refreshSeconds,
    now,
    log,
  });
}

function flawOf({ publicKey, raw }: X509Certificate): Flaw | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0 } = {} } = publicKey;
  if (type !== 'rsa')
    return { problem: `has a key of type ${type}, and the assertion is signed with RSA (PS256)`, remedy };
  if (modulusLength < leastBits) return { problem: `has an RSA key of only ${modulusLength} bits`, remedy };
  if (!allowsDigitalSignature(raw)) {
    return {
      problem: 'has a key usage without digitalSignature, so its key may not sign an assertion',
      remedy: 'Add digitalSignature to the key usage of its policy and make a new version, or leave the key usage out.',
    };
  }
  return undefined;
}
