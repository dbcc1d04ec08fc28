/**
 * The client assertion of RFC 7523 as Entra wants it, without its signature:
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials.
 */

import { constants, createHash, type KeyObject, sign as signature } from 'node:crypto';

/** Entra asks for a short life. Ten minutes is what MSAL uses. */
export const assertionSeconds = 600;

export interface AssertionFor {
  readonly tenantId: string;
  readonly clientId: string;
  readonly authorityUrl: string;
  /** `x5t#S256` of RFC 7515: which of the registered certificates signs. */
  readonly thumbprint: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

interface SignatureInput {
  readonly text: string;
  readonly digest: Uint8Array;
}

/** For a private key at hand. RFC 7518 section 3.5: the salt is as long as the hash. */
export const signedBy =
  (key: KeyObject) =>
  ({ text }: SignatureInput): Promise<Uint8Array> =>
    Promise.resolve(
      signature('sha256', Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
    );

/**
 * @param sign makes the PS256 signature of what it is given: the RSA key's PSS signature over SHA-256.
 * @returns the JWT.
 */
export async function clientAssertion(
  { tenantId, clientId, authorityUrl, thumbprint, now }: AssertionFor,
  sign: (input: SignatureInput) => Promise<Uint8Array>,
): Promise<string> {
  const at = Math.floor(now / 1000);
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint };
  const claims = {
    // The tenant of the request is part of the audience: one assertion serves one tenant.
    aud: `${authorityUrl}/${tenantId}/oauth2/v2.0/token`,
    iss: clientId,
    sub: clientId,
    jti: crypto.randomUUID(),
    iat: at,
    nbf: at,
    exp: at + assertionSeconds,
  };
  const text = `${encode(header)}.${encode(claims)}`;
  const signed = await sign({ text, digest: createHash('sha256').update(text).digest() });
  return `${text}.${Buffer.from(signed).toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
