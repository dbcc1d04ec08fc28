/** Turns the failures of Key Vault into ours; those of the managed identity that opens it are ours already. */

import type { KeyClientOptions } from '@azure/keyvault-keys';
import { TenantpostError } from '../../errors.ts';
import { withoutRole } from '../missing-role.ts';
import { retryAfterSeconds } from '../retry-after.ts';
import { RoleMissing } from './missing-role.ts';

type Policies = NonNullable<KeyClientOptions['additionalPolicies']>;

/** A vault that is busy has said when it may be asked again. */
class ToldToWait extends Error {
  readonly statusCode: number;
  readonly retryAfterSeconds: number;

  constructor(statusCode: number, seconds: number) {
    super('The vault says when to come again.');
    this.statusCode = statusCode;
    this.retryAfterSeconds = seconds;
  }
}

/**
 * The SDK sleeps for as long as `Retry-After` says, before each of its three retries and without any limit, and a mail job
 * and the claim on its tenant would sleep with it. What is no `RestError` it does not retry (seen with
 * @azure/core-rest-pipeline 1.25). Other failures it does, for some seven seconds in all; 429 without the header it does not.
 */
export const notMadeToWait: Policies = [
  {
    policy: {
      name: 'notMadeToWait',
      async sendRequest(request, next) {
        const response = await next(request);
        if (response.status !== 429 && response.status !== 503) return response;
        const wait = retryAfterSeconds(response.headers.get('retry-after'));
        if (wait === undefined) return response;
        throw new ToldToWait(response.status, wait);
      },
    },
    position: 'perRetry',
  },
];

/**
 * @param attempted what was wanted, for example `read certificate tenantpost`.
 * @throws TenantpostError `VAULT_REFUSED` for 401, 403 and 404, which waiting does not cure; what is one of ours as it is;
 *   else `VAULT_UNAVAILABLE`, with the time that the vault asks for.
 */
export async function vaultCall<T>(attempted: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof TenantpostError) throw cause;
    if (cause instanceof RoleMissing) {
      throw withoutRole('VAULT_REFUSED', `Key Vault refused to ${attempted}`, cause.missing, cause);
    }
    const status = typeof cause === 'object' && cause !== null && 'statusCode' in cause ? Number(cause.statusCode) : 0;
    const refused = status === 401 || status === 403 || status === 404;
    throw new TenantpostError(refused ? 'VAULT_REFUSED' : 'VAULT_UNAVAILABLE', `Key Vault failed to ${attempted}.`, {
      cause,
      detail: { status: status || undefined },
      ...(cause instanceof ToldToWait && { retryAfterSeconds: cause.retryAfterSeconds }),
    });
  }
}
