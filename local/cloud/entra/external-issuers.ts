/** Identity providers on this machine whose tokens a federated credential trusts, and the keys that they publish. */

import type { KeyObject } from 'node:crypto';
import { compactVerify, type CompactVerifyGetKey, createRemoteJWKSet, errors } from 'jose';
import type { CloudContext } from '../cloud.ts';
import { EntraError } from './aadsts.ts';
import type { Assertion } from './assertion.ts';

const TIMEOUT_MILLISECONDS = 3000;

export class ExternalIssuers {
  /** By the URL of the keys. */
  readonly #keys = new Map<string, CompactVerifyGetKey>();

  /** @throws EntraError 90061 for an issuer that cannot be asked, 900612 for keys that are none, 700027 for the signature. */
  async verify({ state }: CloudContext, assertion: Assertion, tenantId: string): Promise<void> {
    const known = state.externalIssuers.find(({ issuer }) => issuer === assertion.claims.iss);
    // Of an issuer on the internet as well: this cloud asks nobody beyond this machine.
    if (known === undefined) throw unreachable('issuer is not among those of this cloud', tenantId);
    let keys = this.#keys.get(known.jwksUri);
    if (keys === undefined) {
      keys = createRemoteJWKSet(new URL(known.jwksUri), { timeoutDuration: TIMEOUT_MILLISECONDS });
      this.#keys.set(known.jwksUri, keys);
    }
    await verifyWith(keys, assertion, tenantId);
  }
}

/** RS256 alone: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations. */
export async function verifyWith(
  key: KeyObject | CompactVerifyGetKey,
  { encoded }: Assertion,
  tenantId: string,
): Promise<void> {
  const options = { algorithms: ['RS256'] };
  try {
    if (typeof key === 'function') await compactVerify(encoded, key, options);
    else await compactVerify(encoded, key, options);
  } catch (error) {
    if (error instanceof errors.JWKSInvalid) {
      throw new EntraError(900612, 'Failed to parse provider signing keys.', {
        reason: 'issuer has no key set',
        tenantId,
      });
    }
    if (isSignatureFault(error)) {
      throw new EntraError(700027, 'Client assertion failed signature validation.', {
        reason: 'signature of the federated token does not verify',
        tenantId,
      });
    }
    if (typeof key !== 'function') throw error;
    throw unreachable('issuer does not answer with its keys', tenantId);
  }
}

const isSignatureFault = (error: unknown): boolean =>
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JWSInvalid;

const unreachable = (reason: string, tenantId: string): EntraError =>
  new EntraError(90061, 'Request to External OIDC endpoint failed.', { reason, tenantId });
