/** What a key of the vault does: sign, verify, encrypt, decrypt, wrap and unwrap. Its private part never leaves. */

import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { VaultKey } from '../state.ts';
import {
  digestBytes,
  type SignatureAlgorithm,
  signatureAlgorithms,
  signDigest,
  verifyDigest,
} from './digest-signature.ts';
import { decrypt, encrypt, encryptionAlgorithms } from './key-encryption.ts';
import { effectiveKey } from './keys.ts';
import { disabled, keyOperationForbidden, keyOutsideValidity } from './object-error.ts';
import { objectId, requireObject } from './objects.ts';
import { badParameter, invalidProperty, notImplemented } from './vault-error.ts';
import { ok, parsedBody, type VaultAnswer, type VaultRequest } from './vault-request.ts';

type KeyOperation = VaultKey['operations'][number];

const binary = z.base64url().transform((text) => Buffer.from(text, 'base64url'));
/** RSNULL has no JWA name and is reserved for special uses: about-keys-details lists it all the same. */
const signatureAlgorithm = z.enum([...signatureAlgorithms, 'RSNULL']);
const signBody = z.object({ alg: signatureAlgorithm, value: binary });
const verifyBody = z.object({ alg: signatureAlgorithm, digest: binary, value: binary });
const encryptionBody = z.object({ alg: z.enum(encryptionAlgorithms), value: binary });

/** https://learn.microsoft.com/azure/key-vault/keys/about-keys-details: what still works outside of `nbf` and `exp`. */
const allowedOutsideValidity: readonly KeyOperation[] = ['decrypt', 'unwrapKey', 'verify'];

/** https://learn.microsoft.com/rest/api/keyvault/keys/sign: the value is the digest, which the caller computes. */
export function sign(request: VaultRequest): VaultAnswer {
  const { key, privateKey } = keyFor(request, 'sign');
  const { alg, value } = parsedBody(request, signBody);
  const algorithm = requireDigest(alg, 'value', value);
  return result(request, key, signDigest(algorithm, privateKey, value));
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/verify */
export function verify(request: VaultRequest): VaultAnswer {
  const { privateKey } = keyFor(request, 'verify');
  const { alg, digest, value } = parsedBody(request, verifyBody);
  const algorithm = requireDigest(alg, 'digest', digest);
  return ok({ value: verifyDigest(algorithm, privateKey, digest, value) });
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/wrap-key and encrypt, which differ in what the key must allow alone. */
export const encryptFor = (operation: 'encrypt' | 'wrapKey') => encryption(operation, encrypt, 'too long for the key');

/** https://learn.microsoft.com/rest/api/keyvault/keys/unwrap-key and decrypt. */
export const decryptFor = (operation: 'decrypt' | 'unwrapKey') =>
  encryption(operation, decrypt, 'not encrypted for this key version with this algorithm');

const encryption =
  (operation: KeyOperation, work: typeof encrypt, failure: string) =>
  (request: VaultRequest): VaultAnswer => {
    const { key, privateKey } = keyFor(request, operation);
    const { alg, value } = parsedBody(request, encryptionBody);
    try {
      return result(request, key, work(alg, privateKey, value));
    } catch {
      throw invalidProperty(failure);
    }
  };

function keyFor(request: VaultRequest, operation: KeyOperation): { key: VaultKey; privateKey: KeyObject } {
  const key = requireObject(request.state.vaultKeys, request);
  if (!key.operations.includes(operation)) throw keyOperationForbidden(operation);
  const { enabled = true, notBefore = -Infinity, expires = Infinity } = effectiveKey(request.state, key);
  if (!enabled) throw disabled('keys', operation);
  const now = request.now / 1000;
  const isOutside = now < notBefore || now >= expires;
  if (isOutside && !allowedOutsideValidity.includes(operation)) throw keyOutsideValidity(operation);
  return { key, privateKey: privateKeyOf(key.jwk) };
}

/** Reading a JWK costs as much as signing with it. */
const privateKeys = new WeakMap<JWK, KeyObject>();

function privateKeyOf(jwk: JWK): KeyObject {
  const known = privateKeys.get(jwk);
  if (known !== undefined) return known;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  privateKeys.set(jwk, key);
  return key;
}

/** The sentence is the service's: https://github.com/Azure/azure-sdk-for-js/issues/12654. */
function requireDigest(
  algorithm: z.infer<typeof signatureAlgorithm>,
  property: string,
  digest: Buffer,
): SignatureAlgorithm {
  if (algorithm === 'RSNULL') throw notImplemented('signatures with RSNULL');
  const bytes = digestBytes(algorithm);
  if (digest.length === bytes) return algorithm;
  throw badParameter(
    `Invalid length of '${property}': ${digest.length} bytes. ` +
      `${algorithm} requires ${bytes} bytes, encoded with base64url.`,
    `${property} is no digest`,
  );
}

const result = ({ vaultUrl }: VaultRequest, key: VaultKey, value: Buffer): VaultAnswer =>
  ok({ kid: objectId(vaultUrl, 'keys', key), value: value.toString('base64url') });
