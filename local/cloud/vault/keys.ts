/** Keys: the public part for everybody who may read it, and the operations that the private part never leaves for. */

import { constants, createPrivateKey, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { z } from 'zod';
import type { VaultKey } from '../state.ts';
import { DIGEST_BYTES, signDigest, verifyDigest } from './digest-signature.ts';
import { attributes, findObject, objectId, requestedId, type VaultRequest } from './objects.ts';
import {
  badParameter,
  invalidProperty,
  keyNotFound,
  keyOperationForbidden,
  keyOutsideValidity,
} from './vault-error.ts';

type KeyOperation = VaultKey['operations'][number];

const binary = z.base64url().transform((text) => Buffer.from(text, 'base64url'));
const signatureAlgorithm = z.enum(['RS256', 'PS256']);
const wrapAlgorithm = z.enum(['RSA-OAEP', 'RSA-OAEP-256']);
const publicPart = z.object({ n: z.string(), e: z.string() });

/** https://learn.microsoft.com/rest/api/keyvault/keys/get-key */
export function getKey(request: VaultRequest): unknown {
  const key = findKey(request);
  const { n, e } = publicPart.parse(key.jwk);
  const validity = certificateOf(request, key);
  return {
    key: { kid: objectId(request, 'keys', key), kty: 'RSA', key_ops: key.operations, n, e },
    attributes: attributes(key, validity),
    ...(validity && { managed: true }),
  };
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/sign: the value is the digest, which the caller computes. */
export async function sign(request: VaultRequest): Promise<unknown> {
  const { key, privateKey } = keyFor(request, 'sign');
  const { alg, value } = await parsedBody(request, z.object({ alg: signatureAlgorithm, value: binary }));
  requireDigest(alg, 'value', value);
  return result(request, key, signDigest(alg, privateKey, value));
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/verify */
export async function verify(request: VaultRequest): Promise<unknown> {
  const { privateKey } = keyFor(request, 'verify');
  const schema = z.object({ alg: signatureAlgorithm, digest: binary, value: binary });
  const { alg, digest, value } = await parsedBody(request, schema);
  requireDigest(alg, 'digest', digest);
  return { value: verifyDigest(alg, privateKey, digest, value) };
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/wrap-key */
export async function wrapKey(request: VaultRequest): Promise<unknown> {
  const { key, privateKey } = keyFor(request, 'wrapKey');
  const { alg, value } = await parsedBody(request, z.object({ alg: wrapAlgorithm, value: binary }));
  try {
    return result(request, key, publicEncrypt(oaep(alg, privateKey), value));
  } catch {
    throw invalidProperty('too long to wrap');
  }
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/unwrap-key */
export async function unwrapKey(request: VaultRequest): Promise<unknown> {
  const { key, privateKey } = keyFor(request, 'unwrapKey');
  const { alg, value } = await parsedBody(request, z.object({ alg: wrapAlgorithm, value: binary }));
  try {
    return result(request, key, privateDecrypt(oaep(alg, privateKey), value));
  } catch {
    throw invalidProperty('not wrapped by this key version with this algorithm');
  }
}

/** Encrypt and decrypt: no key of the local vault has them among its operations, because data keys are wrapped. */
export function refuseOperation(request: VaultRequest, operation: 'encrypt' | 'decrypt'): never {
  findKey(request);
  throw keyOperationForbidden(operation);
}

function findKey(request: VaultRequest): VaultKey {
  const key = findObject(request.state.vaultKeys, request);
  if (key === undefined) throw keyNotFound(requestedId(request));
  return key;
}

/** A certificate's key has its name, version and validity. */
const certificateOf = ({ state }: VaultRequest, { name, version }: VaultKey) =>
  state.vaultCertificates.find((one) => one.name === name && one.version === version);

function keyFor(request: VaultRequest, operation: KeyOperation): { key: VaultKey; privateKey: KeyObject } {
  const key = findKey(request);
  if (!key.operations.includes(operation)) throw keyOperationForbidden(operation);
  const validity = certificateOf(request, key);
  const now = Date.now() / 1000;
  const outside = validity && (now < validity.notBefore || now >= validity.expires);
  if (outside && operation !== 'verify' && operation !== 'unwrapKey') throw keyOutsideValidity(operation);
  return { key, privateKey: createPrivateKey({ key: key.jwk, format: 'jwk' }) };
}

async function parsedBody<T>(request: VaultRequest, schema: z.ZodType<T>): Promise<T> {
  const body = await request.body().catch(() => {
    throw invalidProperty('body is no JSON');
  });
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidProperty(`invalid ${parsed.error.issues[0]?.path.join('.') || 'body'}`);
}

/** The sentence is the service's: https://github.com/Azure/azure-sdk-for-js/issues/12654. */
function requireDigest(algorithm: string, property: string, digest: Buffer): void {
  if (digest.length === DIGEST_BYTES) return;
  throw badParameter(
    `Invalid length of '${property}': ${digest.length} bytes. ` +
      `${algorithm} requires ${DIGEST_BYTES} bytes, encoded with base64url.`,
    `${property} is no digest`,
  );
}

const oaep = (algorithm: z.infer<typeof wrapAlgorithm>, key: KeyObject) => ({
  key,
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: algorithm === 'RSA-OAEP' ? 'sha1' : 'sha256',
});

const result = (request: VaultRequest, key: VaultKey, value: Buffer): unknown => ({
  kid: objectId(request, 'keys', key),
  value: value.toString('base64url'),
});
