/**
 * The versions of the app's certificate that may sign now, newest first. Key Vault keeps every version until the
 * certificate is deleted; two matter: the one in use, and the next one while it is being registered with Entra.
 */

import type { CertificateClient } from '@azure/keyvault-certificates';
import { createHash, X509Certificate } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import { vaultCall } from './vault-call.ts';

export interface CertificateVersion {
  /** Key Vault's name of the version. */
  readonly version: string;
  /** Identifier of the key that belongs to it. */
  readonly keyId: string;
  /** The certificate itself, DER. */
  readonly certificate: Uint8Array;
  /** base64url of SHA-256 over the certificate: `x5t#S256` of RFC 7515. */
  readonly thumbprint: string;
  /** Epoch milliseconds. The vault may end a version sooner than the certificate itself does. */
  readonly expiresAt: number;
}

export type CertificateReader = Pick<
  CertificateClient,
  'listPropertiesOfCertificateVersions' | 'getCertificateVersion'
>;

/** More than two would be versions that somebody has replaced already. */
const mostVersions = 2;

/** @throws TenantpostError `CREDENTIAL_REFUSED` when no version is enabled and valid; `VAULT_REFUSED`, `VAULT_UNAVAILABLE`. */
export async function readCertificateVersions(
  certificates: CertificateReader,
  name: string,
  now: Clock,
): Promise<readonly CertificateVersion[]> {
  const attempted = `read certificate ${name}`;
  const known = await vaultCall(attempted, () => all(certificates.listPropertiesOfCertificateVersions(name)));
  const usable = known
    .filter(({ enabled, notBefore, expiresOn }) => {
      const at = now();
      return enabled !== false && (notBefore?.getTime() ?? 0) <= at && at < (expiresOn?.getTime() ?? Infinity);
    })
    .sort((one, other) => (other.createdOn?.getTime() ?? 0) - (one.createdOn?.getTime() ?? 0))
    .slice(0, mostVersions);
  if (usable.length === 0) {
    throw new TenantpostError(
      'CREDENTIAL_REFUSED',
      `Certificate ${name} has no version that is enabled and valid now.`,
    );
  }
  return Promise.all(
    usable.map(async ({ version = '', expiresOn }) => {
      const { cer, keyId } = await vaultCall(attempted, () => certificates.getCertificateVersion(name, version));
      if (cer === undefined || keyId === undefined) {
        throw new TenantpostError('CREDENTIAL_REFUSED', `Certificate ${name} has no key that could sign.`);
      }
      const { validTo, raw } = new X509Certificate(cer);
      return {
        version,
        keyId,
        certificate: raw,
        thumbprint: createHash('sha256').update(raw).digest('base64url'),
        expiresAt: Math.min(Date.parse(validTo), expiresOn?.getTime() ?? Infinity),
      };
    }),
  );
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
