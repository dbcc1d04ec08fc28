/**
 * The certificate credential: the public certificate is read from Key Vault, and the assertion is signed there. The
 * private key is not exportable; no code path of this app asks for it.
 */

import type { CryptographyClient } from '@azure/keyvault-keys';
import { type Clock, minutes } from '../clock.ts';
import type { Credential, Proof } from '../tokens/credential.ts';
import { assertionSeconds, clientAssertion } from './client-assertion.ts';
import { readThrough } from './read-through.ts';
import { vaultCall } from './vault-call.ts';
import {
  type CertificateReader,
  type CertificateVersion,
  readCertificateVersions,
} from './vault-certificate-versions.ts';

/** How soon a new version is seen: the vault is asked for the versions again after so long. */
export const versionsLive = 10 * minutes;

/** Kept assertions are used in the first part of their life only, so that none expires on its way. */
const assertionReuse = (assertionSeconds * 1000) / 2;

/** A few thousand tenants renew within one run of the timer; beyond that the oldest go first. */
const mostAssertions = 20_000;

export interface VaultCertificateCredentialOptions {
  readonly certificates: CertificateReader;
  readonly cryptography: (keyId: string) => Pick<CryptographyClient, 'sign'>;
  readonly certificateName: string;
  readonly clientId: string;
  readonly authorityUrl: string;
  readonly now: Clock;
}

export class VaultCertificateCredential implements Credential {
  readonly kind = 'certificate';
  readonly proofs: () => Promise<readonly Proof[]>;
  readonly #options: VaultCertificateCredentialOptions;
  readonly #signed = new Map<string, { readonly assertion: string; readonly at: number }>();

  constructor(options: VaultCertificateCredentialOptions) {
    const { certificates, certificateName, now } = options;
    this.#options = options;
    this.proofs = readThrough(now, versionsLive, async () => {
      const versions = await readCertificateVersions(certificates, certificateName, now);
      return versions.map((version) => ({
        id: version.thumbprint,
        expiresAt: version.expiresAt,
        present: async (tenantId) => ({ assertion: await this.#assertion(tenantId, version) }),
      }));
    });
  }

  /**
   * One assertion serves both resources of a tenant, and a second try: Entra takes the same one until it expires, and a
   * signature costs a request to the vault, which allows only so many (https://learn.microsoft.com/azure/key-vault/general/service-limits).
   */
  async #assertion(tenantId: string, { keyId, thumbprint }: CertificateVersion): Promise<string> {
    const { cryptography, clientId, authorityUrl, now } = this.#options;
    const key = `${tenantId.toLowerCase()} ${thumbprint}`;
    const at = now();
    const kept = this.#signed.get(key);
    if (kept !== undefined && at - kept.at < assertionReuse) return kept.assertion;
    const assertion = await clientAssertion(
      { tenantId, clientId, authorityUrl, thumbprint, now: at },
      async ({ digest }) => {
        return (await vaultCall('sign an assertion', () => cryptography(keyId).sign('PS256', digest))).result;
      },
    );
    this.#keep(key, assertion, at);
    return assertion;
  }

  #keep(key: string, assertion: string, at: number): void {
    this.#signed.delete(key);
    this.#signed.set(key, { assertion, at });
    for (const [oldest, { at: signedAt }] of this.#signed) {
      if (this.#signed.size <= mostAssertions && at - signedAt < assertionReuse) break;
      this.#signed.delete(oldest);
    }
  }
}
