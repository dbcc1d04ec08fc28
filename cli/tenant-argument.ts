/** The tenant that a command is about, as its user names it. */

import type { Argv } from 'yargs';
import { UsageError } from './failure.ts';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const domain = /^(?=.{1,253}$)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+$/i;

export function tenantArgument<T>(yargs: Argv<T>) {
  return yargs
    .positional('tenant', { type: 'string', demandOption: true, describe: 'Tenant ID, or a domain of the tenant' })
    .check(({ tenant }) => isTenantName(tenant));
}

/** For what belongs to a mail job, which names its tenant by GUID. */
export function tenantIdArgument<T>(yargs: Argv<T>) {
  return yargs
    .positional('tenant', { type: 'string', demandOption: true, describe: 'Tenant ID' })
    .check(({ tenant }) => isTenantId(tenant));
}

export function isTenantName(tenant: string): true {
  if (guid.test(tenant) || domain.test(tenant)) return true;
  throw new UsageError(
    `"${tenant}" is neither a tenant ID, which is a GUID, nor a domain like contoso.onmicrosoft.com.`,
  );
}

/** Messages whose tenant cannot be read have their outcomes under `unreadable`. */
export function isTenantId(tenant: string): true {
  if (guid.test(tenant) || tenant === 'unreadable') return true;
  throw new UsageError(`"${tenant}" is no tenant ID, which is a GUID: 11111111-aaaa-4aaa-8aaa-111111111111.`);
}
