/**
 * Checks a client assertion signed with a registered certificate, in the order in which its faults are told:
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials and RFC 7523 section 3.
 */

import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import type { Registration } from '../state.ts';
import { EntraError } from './aadsts.ts';
import { verifyAssertionSignature } from './assertion-signature.ts';

/** MSAL's `nbf` may be a second ahead of a clock that agrees with it. */
const CLOCK_TOLERANCE_SECONDS = 5;
const documentation =
  'Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .';

/** Up to the end of the year 9999, which is as far as a date can be written in the refusal. */
const seconds = z.number().min(0).max(253_402_300_799);
const headerSchema = z.object({
  alg: z.string(),
  typ: z.string().optional(),
  'x5t#S256': z.string().optional(),
});
const claimsSchema = z.object({
  aud: z.string(),
  iss: z.string(),
  sub: z.string(),
  jti: z.string().min(1),
  exp: seconds,
  nbf: seconds.optional(),
});
type AssertionHeader = z.infer<typeof headerSchema>;
type AssertionClaims = z.infer<typeof claimsSchema>;

interface AssertionExpectation {
  registration: Registration;
  tenantId: string;
  /** The token endpoint's own URL and Microsoft's for the same tenant. */
  audiences: string[];
}

/** Remembers which assertion used which `jti`. One assertion may be used until it expires, its `jti` by no other. */
export class UsedAssertions {
  readonly #used = new Map<string, { digest: string; expires: number }>();

  /** @returns whether the `jti` is free, or used by this very assertion. */
  admit(assertion: string, appId: string, claims: { jti: string; exp: number }, now: number): boolean {
    for (const [key, { expires }] of this.#used) if (expires < now) this.#used.delete(key);
    const key = `${appId} ${claims.jti}`;
    const digest = createHash('sha256').update(assertion).digest('base64url');
    const before = this.#used.get(key);
    if (before !== undefined) return before.digest === digest;
    this.#used.set(key, { digest, expires: claims.exp + CLOCK_TOLERANCE_SECONDS });
    return true;
  }
}

/** @throws EntraError with the code of the first fault found. */
export async function verifyClientAssertion(
  assertion: string,
  expected: AssertionExpectation,
  used: UsedAssertions,
): Promise<void> {
  const { registration, tenantId } = expected;
  const { header, claims } = decode(assertion, tenantId);
  await verifyAssertionSignature(assertion, header['x5t#S256'], { registration, tenantId });

  if (!expected.audiences.includes(claims.aud)) {
    throw new EntraError(700023, `Client assertion audience claim does not match Realm issuer. ${documentation}`, {
      reason: 'assertion is for another audience',
      tenantId,
    });
  }
  // Both faults are told apart: 50048 is the code for a pair that disagrees, 700021 for a pair that names another app.
  if (claims.iss !== claims.sub) {
    throw new EntraError(50048, 'Subject mismatches Issuer claim in the client assertion.', {
      reason: 'assertion has different iss and sub',
      tenantId,
    });
  }
  if (claims.iss !== registration.appId) {
    throw new EntraError(
      700021,
      `Client assertion application identifier doesn't match 'client_id' parameter. ${documentation}`,
      { reason: 'assertion is of another app', tenantId },
    );
  }
  const now = Date.now() / 1000;
  if (now < (claims.nbf ?? 0) - CLOCK_TOLERANCE_SECONDS || now >= claims.exp + CLOCK_TOLERANCE_SECONDS) {
    throw outsideOfItsTime(claims, now, tenantId);
  }
  if (!used.admit(assertion, registration.appId, claims, now)) {
    throw malformed('jti was used by another assertion', tenantId);
  }
}

function decode(assertion: string, tenantId: string): { header: AssertionHeader; claims: AssertionClaims } {
  let parts: { header: unknown; claims: unknown };
  try {
    parts = { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw malformed('assertion is not a JWT', tenantId);
  }
  const header = headerSchema.safeParse(parts.header);
  const claims = claimsSchema.safeParse(parts.claims);
  if (!header.success) throw malformed('assertion header is incomplete', tenantId);
  if (header.data.typ !== undefined && header.data.typ !== 'JWT') {
    throw new EntraError(
      5002727,
      "Invalid JWT header type specified. Allowed types: 'JWT','http://openid.net/specs/jwt/1.0'.",
      { reason: 'assertion header has another typ than JWT', tenantId },
    );
  }
  if (!claims.success) {
    const missing = claims.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw malformed(`assertion claims missing or of the wrong type: ${missing}`, tenantId);
  }
  return { header: header.data, claims: claims.data };
}

/** Entra's text shows seven digits of a second; a claim that is missing counts as the beginning of time. */
function outsideOfItsTime(claims: AssertionClaims, now: number, tenantId: string): EntraError {
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('Z', '0000Z');
  return new EntraError(
    700024,
    `Client assertion is not within its valid time range. Current time: ${time(now)}, assertion valid from ` +
      `${time(claims.nbf ?? 0)}, expiry time of assertion ${time(claims.exp)}. ${documentation}`,
    { reason: 'assertion is outside of its valid time', tenantId },
  );
}

function malformed(reason: string, tenantId: string): EntraError {
  return new EntraError(50027, 'JWT token is invalid or malformed.', { reason, tenantId });
}
