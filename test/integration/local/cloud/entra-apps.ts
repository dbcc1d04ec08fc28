/** Apps beside the vendor's, each known to one test alone, and token requests in their name. */

import assert from 'node:assert/strict';
import type { EnterpriseApp, Registration } from '../../../../local/cloud/state.ts';
import {
  anEnterpriseApp,
  customers,
  entraError,
  grantedToken,
  redirectUri,
  requestToken,
  type TestCloud,
  type TokenRequestOverrides,
  vendor,
} from '../../../support/cloud.ts';

/** A multitenant app of the vendor's tenant, consented in Contoso, that has no credential yet. */
export function addApp(
  cloud: TestCloud,
  overrides: Partial<Registration> = {},
): { registration: Registration; app: EnterpriseApp } {
  const registration: Registration = {
    appId: crypto.randomUUID(),
    displayName: 'Another app',
    publisher: 'Mailworks Ltd',
    homeTenantId: vendor.tenantId,
    audience: 'multitenant',
    redirectUris: [redirectUri],
    requiredAppRoles: [{ resource: 'https://graph.microsoft.com', role: 'Mail.Send' }],
    certificates: [],
    ...overrides,
  };
  const tenantId = registration.audience === 'multitenant' ? customers.contoso.id : registration.homeTenantId;
  const app = anEnterpriseApp({ tenantId, appId: registration.appId });
  cloud.state.registrations.push(registration);
  cloud.state.enterpriseApps.push(app);
  return { registration, app };
}

/** The vendor's own registration. */
export function vendorApp(cloud: TestCloud): Registration {
  const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
  assert.ok(registration);
  return registration;
}

/** The form of a request that shows a secret in place of an assertion. */
export const withSecret = (appId: string, secret: string | undefined): Record<string, string | undefined> => ({
  client_id: appId,
  client_secret: secret,
  client_assertion: undefined,
  client_assertion_type: undefined,
});

/** The AADSTS code of a request that is refused, or `granted`. */
export async function outcome(cloud: TestCloud, overrides: TokenRequestOverrides): Promise<number | 'granted'> {
  const response = await requestToken(cloud, overrides);
  if (response.ok) {
    await grantedToken(response);
    return 'granted';
  }
  return (await entraError(response)).error_codes[0] ?? 0;
}
