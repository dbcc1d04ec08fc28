/** The one secret of an installation: a random key that only the vault can unwrap, and the keys derived from it. */

import { hkdfSync } from 'node:crypto';

/** Holds the installation's data key for as long as the process lives. */
export interface DataKey {
  /** 32 random bytes, the same in every process of the installation. */
  read(): Promise<Uint8Array>;
}

/** Each use has a key of its own, so that a value made for one can never pass for another (RFC 5869). */
export type KeyPurpose = 'seal tokens' | 'sign links';

export async function deriveKey(dataKey: DataKey, purpose: KeyPurpose): Promise<Uint8Array> {
  return new Uint8Array(hkdfSync('sha256', await dataKey.read(), '', `tenantpost: ${purpose}`, 32));
}
