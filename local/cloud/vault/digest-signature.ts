/**
 * RSA signatures over a digest that somebody else computed, which is what Key Vault signs. `crypto.sign` cannot do it: it
 * hashes what it is given, and a null algorithm means the key's default hash, so the digest would be hashed again.
 */

import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

type SignatureAlgorithm = 'RS256' | 'PS256';

/** Of SHA-256, and of the salt: RFC 7518 section 3.5 sets the two equal for PS256. */
export const DIGEST_BYTES = 32;

/** RFC 8017 section 9.2 note 1: the DER of DigestInfo for SHA-256, up to the digest. */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const PSS_TRAILER = 0xbc;

export function signDigest(algorithm: SignatureAlgorithm, key: KeyObject, digest: Buffer): Buffer {
  if (algorithm === 'RS256') {
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([DIGEST_INFO, digest]));
  }
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, pssEncode(digest, modulusBytes(key)));
}

export function verifyDigest(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  digest: Buffer,
  signature: Buffer,
): boolean {
  // RFC 8017 sections 8.1.2 and 8.2.2, step 1. OpenSSL would take a signature whose leading zero was left out.
  if (signature.length !== modulusBytes(key)) return false;
  const padding = algorithm === 'RS256' ? constants.RSA_PKCS1_PADDING : constants.RSA_NO_PADDING;
  try {
    const message = publicDecrypt({ key: createPublicKey(key), padding }, signature);
    if (algorithm === 'PS256') return pssMatches(message, digest);
    return message.equals(Buffer.concat([DIGEST_INFO, digest]));
  } catch {
    // Whatever OpenSSL cannot open with this key is no signature of it.
    return false;
  }
}

const modulusBytes = (key: KeyObject): number => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

/** RFC 8017 section 9.1.1, for keys whose size is a multiple of eight bits: the topmost bit is then always cleared. */
function pssEncode(digest: Buffer, length: number): Buffer {
  const salt = randomBytes(DIGEST_BYTES);
  const hash = pssHash(digest, salt);
  const block = Buffer.alloc(length - DIGEST_BYTES - 1);
  block.writeUInt8(1, block.length - DIGEST_BYTES - 1);
  salt.copy(block, block.length - DIGEST_BYTES);
  return Buffer.concat([clearTopBit(masked(block, hash)), hash, Buffer.from([PSS_TRAILER])]);
}

/** RFC 8017 section 9.1.2. */
function pssMatches(message: Buffer, digest: Buffer): boolean {
  const hash = message.subarray(-DIGEST_BYTES - 1, -1);
  const block = clearTopBit(masked(message.subarray(0, -DIGEST_BYTES - 1), hash));
  const padding = Buffer.alloc(block.length - DIGEST_BYTES);
  padding.writeUInt8(1, padding.length - 1);
  return (
    message.readUInt8(message.length - 1) === PSS_TRAILER &&
    message.readUInt8(0) < 0x80 &&
    block.subarray(0, padding.length).equals(padding) &&
    timingSafeEqual(hash, pssHash(digest, block.subarray(padding.length)))
  );
}

const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

const pssHash = (digest: Buffer, salt: Buffer): Buffer => sha256(Buffer.alloc(8), digest, salt);

/** XOR with MGF1 of the hash, RFC 8017 appendix B.2.1: done twice it gives the block back. */
function masked(block: Buffer, hash: Buffer): Buffer {
  const parts = Array.from({ length: Math.ceil(block.length / DIGEST_BYTES) }, (_, counter) => {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(counter);
    return sha256(hash, octets);
  });
  const mask = Buffer.concat(parts);
  return Buffer.from(block.map((byte, at) => byte ^ mask.readUInt8(at)));
}

function clearTopBit(block: Buffer): Buffer {
  block.writeUInt8(block.readUInt8(0) & 0x7f, 0);
  return block;
}
