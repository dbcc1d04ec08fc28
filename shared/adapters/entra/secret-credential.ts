/**
 * The client secret: from Key Vault, where its versions rotate like a certificate's, or from a setting, which a Key Vault
 * reference may fill. For development, and for those who cannot do better: whoever reads it can be the app.
 */

import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Credential, Proof } from '../../tokens/credential.ts';
import { vaultCall } from '../vault/vault-call.ts';
import { type Flaw, type ListedVersion, type Times, VaultVersions } from '../vault/vault-versions.ts';

/** What is asked of @azure/keyvault-secrets. */
export interface SecretReader {
  getSecret(
    name: string,
    options: { readonly version: string },
  ): Promise<{ readonly value?: string; readonly properties: { readonly contentType?: string } }>;
}
interface SecretLister extends SecretReader {
  listPropertiesOfSecretVersions(name: string): AsyncIterable<ListedVersion>;
}

export interface VaultSecretCredentialOptions {
  readonly secrets: SecretLister;
  readonly secretName: string;
  readonly refreshSeconds: number;
  readonly now: Clock;
  readonly log: Log;
}

/** When it ends is told by the vault alone. */
interface OpenSecret extends Times {
  readonly secret: string;
}

export class VaultSecretCredential implements Credential {
  readonly kind = 'secret';
  readonly #versions: VaultVersions<OpenSecret>;

  constructor({ secrets, secretName: name, refreshSeconds, now, log }: VaultSecretCredentialOptions) {
    this.#versions = new VaultVersions<OpenSecret>({
      what: 'secret',
      name,
      setting: 'TENANTPOST_CLIENT_SECRET_NAME',
      remedy:
        'Make a new client secret on the app registration, and a new version of the vault’s secret with its value.',
      list: () => secrets.listPropertiesOfSecretVersions(name),
      open: async (version) => {
        const { value = '' } = await vaultCall(`read secret ${name}`, () => secrets.getSecret(name, { version }));
        return flawOf(value) ?? { secret: value };
      },
      refreshSeconds,
      now,
      log,
    });
  }

  async proofs(): Promise<readonly Proof[]> {
    const usable = await this.#versions.usable();
    return usable.map(({ version, expiresAt, opened }) => proofOf(version, opened.secret, expiresAt));
  }
}

/** @param expiresAt epoch milliseconds, where the operator has said it: a setting does not know. */
export function settingSecretCredential(secret: string, expiresAt: number | undefined): Credential {
  const proofs = [proofOf(`setting-${fingerprint(secret)}`, secret, expiresAt)];
  return { kind: 'secret', proofs: () => Promise.resolve(proofs) };
}

/**
 * Tells a new value from the one before, whose uses and warnings are remembered: it has no version to go by. 32 bits of a
 * hash tell nothing of a value that Entra made of some forty random characters.
 */
const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 8);

function proofOf(id: string, secret: string, expiresAt = Infinity): Proof {
  return { id, ...(expiresAt < Infinity && { expiresAt }), present: () => Promise.resolve({ secret }) };
}

/** A secret of Entra has no white space; a file that was made by hand ends in a line feed, which Entra takes for wrong. */
function flawOf(value: string): Flaw | undefined {
  if (/\S/.test(value) && value === value.trim()) return undefined;
  return {
    problem: value.trim() === '' ? 'is empty' : 'begins or ends with white space',
    remedy: 'Make a new version that holds the value of the client secret and nothing else.',
  };
}
