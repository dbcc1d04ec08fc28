/** Makes keys of the vault, for its own operations, the seed file and the control API. */

import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { CloudState, VaultKey } from '../state.ts';
import { requireFreeName } from './deletions.ts';
import { managedByKeyVault } from './object-error.ts';
import { isManaged, newVersion } from './objects.ts';
import type { ObjectFields } from './request-fields.ts';
import { badParameter } from './vault-error.ts';
import { seconds } from './vault-request.ts';

const generateRsaKey = promisify(generateKeyPair);

export const keyOperations = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'] as const;
const sizes = [2048, 3072, 4096];

export interface NewKey extends ObjectFields {
  name: string;
  /** In bits; 2048 if not given. */
  keySize?: number;
  /** All of them if not given. */
  operations?: VaultKey['operations'];
  publicExponent?: number;
  /** Epoch milliseconds. */
  now?: number;
}

/**
 * A new key, or a new version of the key of that name.
 *
 * @throws VaultError 400 for another size, 403 for a certificate's name, 409 for a deleted one.
 */
export async function addKey(state: CloudState, options: NewKey): Promise<VaultKey> {
  const {
    name,
    keySize = 2048,
    operations = [...keyOperations],
    now = Date.now(),
    publicExponent,
    ...fields
  } = options;
  requireKeySize(keySize);
  requireOwnKey(state, name, now);
  const { privateKey } = await generateRsaKey('rsa', {
    modulusLength: keySize,
    ...(publicExponent !== undefined && { publicExponent }),
  });
  // Somebody else may have taken the name while the key was made.
  requireOwnKey(state, name, now);
  const jwk: JWK = privateKey.export({ format: 'jwk' });
  const key = { name, version: newVersion(), created: seconds(now), ...fields, jwk, operations };
  state.vaultKeys.push(key);
  return key;
}

function requireOwnKey(state: CloudState, name: string, now: number): void {
  requireFreeName(state, 'keys', name, now);
  if (isManaged(state, name)) throw managedByKeyVault('keys', 'create');
}

/** The sentence is the service's, for another kind of key: https://github.com/MicrosoftDocs/azure-docs/issues/88477. */
export function requireKeySize(keySize: number): void {
  if (sizes.includes(keySize)) return;
  throw badParameter(`Unsupported key size (${keySize}). Supported sizes are [${sizes.join(', ')}]`, 'key size');
}

/** Of an RSA key, in bits. */
export const keySizeOf = ({ n = '' }: JWK): number => Math.floor((n.length * 6) / 8) * 8;
