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

export const signatureAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

interface Hash {
  name: 'sha256' | 'sha384' | 'sha512';
  /** Of the digest, and of the salt: RFC 7518 section 3.5 sets the two equal. */
  bytes: 32 | 48 | 64;
  /** RFC 8017 section 9.2 note 1: the DER of DigestInfo, up to the digest. */
  digestInfo: Buffer;
}

const sha256: Hash = { name: 'sha256', bytes: 32, digestInfo: hex('3031300d060960864801650304020105000420') };
const sha384: Hash = { name: 'sha384', bytes: 48, digestInfo: hex('3041300d060960864801650304020205000430') };
const sha512: Hash = { name: 'sha512', bytes: 64, digestInfo: hex('3051300d060960864801650304020305000440') };
const hashes: Record<SignatureAlgorithm, Hash> = {
  RS256: sha256,
  RS384: sha384,
  RS512: sha512,
  PS256: sha256,
  PS384: sha384,
  PS512: sha512,
};
const PSS_TRAILER = 0xbc;

export const digestBytes = (algorithm: SignatureAlgorithm): number => hashes[algorithm].bytes;

const isPss = (algorithm: SignatureAlgorithm): boolean => algorithm.startsWith('PS');

export function signDigest(algorithm: SignatureAlgorithm, key: KeyObject, digest: Buffer): Buffer {
  const hash = hashes[algorithm];
  if (isPss(algorithm)) {
    return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, pssEncode(hash, digest, modulusBytes(key)));
  }
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([hash.digestInfo, digest]));
}

export function verifyDigest(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  digest: Buffer,
  signature: Buffer,
): boolean {
  // RFC 8017 sections 8.1.2 and 8.2.2, step 1. OpenSSL would take a signature whose leading zero was left out.
  if (signature.length !== modulusBytes(key)) return false;
  const padding = isPss(algorithm) ? constants.RSA_NO_PADDING : constants.RSA_PKCS1_PADDING;
  const hash = hashes[algorithm];
  try {
    const message = publicDecrypt({ key: createPublicKey(key), padding }, signature);
    if (isPss(algorithm)) return pssMatches(hash, message, digest);
    return message.equals(Buffer.concat([hash.digestInfo, digest]));
  } catch {
    // Whatever OpenSSL cannot open with this key is no signature of it.
    return false;
  }
}

const modulusBytes = (key: KeyObject): number => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

/** RFC 8017 section 9.1.1, for keys whose size is a multiple of eight bits: the topmost bit is then always cleared. */
function pssEncode(hash: Hash, digest: Buffer, length: number): Buffer {
  const salt = randomBytes(hash.bytes);
  const salted = pssHash(hash, digest, salt);
  const block = Buffer.alloc(length - hash.bytes - 1);
  block.writeUInt8(1, block.length - hash.bytes - 1);
  salt.copy(block, block.length - hash.bytes);
  return Buffer.concat([clearTopBit(masked(hash, block, salted)), salted, Buffer.from([PSS_TRAILER])]);
}

/** RFC 8017 section 9.1.2. */
function pssMatches(hash: Hash, message: Buffer, digest: Buffer): boolean {
  const salted = message.subarray(-hash.bytes - 1, -1);
  const block = clearTopBit(masked(hash, message.subarray(0, -hash.bytes - 1), salted));
  const padding = Buffer.alloc(block.length - hash.bytes);
  padding.writeUInt8(1, padding.length - 1);
  return (
    message.readUInt8(message.length - 1) === PSS_TRAILER &&
    message.readUInt8(0) < 0x80 &&
    block.subarray(0, padding.length).equals(padding) &&
    timingSafeEqual(salted, pssHash(hash, digest, block.subarray(padding.length)))
  );
}

const hashed = (hash: Hash, ...parts: Buffer[]): Buffer => createHash(hash.name).update(Buffer.concat(parts)).digest();

const pssHash = (hash: Hash, digest: Buffer, salt: Buffer): Buffer => hashed(hash, Buffer.alloc(8), digest, salt);

/** XOR with MGF1 of the seed, RFC 8017 appendix B.2.1: done twice it gives the block back. */
function masked(hash: Hash, block: Buffer, seed: Buffer): Buffer {
  const parts = Array.from({ length: Math.ceil(block.length / hash.bytes) }, (_, counter) => {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(counter);
    return hashed(hash, seed, octets);
  });
  const mask = Buffer.concat(parts);
  return Buffer.from(block.map((byte, at) => byte ^ mask.readUInt8(at)));
}

function clearTopBit(block: Buffer): Buffer {
  block.writeUInt8(block.readUInt8(0) & 0x7f, 0);
  return block;
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
