/** Sets secrets of the vault, for its own operation, the seed file and the control API. */

import type { CloudState, VaultSecret } from '../state.ts';
import { requireFreeName } from './deletions.ts';
import { managedByKeyVault } from './object-error.ts';
import { isManaged, newVersion } from './objects.ts';
import type { ObjectFields } from './request-fields.ts';
import { seconds } from './vault-request.ts';

export interface NewSecret extends ObjectFields {
  name: string;
  value: string;
  contentType?: string;
  /** Epoch milliseconds. */
  now?: number;
}

/**
 * A new secret, or a new version of the secret of that name.
 *
 * @throws VaultError 403 for a certificate's name, 409 for a deleted one.
 */
export function setSecret(state: CloudState, { now = Date.now(), ...secret }: NewSecret): VaultSecret {
  requireFreeName(state, 'secrets', secret.name, now);
  if (isManaged(state, secret.name)) throw managedByKeyVault('secrets', 'set');
  const kept = { ...secret, version: newVersion(), created: seconds(now) };
  state.vaultSecrets.push(kept);
  return kept;
}
