/** The Exchange organization of a tenant. */

import type { CloudState, ExchangeOrganization } from '../state.ts';

/**
 * Organizations made since January 2020 have SMTP AUTH turned off:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-transportconfig#-smtpclientauthenticationdisabled.
 */
export function organizationOf(state: CloudState, tenantId: string): ExchangeOrganization {
  const kept = state.exchangeOrganizations.find((one) => one.tenantId === tenantId);
  return kept ?? { tenantId, smtpClientAuthenticationDisabled: true };
}

/** The same, kept in the state so that it can be changed. */
export function changeableOrganization(state: CloudState, tenantId: string): ExchangeOrganization {
  const organization = organizationOf(state, tenantId);
  if (!state.exchangeOrganizations.includes(organization)) state.exchangeOrganizations.push(organization);
  return organization;
}
