/**
 * The certificate credential with an exportable key: it is fetched from Key Vault once for each version, held in this
 * process's memory, and signs here. Saves a request to the vault per token; whoever can read this process's memory, or has
 * the right to read the vault's secrets, has the key.
 */

import { KeyObject } from 'node:crypto';
import type { Credential, Proof } from '../../tokens/credential.ts';
import { clientAssertion, signedBy } from './client-assertion.ts';
import { privateKeyOf } from './private-key.ts';
import type { SecretReader } from './secret-credential.ts';
import { vaultCall } from '../vault/vault-call.ts';
import {
  type CertificateOptions,
  certificateVersions,
  type OpenCertificate,
} from '../vault/vault-certificate-versions.ts';
import type { Flaw, VaultVersions } from '../vault/vault-versions.ts';

export interface LocalCertificateCredentialOptions extends CertificateOptions {
  readonly secrets: SecretReader;
  readonly clientId: string;
  readonly authorityUrl: string;
}

interface WithKey extends OpenCertificate {
  readonly key: KeyObject;
}

export class LocalCertificateCredential implements Credential {
  readonly kind = 'certificate';
  readonly #options: LocalCertificateCredentialOptions;
  readonly #versions: VaultVersions<WithKey>;

  constructor(options: LocalCertificateCredentialOptions) {
    this.#options = options;
    this.#versions = certificateVersions(options, (certificate) => this.#withKey(certificate));
  }

  async proofs(): Promise<readonly Proof[]> {
    return (await this.#versions.usable()).map(({ expiresAt, opened }) => ({
      id: opened.thumbprint,
      registeredAs: opened.registeredAs,
      expiresAt,
      present: async (tenantId) => ({ assertion: await this.#assertion(tenantId, opened) }),
    }));
  }

  async #withKey(certificate: OpenCertificate): Promise<WithKey | Flaw> {
    const { certificateName, secrets } = this.#options;
    const { version, der } = certificate;
    const { value = '', properties } = await vaultCall(`fetch the private key of certificate ${certificateName}`, () =>
      secrets.getSecret(certificateName, { version }),
    );
    const key = await privateKeyOf(value, properties.contentType, der);
    return key instanceof KeyObject ? { ...certificate, key } : key;
  }

  #assertion(tenantId: string, { thumbprint, key }: WithKey): Promise<string> {
    const { clientId, authorityUrl, now } = this.#options;
    return clientAssertion({ tenantId, clientId, authorityUrl, thumbprint, now: now() }, signedBy(key));
  }
}
