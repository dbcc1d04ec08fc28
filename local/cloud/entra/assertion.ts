/** A client assertion as it comes (RFC 7523 section 3): its parts unverified, and what all kinds of it have in common. */

import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { EntraError } from './aadsts.ts';

/** MSAL's `nbf` may be a second ahead of a clock that agrees with it. */
export const CLOCK_TOLERANCE_SECONDS = 5;
export const documentation =
  'Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .';

const types = ['JWT', 'http://openid.net/specs/jwt/1.0'];
/** Up to the end of the year 9999, which is as far as a date can be written in the refusal. */
const seconds = z.number().min(0).max(253_402_300_799);
const headerSchema = z.object({
  alg: z.string(),
  typ: z.string().optional(),
  kid: z.string().optional(),
  'x5t#S256': z.string().optional(),
  x5c: z.array(z.string()).min(1).optional(),
});
const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  exp: seconds,
  nbf: seconds.optional(),
});

export interface Assertion {
  readonly encoded: string;
  readonly header: z.infer<typeof headerSchema>;
  readonly claims: z.infer<typeof claimsSchema>;
  /** The payload with what only one kind of assertion has. */
  readonly payload: unknown;
}

/** @throws EntraError 50027 for what is no JWT or lacks a claim, 5002727 for a JWT of another type. */
export function decodeAssertion(encoded: string, tenantId: string): Assertion {
  let parts: { header: unknown; payload: unknown };
  try {
    parts = { header: decodeProtectedHeader(encoded), payload: decodeJwt(encoded) };
  } catch {
    throw malformedAssertion('assertion is not a JWT', tenantId);
  }
  const header = headerSchema.safeParse(parts.header);
  if (!header.success) throw malformedAssertion('assertion header is incomplete', tenantId);
  const { typ = 'JWT' } = header.data;
  if (!types.includes(typ)) {
    throw new EntraError(
      5002727,
      `Invalid JWT header type specified. Allowed types: ${types.map((one) => `'${one}'`).join(',')}.`,
      { reason: 'assertion header has another typ than JWT', tenantId },
    );
  }
  const claims = requireClaims(claimsSchema, parts.payload, tenantId);
  return { encoded, header: header.data, claims, payload: parts.payload };
}

/** @throws EntraError 50027 naming the claims that are missing or of the wrong type. */
export function requireClaims<Claims>(schema: z.ZodType<Claims>, payload: unknown, tenantId: string): Claims {
  const claims = schema.safeParse(payload);
  if (claims.success) return claims.data;
  const wrong = claims.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw malformedAssertion(`assertion claims missing or of the wrong type: ${wrong}`, tenantId);
}

/**
 * @param now epoch seconds.
 * @throws EntraError 700024
 */
export function requireItsTime({ nbf = 0, exp }: Assertion['claims'], now: number, tenantId: string): void {
  if (now >= nbf - CLOCK_TOLERANCE_SECONDS && now < exp + CLOCK_TOLERANCE_SECONDS) return;
  // Entra's text shows seven digits of a second; a claim that is missing counts as the beginning of time.
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('Z', '0000Z');
  throw new EntraError(
    700024,
    `Client assertion is not within its valid time range. Current time: ${time(now)}, assertion valid from ` +
      `${time(nbf)}, expiry time of assertion ${time(exp)}. ${documentation}`,
    { reason: 'assertion is outside of its valid time', tenantId },
  );
}

export const malformedAssertion = (reason: string, tenantId: string): EntraError =>
  new EntraError(50027, 'JWT token is invalid or malformed.', { reason, tenantId });
