/** Clients of the vault as the app has them, which take a key by its name and version as well. */

import type { TokenCredential } from '@azure/identity';
import { type VaultClients, vaultClients as ofTheApp } from '../../shared/adapters/vault/vault-clients.ts';

export function vaultClients(url: string, credential: TokenCredential): VaultClients {
  const clients = ofTheApp(url, credential);
  return { ...clients, cryptography: (key) => clients.cryptography(new URL(key, `${url}/keys/`).href) };
}
