/** What an administrator does to an enterprise application: consent, take it back, change single roles, disable it. */

import type { CloudContext } from '../cloud.ts';
import type { AppRole, EnterpriseApp, Registration } from '../state.ts';
import { EntraError } from './aadsts.ts';
import { findEnterpriseApp } from './enterprise-apps.ts';
import { isSameResource } from './resources.ts';

type Directory = Pick<CloudContext, 'state' | 'now'>;

/**
 * What the click on Accept does. A principal that is there already keeps its object id. It has afterwards what the
 * registration requires by now and nothing else, as consent for a whole tenant takes back what is no longer asked for:
 * https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent. What is new has to propagate.
 *
 * @throws EntraError 650051 while the name of a principal that was deleted is still taken.
 */
export function grantConsent(cloud: Directory, registration: Registration, tenantId: string): EnterpriseApp {
  const known = findEnterpriseApp(cloud, registration.appId, tenantId);
  const now = cloud.now('entra');
  if (known !== undefined) {
    const before = known.grantedAppRoles;
    known.grantedAppRoles = registration.requiredAppRoles.map(
      (required) => before.find((granted) => isSameRole(granted, required)) ?? { ...required, grantedAt: now },
    );
    return known;
  }
  requireFreeName(cloud, registration.appId, tenantId);
  const app: EnterpriseApp = {
    objectId: crypto.randomUUID(),
    tenantId,
    appId: registration.appId,
    grantedAppRoles: structuredClone(registration.requiredAppRoles),
    consentedAt: now,
  };
  cloud.state.enterpriseApps.push(app);
  return app;
}

/**
 * Deletes the enterprise application, with all that it was granted.
 *
 * @returns whether there was one.
 */
export function withdrawConsent(cloud: Directory, appId: string, tenantId: string): boolean {
  const { state } = cloud;
  const app = findEnterpriseApp(cloud, appId, tenantId);
  if (app === undefined) return false;
  state.enterpriseApps = state.enterpriseApps.filter((one) => one !== app);
  state.deletedEnterpriseApps.push({ tenantId, appId, deletedAt: cloud.now('entra') });
  return true;
}

/** One more application permission. It propagates as a consent does; one that is there already stays as it is. */
export function grantAppRole(cloud: Directory, app: EnterpriseApp, { resource, role }: AppRole): void {
  if (app.grantedAppRoles.some((granted) => isSameRole(granted, { resource, role }))) return;
  app.grantedAppRoles.push({ resource, role, grantedAt: cloud.now('entra') });
}

/** Tokens that were issued before keep the role until they expire. */
export function removeAppRole(app: EnterpriseApp, role: AppRole): void {
  app.grantedAppRoles = app.grantedAppRoles.filter((granted) => !isSameRole(granted, role));
}

/** "Enabled for users to sign in?" in the portal, `accountEnabled` in Graph. */
export function setEnabled(app: EnterpriseApp, enabled: boolean): void {
  if (enabled) delete app.accountEnabled;
  else app.accountEnabled = false;
}

const isSameRole = (one: AppRole, other: AppRole): boolean =>
  one.role === other.role && isSameResource(one.resource, other.resource);

/**
 * A deleted principal holds its name for some 5 to 15 minutes (https://www.veeam.com/kb4871). The sentence as in
 * https://learn.microsoft.com/answers/questions/2337285.
 */
function requireFreeName({ state, now }: Directory, appId: string, tenantId: string): void {
  const { deletion = 0 } = state.propagation;
  state.deletedEnterpriseApps = state.deletedEnterpriseApps.filter(
    ({ deletedAt }) => now('entra') - deletedAt < deletion,
  );
  if (!state.deletedEnterpriseApps.some((one) => one.appId === appId && one.tenantId === tenantId)) return;
  throw new EntraError(
    650051,
    `Consent action for Application '${appId}' failed due to the following error: The '${appId}' service principal ` +
      `name is already present for the tenant '${tenantId}'. paramName: ServicePrincipalName, paramValue: '${appId}', ` +
      'objectType: System.String',
    { reason: 'name of a deleted enterprise application is still taken', tenantId },
  );
}
