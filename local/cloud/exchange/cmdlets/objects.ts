/** Finds the objects of an organization by what cmdlets call identities, and refuses what is not there. */

import type { Mailbox } from '../../state.ts';
import type { DistributionGroup, ExchangeServicePrincipal, ManagementScope } from '../../state/exchange.ts';
import { CmdletError } from '../powershell/script-error.ts';
import { isPresent } from '../propagation.ts';
import { isSame } from '../same.ts';
import type { ExchangeSession } from '../session.ts';

const aliasOf = (address: string): string => address.split('@')[0] ?? '';

export function mailboxesOf({ state, tenant }: ExchangeSession): Mailbox[] {
  return state.mailboxes.filter(({ tenantId, licensed }) => tenantId === tenant.id && licensed !== false);
}

/** @throws CmdletError */
export function requireMailbox(session: ExchangeSession, identity: string): Mailbox {
  return findMailbox(session, identity) ?? notFound(session, identity);
}

/** By user id, address, alias or display name. */
export function findMailbox(session: ExchangeSession, identity: string): Mailbox | undefined {
  return mailboxesOf(session).find(({ id, address, displayName }) =>
    [id, address, aliasOf(address), displayName].some((one) => isSame(one, identity)),
  );
}

export function servicePrincipalsOf({ state, tenant }: ExchangeSession): ExchangeServicePrincipal[] {
  return state.exchangeServicePrincipals.filter((one) => one.tenantId === tenant.id && isPresent(one));
}

/** @throws CmdletError */
export function requireServicePrincipal(session: ExchangeSession, identity: string): ExchangeServicePrincipal {
  return findServicePrincipal(session, identity) ?? notFound(session, identity);
}

/** https://learn.microsoft.com/powershell/module/exchangepowershell/get-serviceprincipal#-identity */
function findServicePrincipal(session: ExchangeSession, identity: string): ExchangeServicePrincipal | undefined {
  return servicePrincipalsOf(session).find(({ appId, objectId, displayName }) =>
    [appId, objectId, displayName].some((one) => isSame(one, identity)),
  );
}

/**
 * Whom a permission is for: a service principal by object id or name, or a user. An app id names the app in every
 * tenant, and no object of this one.
 *
 * @throws CmdletError
 */
export function requireTrustee(session: ExchangeSession, identity: string): string {
  const principal = servicePrincipalsOf(session).find(({ objectId, displayName }) =>
    [objectId, displayName].some((one) => isSame(one, identity)),
  );
  const trustee = principal?.objectId ?? findMailbox(session, identity)?.address;
  if (trustee !== undefined) return trustee;
  // What the module says; no page of Microsoft's has the sentence.
  throw new CmdletError(`User or group "${identity}" wasn't found. Please make sure you've typed it correctly.`);
}

/** @throws CmdletError */
export function requireGroup(session: ExchangeSession, identity: string): DistributionGroup {
  return findGroup(session, identity) ?? notFound(session, identity);
}

export function findGroup({ state, tenant }: ExchangeSession, identity: string): DistributionGroup | undefined {
  return state.distributionGroups.find(
    ({ tenantId, id, name, address, distinguishedName }) =>
      tenantId === tenant.id &&
      [id, name, address, aliasOf(address), distinguishedName].some((one) => isSame(one, identity)),
  );
}

/** @throws CmdletError */
export function requireManagementScope(session: ExchangeSession, identity: string): ManagementScope {
  return findManagementScope(session, identity) ?? notFound(session, identity);
}

export function findManagementScope({ state, tenant }: ExchangeSession, identity: string): ManagementScope | undefined {
  return state.managementScopes.find(
    (one) => one.tenantId === tenant.id && isPresent(one) && isSame(one.name, identity),
  );
}

/** https://support.microsoft.com/help/3173182; Exchange names a domain controller where this names the organization. */
export function notFound({ tenant }: ExchangeSession, identity: string): never {
  throw new CmdletError(
    `The operation couldn't be performed because object '${identity}' couldn't be found on '${tenant.domain}'.`,
  );
}

/**
 * Cmdlets that remove ask first, and in a script nobody is there to answer. The second sentence is this cloud's own.
 *
 * @throws CmdletError
 */
export function requireConfirmation(confirm: boolean | undefined): void {
  if (confirm === false) return;
  throw new CmdletError(
    'Are you sure you want to perform this action? Nobody is here to answer: give -Confirm:$false.',
  );
}
