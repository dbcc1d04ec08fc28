/** Turns the failures of Key Vault into ours; those of the managed identity that opens it are ours already. */

import { TenantpostError } from '../errors.ts';

/**
 * @param attempted what was wanted, for example `read certificate tenantpost`.
 * @throws TenantpostError `VAULT_REFUSED` for 401, 403 and 404, which waiting does not cure; what is one of ours as it is;
 *   else `VAULT_UNAVAILABLE`.
 */
export async function vaultCall<T>(attempted: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof TenantpostError) throw cause;
    const status = typeof cause === 'object' && cause !== null && 'statusCode' in cause ? Number(cause.statusCode) : 0;
    const refused = status === 401 || status === 403 || status === 404;
    throw new TenantpostError(refused ? 'VAULT_REFUSED' : 'VAULT_UNAVAILABLE', `Key Vault failed to ${attempted}.`, {
      cause,
      detail: { status: status || undefined },
    });
  }
}
