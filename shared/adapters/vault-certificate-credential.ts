/**
 * The certificate credential: the public certificate is read from Key Vault, and the assertion is signed there. The
 * private key is not exportable; no code path of this app asks for it.
 *
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */

import type { CertificateClient } from '@azure/keyvault-certificates';
import type { CryptographyClient } from '@azure/keyvault-keys';
import { createHash, X509Certificate } from 'node:crypto';
import { type Clock, minutes } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { Credential, CredentialFacts } from '../tokens/credential.ts';
import { vaultCall } from './vault-call.ts';

/** Entra asks for a short life. Ten minutes is what MSAL uses. */
const assertionSeconds = 600;

/** How long the certificate is used before the vault is asked for it again. */
const certificateLives = 60 * minutes;

export interface VaultCertificateCredentialOptions {
  readonly certificates: Pick<CertificateClient, 'getCertificate'>;
  readonly cryptography: (keyId: string) => Pick<CryptographyClient, 'sign'>;
  readonly certificateName: string;
  readonly clientId: string;
  readonly authorityUrl: string;
  readonly now: Clock;
}

interface SigningCertificate extends CredentialFacts {
  readonly keyId: string;
}

export class VaultCertificateCredential implements Credential {
  readonly #options: VaultCertificateCredentialOptions;
  #held: { readonly certificate: Promise<SigningCertificate>; readonly readAt: number } | undefined;

  constructor(options: VaultCertificateCredentialOptions) {
    this.#options = options;
  }

  async assertion(tenantId: string): Promise<string> {
    const { cryptography, clientId, authorityUrl, now } = this.#options;
    const { keyId, thumbprint, expiresAt } = await this.#certificate();
    // The SDK would refuse to sign, with an error that looks like a vault that is away.
    if (now() >= expiresAt) throw new TenantpostError('CREDENTIAL_REFUSED', 'The certificate has expired.');
    const at = Math.floor(now() / 1000);
    const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint };
    const claims = {
      // The tenant of the request is part of the audience: one assertion serves one tenant.
      aud: `${authorityUrl}/${tenantId}/oauth2/v2.0/token`,
      iss: clientId,
      sub: clientId,
      jti: crypto.randomUUID(),
      iat: at,
      nbf: at,
      exp: at + assertionSeconds,
    };
    const signed = `${encode(header)}.${encode(claims)}`;
    const digest = createHash('sha256').update(signed).digest();
    const { result } = await vaultCall('sign an assertion', () => cryptography(keyId).sign('PS256', digest));
    return `${signed}.${Buffer.from(result).toString('base64url')}`;
  }

  async describe(): Promise<CredentialFacts> {
    const { notBefore, expiresAt, thumbprint } = await this.#certificate();
    return { notBefore, expiresAt, thumbprint };
  }

  /** One reading serves all who wait for it; a failed one is not kept. */
  #certificate(): Promise<SigningCertificate> {
    const readAt = this.#options.now();
    if (this.#held === undefined || readAt - this.#held.readAt >= certificateLives) {
      const certificate = this.#read();
      const held = { certificate, readAt };
      this.#held = held;
      certificate.catch(() => {
        if (this.#held === held) this.#held = undefined;
      });
    }
    return this.#held.certificate;
  }

  async #read(): Promise<SigningCertificate> {
    const { certificates, certificateName } = this.#options;
    const { cer, keyId, properties } = await vaultCall(`read certificate ${certificateName}`, () =>
      certificates.getCertificate(certificateName),
    );
    if (cer === undefined || keyId === undefined) {
      throw new TenantpostError('VAULT_REFUSED', `Certificate ${certificateName} has no key that could sign.`);
    }
    const { validFrom, validTo, raw } = new X509Certificate(cer);
    return {
      keyId,
      thumbprint: createHash('sha256').update(raw).digest('base64url'),
      notBefore: Date.parse(validFrom),
      // The vault may end it sooner than the certificate itself does.
      expiresAt: Math.min(Date.parse(validTo), properties.expiresOn?.getTime() ?? Infinity),
    };
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
