/**
 * The client secret: from Key Vault, where its versions rotate like a certificate's, or from a setting, which a Key Vault
 * reference may fill. For development, and for those who cannot do better: whoever reads it can be the app.
 */

import type { SecretClient } from '@azure/keyvault-secrets';
import { type Clock, minutes } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { Credential, Proof } from '../tokens/credential.ts';
import { readThrough } from './read-through.ts';
import { vaultCall } from './vault-call.ts';

const versionsLive = 10 * minutes;

/** More than two would be versions that somebody has replaced already. */
const mostVersions = 2;

export interface VaultSecretCredentialOptions {
  readonly secrets: Pick<SecretClient, 'getSecret' | 'listPropertiesOfSecretVersions'>;
  readonly secretName: string;
  readonly now: Clock;
}

export class VaultSecretCredential implements Credential {
  readonly kind = 'secret';
  readonly proofs: () => Promise<readonly Proof[]>;

  constructor({ secrets, secretName, now }: VaultSecretCredentialOptions) {
    this.proofs = readThrough(now, versionsLive, async () => {
      const attempted = `read secret ${secretName}`;
      const known = await vaultCall(attempted, async () => {
        const found = [];
        for await (const one of secrets.listPropertiesOfSecretVersions(secretName)) found.push(one);
        return found;
      });
      const at = now();
      const usable = known
        .filter(
          ({ enabled, notBefore, expiresOn }) =>
            enabled !== false && (notBefore?.getTime() ?? 0) <= at && at < (expiresOn?.getTime() ?? Infinity),
        )
        .sort((one, other) => (other.createdOn?.getTime() ?? 0) - (one.createdOn?.getTime() ?? 0))
        .slice(0, mostVersions);
      if (usable.length === 0) {
        throw new TenantpostError(
          'CREDENTIAL_REFUSED',
          `Secret ${secretName} has no version that is enabled and valid.`,
        );
      }
      return Promise.all(
        usable.map(async ({ version = '', expiresOn }) => {
          const { value = '' } = await vaultCall(attempted, () => secrets.getSecret(secretName, { version }));
          return proofOf(version, value, expiresOn?.getTime());
        }),
      );
    });
  }
}

/** @param expiresAt epoch milliseconds, where the operator has said it: a setting does not know. */
export function settingSecretCredential(secret: string, expiresAt: number | undefined): Credential {
  const proofs = [proofOf('setting', secret, expiresAt)];
  return { kind: 'secret', proofs: () => Promise.resolve(proofs) };
}

function proofOf(id: string, secret: string, expiresAt: number | undefined): Proof {
  return { id, ...(expiresAt !== undefined && { expiresAt }), present: () => Promise.resolve({ secret }) };
}
