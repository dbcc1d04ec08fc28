/** The key with which Entra signs the tokens of a tenant, and the part of it that is published. */

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { Tenant } from '../state.ts';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** An entry of the tenant's key set. */
  readonly published: JWK & { kid: string };
}

const publicPart = z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() });

/** By the key in the state: reading a key takes as long as signing with it, and each token is signed and checked. */
const read = new WeakMap<JWK, SigningKey>();

/** The tenant's own key. Made synchronously, so that two first requests cannot make two keys. */
export function signingKeyOf(tenant: Tenant): SigningKey {
  const jwk = (tenant.signingKey ??= newKey());
  const known = read.get(jwk);
  if (known !== undefined) return known;
  const kid = jwk.kid ?? identify(jwk);
  const privateKey = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  const published = { ...publicPart.parse(jwk), use: 'sig', kid, x5t: kid };
  const key = { kid, privateKey, publicKey: createPublicKey(privateKey), published };
  read.set(jwk, key);
  return key;
}

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk: JWK = privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: identify(jwk) };
}

const identify = ({ n, e }: JWK): string => createHash('sha1').update(`${n}.${e}`).digest('base64url');
