/** What leaves through a browser and comes back: invitations and consent states, signed so that nobody can make one. */

import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { type DataKeys, deriveKey } from '../tokens/data-key.ts';

const schemas = {
  invitation: z.object({ jti: z.string() }),
  /** `inv`: the invitation's id. `bnd`: base64url of SHA-256 of the browser's cookie. */
  state: z.object({ jti: z.string(), inv: z.string(), bnd: z.string() }),
  /** Opens the console once. */
  console: z.object({ jti: z.string() }),
  /** `sid`: the session's id. `beg`: when it began, epoch milliseconds. */
  session: z.object({ sid: z.string(), beg: z.number() }),
  /** Of a form of that session's pages. */
  form: z.object({ sid: z.string() }),
  /** The page that follows a consent. `tid`: the tenant's id. `inv`: of the invitation that it was given with. */
  follow: z.object({ tid: z.string(), inv: z.string().optional() }),
  /** A tenant's own page. `end`: epoch milliseconds, to be shown. */
  'tenant-page': z.object({ tid: z.string(), end: z.number() }),
};

export type LinkKind = keyof typeof schemas;
export type LinkClaims<K extends LinkKind> = z.infer<(typeof schemas)[K]>;
export type LinkFault = 'invalid' | 'expired';

/**
 * Signs with HMAC-SHA-256 (RFC 7515, RFC 7519) under a key derived from the installation's newest data key, whose id is in the
 * header: a link outlives the key's being followed by another.
 */
export class Links {
  readonly #dataKeys: DataKeys;
  readonly #now: Clock;

  constructor(dataKeys: DataKeys, now: Clock) {
    this.#dataKeys = dataKeys;
    this.#now = now;
  }

  /** @param expiresAt epoch milliseconds. */
  async sign<K extends LinkKind>(kind: K, claims: LinkClaims<K>, expiresAt: number): Promise<string> {
    const dataKey = await this.#dataKeys.current();
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: dataKey.id })
      .setAudience(kind)
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .sign(deriveKey(dataKey, 'sign links'));
  }

  /** The claims, or why they cannot be believed. The kind is part of what is signed: one cannot pass for the other. */
  async read<K extends LinkKind>(kind: K, link: string): Promise<LinkClaims<K> | LinkFault> {
    const id = keyIdOf(link);
    const dataKey = id === undefined ? undefined : await this.#dataKeys.find(id);
    if (dataKey === undefined) return 'invalid';
    try {
      const options = { audience: kind, algorithms: ['HS256'], currentDate: new Date(this.#now()) };
      const { payload } = await jwtVerify(link, deriveKey(dataKey, 'sign links'), options);
      return schemas[kind].parse(payload) as LinkClaims<K>;
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
    }
  }
}

/** Not yet believed, nor looked at by anybody: the header says whatever its writer put there, numbers and objects too. */
function keyIdOf(link: string): string | undefined {
  try {
    const { kid }: { kid?: unknown } = decodeProtectedHeader(link);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}
