/** Clients for the vault, opened by a managed identity, of which none keeps a caller waiting for long. */

import type { TokenCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { isMicrosoftsVault } from '../../clouds.ts';
import { timeLimited } from '../time-limit.ts';
import { sayingWhatIsMissing } from './missing-role.ts';
import { notMadeToWait } from './vault-call.ts';

export interface VaultClients {
  readonly certificates: CertificateClient;
  readonly secrets: SecretClient;
  readonly keys: KeyClient;
  /** One client a key version: each asks for the key itself and for a challenge before its first use. */
  cryptography(keyId: string): CryptographyClient;
}

/** @param url of the vault, without a path. */
export function vaultClients(url: string, identity: TokenCredential): VaultClients {
  // The SDK refuses a vault whose host is not below its challenge's resource. That holds for Microsoft's own vaults; behind
  // a proxy, or for another implementation, the operator's setting is the word on where the vault is.
  const isMicrosofts = isMicrosoftsVault(new URL(url).hostname);
  const options = {
    disableChallengeResourceVerification: !isMicrosofts,
    additionalPolicies: [...timeLimited, ...notMadeToWait, ...sayingWhatIsMissing],
  };
  const byKey = new Map<string, CryptographyClient>();
  return {
    certificates: new CertificateClient(url, identity, options),
    secrets: new SecretClient(url, identity, options),
    keys: new KeyClient(url, identity, options),
    cryptography(keyId) {
      const held = byKey.get(keyId) ?? new CryptographyClient(keyId, identity, options);
      byKey.set(keyId, held);
      return held;
    },
  };
}
