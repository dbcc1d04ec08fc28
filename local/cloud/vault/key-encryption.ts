/** RSA encryption as a vault does it, for data and for keys alike: RSA-OAEP, RSA-OAEP-256 and RSA1_5. */

import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';

/** https://learn.microsoft.com/azure/key-vault/keys/about-keys-details: WRAPKEY/UNWRAPKEY, ENCRYPT/DECRYPT. */
export const encryptionAlgorithms = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5'] as const;
export type EncryptionAlgorithm = (typeof encryptionAlgorithms)[number];

/** @throws when the value is longer than the key and the padding leave room for. */
export function encrypt(algorithm: EncryptionAlgorithm, key: KeyObject, value: Buffer): Buffer {
  if (algorithm === 'RSA1_5') return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, value);
  return publicEncrypt(oaep(algorithm, key), value);
}

/** @throws when the value was not encrypted for this key with this algorithm. */
export function decrypt(algorithm: EncryptionAlgorithm, key: KeyObject, value: Buffer): Buffer {
  if (algorithm !== 'RSA1_5') return privateDecrypt(oaep(algorithm, key), value);
  return withoutPadding(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, value));
}

const oaep = (algorithm: 'RSA-OAEP' | 'RSA-OAEP-256', key: KeyObject) => ({
  key,
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: algorithm === 'RSA-OAEP' ? 'sha1' : 'sha256',
});

/**
 * RFC 8017 section 7.2.2: 00 02, at least eight octets that are not zero, 00, the message. By hand, because OpenSSL gives
 * random octets where this is wrong, and a vault refuses it.
 */
function withoutPadding(block: Buffer): Buffer {
  const end = block.indexOf(0, 2);
  if (block[0] !== 0 || block[1] !== 2 || end < 10) throw new RangeError('The padding of RSA1_5 is wrong.');
  return block.subarray(end + 1);
}
