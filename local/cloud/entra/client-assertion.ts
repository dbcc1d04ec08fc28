/**
 * Checks a client assertion that the app signed itself with a registered certificate, in the order in which its faults
 * are told: https://learn.microsoft.com/entra/identity-platform/certificate-credentials and RFC 7523 section 3.
 */

import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import type { Registration } from '../state.ts';
import { EntraError } from './aadsts.ts';
import {
  type Assertion,
  CLOCK_TOLERANCE_SECONDS,
  documentation,
  malformedAssertion,
  requireClaims,
  requireItsTime,
} from './assertion.ts';
import { verifyAssertionSignature } from './assertion-signature.ts';
import type { UsedAssertions } from './used-assertions.ts';

const claimsSchema = z.object({ aud: z.string(), jti: z.string().min(1) });

/** @throws EntraError with the code of the first fault found. */
export async function verifyClientAssertion(
  cloud: CloudContext,
  assertion: Assertion,
  { registration, tenantId, segment }: { registration: Registration; tenantId: string; segment: string },
  used: UsedAssertions,
): Promise<void> {
  const { header, claims } = assertion;
  const { aud, jti } = requireClaims(claimsSchema, assertion.payload, tenantId);
  const now = cloud.now('entra');
  const key = { thumbprint: header['x5t#S256'], chain: header.x5c };
  await verifyAssertionSignature(assertion.encoded, key, { registration, tenantId, now });

  if (!audiences(cloud, [tenantId, segment]).includes(aud)) {
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
  requireItsTime(claims, now / 1000, tenantId);
  const until = claims.exp + CLOCK_TOLERANCE_SECONDS;
  if (!used.admit(assertion.encoded, { appId: registration.appId, jti, until }, now / 1000)) {
    throw malformedAssertion('jti was used by another assertion', tenantId);
  }
}

/**
 * The token endpoint's own URL and Microsoft's, of the tenant by its id or as the request names it: MSAL takes the URL that it
 * asks, and people give it domains (https://pnp.github.io/powershell/cmdlets/Connect-PnPOnline.html).
 */
const audiences = (cloud: CloudContext, tenants: string[]): string[] =>
  [cloud.urls.entra, 'https://login.microsoftonline.com'].flatMap((authority) =>
    tenants.map((tenant) => `${authority}/${tenant}/oauth2/v2.0/token`),
  );
