/** The secrets of an installation: random keys that only the vault can unwrap, each followed by a newer one, and the keys derived from them. */

import { hkdfSync } from 'node:crypto';

export interface DataKey {
  /** Names it beside what was made with it; nothing secret. */
  readonly id: string;
  /** 32 random bytes, the same in every process of the installation. */
  readonly bytes: Uint8Array;
}

export interface DataKeys {
  /**
   * The newest: what is made now is made with it.
   *
   * @throws TenantpostError `VAULT_REFUSED`, `VAULT_UNAVAILABLE`, `STORAGE_UNAVAILABLE`.
   */
  current(): Promise<DataKey>;
  /** One that may have been followed by others since; nothing when it is not kept any more, or never was. Throws as `current`. */
  find(id: string): Promise<DataKey | undefined>;
}

/** Each use has a key of its own, so that a value made for one can never pass for another (RFC 5869). */
export type KeyPurpose = 'seal tokens' | 'seal uploads' | 'sign links';

export function deriveKey({ bytes }: DataKey, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bytes, '', `tenantpost: ${purpose}`, 32));
}
