/** What must be kept for a while and read by nobody else: sealed with a data key, for any process of the installation to open. */

import { type DataKeys, deriveKey, type KeyPurpose } from './data-key.ts';
import { seal, unseal } from './seal.ts';

export interface Sealing {
  /** @param boundTo what the value belongs to: it opens under nothing else. */
  seal(plaintext: string, boundTo: string): Promise<string>;
  /** Nothing when it belongs elsewhere, was changed, or its key is not kept any more. */
  unseal(sealed: string, boundTo: string): Promise<string | undefined>;
}

export function sealing(dataKeys: DataKeys, purpose: KeyPurpose): Sealing {
  return {
    async seal(plaintext, boundTo) {
      const key = await dataKeys.current();
      return `${key.id} ${seal(deriveKey(key, purpose), plaintext, boundTo)}`;
    },
    async unseal(sealed, boundTo) {
      const [id = '', value = ''] = sealed.split(' ');
      const key = await dataKeys.find(id);
      return key && unseal(deriveKey(key, purpose), value, boundTo);
    },
  };
}
