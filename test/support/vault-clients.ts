/** Clients of a vault as shared/services.ts makes them for one that is not below Microsoft's own domain. */

import type { TokenCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';

export interface VaultClients {
  readonly certificates: CertificateClient;
  readonly keys: KeyClient;
  readonly secrets: SecretClient;
  /** By whole key id, or by name and version below the vault. One client a key, as the SDK is meant to be used. */
  cryptography(key: string): CryptographyClient;
}

export function vaultClients(url: string, credential: TokenCredential): VaultClients {
  const options = { disableChallengeResourceVerification: true };
  const byKey = new Map<string, CryptographyClient>();
  return {
    certificates: new CertificateClient(url, credential, options),
    keys: new KeyClient(url, credential, options),
    secrets: new SecretClient(url, credential, options),
    cryptography(key) {
      const { href } = new URL(key, `${url}/keys/`);
      const held = byKey.get(href) ?? new CryptographyClient(href, credential, options);
      byKey.set(href, held);
      return held;
    },
  };
}
