/**
 * The certificate credential: the public certificate is read from Key Vault, and the assertion is signed there. The
 * private key need not be exportable; with this credential no code path asks for it.
 */

import { TenantpostError } from '../../errors.ts';
import type { Credential, Proof } from '../../tokens/credential.ts';
import { assertionSeconds, clientAssertion } from './client-assertion.ts';
import { vaultCall } from '../vault/vault-call.ts';
import {
  type CertificateOptions,
  certificateVersions,
  type OpenCertificate,
} from '../vault/vault-certificate-versions.ts';
import type { Flaw, VaultVersions } from '../vault/vault-versions.ts';

/** Kept assertions are used in the first part of their life only, so that none expires on its way. */
const assertionReuse = (assertionSeconds * 1000) / 2;

/** Ten thousand tenants may be renewed in one run of the timer; beyond twice as many the oldest go first. */
const mostAssertions = 20_000;

const unusableKey: Flaw = {
  problem: 'belongs to a key that is disabled or may not sign',
  remedy:
    'Allow the operation sign for the key and enable it, or make a new version whose policy has digitalSignature.',
};

/** What is asked of @azure/keyvault-keys. */
interface KeyReader {
  getKey(
    name: string,
    options: { readonly version: string },
  ): Promise<{ readonly keyOperations?: readonly string[]; readonly properties: { readonly enabled?: boolean } }>;
}
interface Signer {
  sign(algorithm: 'PS256', digest: Uint8Array): Promise<{ readonly result: Uint8Array }>;
}

export interface VaultCertificateCredentialOptions extends CertificateOptions {
  readonly keys: KeyReader;
  readonly cryptography: (keyId: string) => Signer;
  readonly clientId: string;
  readonly authorityUrl: string;
}

export class VaultCertificateCredential implements Credential {
  readonly kind = 'certificate';
  readonly #options: VaultCertificateCredentialOptions;
  readonly #versions: VaultVersions<OpenCertificate>;
  readonly #signed = new Map<string, { readonly assertion: Promise<string>; readonly at: number }>();

  constructor(options: VaultCertificateCredentialOptions) {
    this.#options = options;
    this.#versions = certificateVersions(options, async (certificate) =>
      (await this.#maySign(certificate.version)) ? certificate : unusableKey,
    );
  }

  async proofs(): Promise<readonly Proof[]> {
    return (await this.#versions.usable()).map(({ expiresAt, opened }) => ({
      id: opened.thumbprint,
      registeredAs: opened.registeredAs,
      expiresAt,
      present: async (tenantId) => ({ assertion: await this.#assertion(tenantId, opened) }),
    }));
  }

  /** Asked once for each version: the SDK's own refusal of such a key looks like a vault that is away. */
  async #maySign(version: string): Promise<boolean> {
    const { keys, certificateName } = this.#options;
    try {
      const { keyOperations, properties } = await vaultCall(`read the key of certificate ${certificateName}`, () =>
        keys.getKey(certificateName, { version }),
      );
      return properties.enabled !== false && (keyOperations?.includes('sign') ?? true);
    } catch (error) {
      // A role of the operator's own may allow to sign and not to read the key; then the signature shows it.
      if (error instanceof TenantpostError && error.code === 'VAULT_REFUSED') return true;
      throw error;
    }
  }

  /**
   * One assertion serves both resources of a tenant, and a second try: Entra takes the same one until it expires, as MSAL
   * relies on, and a signature costs a request to the vault, which allows only so many
   * (https://learn.microsoft.com/azure/key-vault/general/service-limits).
   */
  #assertion(tenantId: string, { keyId, thumbprint }: OpenCertificate): Promise<string> {
    const { cryptography, clientId, authorityUrl, now } = this.#options;
    const name = `${tenantId.toLowerCase()} ${thumbprint}`;
    const at = now();
    const kept = this.#signed.get(name);
    // What was signed before the clock was set back is valid from a time to come.
    if (kept !== undefined && at >= kept.at && at - kept.at < assertionReuse) return kept.assertion;
    const assertion = clientAssertion(
      { tenantId, clientId, authorityUrl, thumbprint, now: at },
      async ({ digest }) =>
        (await vaultCall('sign an assertion', () => cryptography(keyId).sign('PS256', digest))).result,
    );
    this.#keep(name, { assertion, at });
    return assertion;
  }

  #keep(name: string, kept: { readonly assertion: Promise<string>; readonly at: number }): void {
    this.#signed.delete(name);
    this.#signed.set(name, kept);
    kept.assertion.catch(() => {
      // The next caller asks the vault again.
      if (this.#signed.get(name) === kept) this.#signed.delete(name);
    });
    for (const [oldest, { at }] of this.#signed) {
      if (this.#signed.size <= mostAssertions && kept.at - at < assertionReuse) break;
      this.#signed.delete(oldest);
    }
  }
}
