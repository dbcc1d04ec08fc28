/** A tenant by its GUID, or by one of its domains, as Entra tells it without a credential. */

import { OpenIdDirectory } from '../../shared/adapters/entra/openid-directory.ts';
import { resolveTenant, tenantReference } from '../../shared/tenants/tenant-directory.ts';
import { UsageError } from '../failure.ts';
import type { Endpoints } from './endpoints.ts';
import { inWords } from './failure.ts';
import { unlessStopped } from './unless-stopped.ts';

/** @throws UsageError for what is neither. */
export function tenantName(given: string): string {
  const parsed = tenantReference.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError('--tenant: the tenant ID, a GUID, or a domain of the tenant like contoso.onmicrosoft.com.');
}

/** @returns lower case. @throws CommandError, or the reason of the signal. */
export async function tenantIdOf(given: string, endpoints: Endpoints, signal: AbortSignal): Promise<string> {
  const found = resolveTenant(new OpenIdDirectory(endpoints), tenantName(given));
  return (await inWords(unlessStopped(found, signal))).id;
}
