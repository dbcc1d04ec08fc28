/** A vault whose wrapping key is a phrase, and so the same for every release: what one has wrapped the next can unwrap. */

import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { VaultDataKeysOptions } from '../../../shared/adapters/vault/vault-data-keys.ts';
import { vendor } from '../cloud.ts';

const wrappingKey = createHash('sha256').update('the wrapping key of rows that are kept as a file').digest();

/** RFC 3394, 2.2.3.1. */
const initialValue = Buffer.from('a6a6a6a6a6a6a6a6', 'hex');

const algorithm = 'RSA-OAEP-256';

export function phraseVault(): Pick<VaultDataKeysOptions, 'keys' | 'cryptography' | 'wrappingKeyName'> {
  const name = vendor.wrappingKeyName;
  return {
    wrappingKeyName: name,
    keys: {
      getKey: () => Promise.resolve({ name, properties: { name, vaultUrl: 'https://vault.example', version: 'v1' } }),
    },
    cryptography: () => ({
      wrapKey(_algorithm, key) {
        const cipher = createCipheriv('id-aes256-wrap', wrappingKey, initialValue);
        return Promise.resolve({ algorithm, result: Buffer.concat([cipher.update(key), cipher.final()]) });
      },
      unwrapKey(_algorithm, wrapped) {
        const decipher = createDecipheriv('id-aes256-wrap', wrappingKey, initialValue);
        return Promise.resolve({ algorithm, result: Buffer.concat([decipher.update(wrapped), decipher.final()]) });
      },
    }),
  };
}
