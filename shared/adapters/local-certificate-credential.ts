/**
 * The certificate credential with an exportable key: it is fetched from Key Vault once for each version, held in this
 * process's memory, and signs here. Saves a request to the vault per token; whoever can read this process's memory, or has
 * the right to read the vault's secrets, has the key.
 */

import type { SecretClient } from '@azure/keyvault-secrets';
import { constants, type KeyObject, sign } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Credential, Proof } from '../tokens/credential.ts';
import { clientAssertion } from './client-assertion.ts';
import { privateKeyOf } from './private-key.ts';
import { readThrough } from './read-through.ts';
import { vaultCall } from './vault-call.ts';
import { versionsLive } from './vault-certificate-credential.ts';
import {
  type CertificateReader,
  type CertificateVersion,
  readCertificateVersions,
} from './vault-certificate-versions.ts';

export interface LocalCertificateCredentialOptions {
  readonly certificates: CertificateReader;
  readonly secrets: Pick<SecretClient, 'getSecret'>;
  readonly certificateName: string;
  readonly clientId: string;
  readonly authorityUrl: string;
  readonly now: Clock;
}

export class LocalCertificateCredential implements Credential {
  readonly kind = 'certificate';
  readonly proofs: () => Promise<readonly Proof[]>;
  readonly #options: LocalCertificateCredentialOptions;
  readonly #keys = new Map<string, KeyObject>();

  constructor(options: LocalCertificateCredentialOptions) {
    const { certificates, certificateName, now } = options;
    this.#options = options;
    this.proofs = readThrough(now, versionsLive, async () => {
      const versions = await readCertificateVersions(certificates, certificateName, now);
      for (const held of this.#keys.keys()) {
        if (!versions.some(({ version }) => version === held)) this.#keys.delete(held);
      }
      return versions.map((version) => ({
        id: version.thumbprint,
        expiresAt: version.expiresAt,
        present: async (tenantId) => ({ assertion: await this.#assertion(tenantId, version) }),
      }));
    });
  }

  async #assertion(tenantId: string, version: CertificateVersion): Promise<string> {
    const { clientId, authorityUrl, now } = this.#options;
    const key = await this.#key(version);
    const { thumbprint } = version;
    return clientAssertion({ tenantId, clientId, authorityUrl, thumbprint, now: now() }, ({ text }) =>
      Promise.resolve(
        // RFC 7518 section 3.5: the salt is as long as the hash.
        sign('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
      ),
    );
  }

  async #key({ version, certificate }: CertificateVersion): Promise<KeyObject> {
    const held = this.#keys.get(version);
    if (held !== undefined) return held;
    const { certificateName, secrets } = this.#options;
    const { value = '', properties } = await vaultCall(`fetch the private key of certificate ${certificateName}`, () =>
      secrets.getSecret(certificateName, { version }),
    );
    const key = await privateKeyOf(value, properties.contentType, certificate);
    this.#keys.set(version, key);
    return key;
  }
}
