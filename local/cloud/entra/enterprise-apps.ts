/** Enterprise applications: what consent creates in a tenant, and how long that takes to be seen everywhere. */

import type { AppRole, CloudState, EnterpriseApp, Registration } from '../state.ts';
import { EntraError } from './aadsts.ts';
import { isSameResource } from './resources.ts';

/** @throws EntraError 7000229 while the tenant has no service principal of the app, or none that has propagated. */
export function requireEnterpriseApp(state: CloudState, appId: string, tenantId: string): EnterpriseApp {
  const app = findEnterpriseApp(state, appId, tenantId);
  if (app !== undefined && hasPropagated(app, state.propagation.enterpriseApp)) return app;
  throw new EntraError(
    7000229,
    `The client application ${appId} is missing service principal in the tenant ${tenantId}. See instructions here: ` +
      'https://go.microsoft.com/fwlink/?linkid=2225119',
    { reason: app === undefined ? 'no enterprise application' : 'enterprise application has not propagated', tenantId },
  );
}

/** The granted roles of one resource; none while the grant is on its way, and that is no error. */
export function effectiveRoles(state: CloudState, app: EnterpriseApp, resource: string): string[] {
  if (!hasPropagated(app, state.propagation.roles)) return [];
  return app.grantedAppRoles.filter((granted) => isSameResource(granted.resource, resource)).map(({ role }) => role);
}

/**
 * What the administrator's click does. A principal that is there already keeps its object id, and what it is granted is
 * there at once: only a new one has to propagate.
 */
export function grantConsent(state: CloudState, registration: Registration, tenantId: string): void {
  const grantedAppRoles: AppRole[] = structuredClone(registration.requiredAppRoles);
  const known = findEnterpriseApp(state, registration.appId, tenantId);
  if (known !== undefined) {
    known.grantedAppRoles = grantedAppRoles;
    return;
  }
  state.enterpriseApps.push({
    objectId: crypto.randomUUID(),
    tenantId,
    appId: registration.appId,
    grantedAppRoles,
    consentedAt: Date.now(),
  });
}

function findEnterpriseApp(state: CloudState, appId: string, tenantId: string): EnterpriseApp | undefined {
  return state.enterpriseApps.find((app) => app.appId === appId && app.tenantId === tenantId);
}

const hasPropagated = (app: EnterpriseApp, milliseconds: number): boolean =>
  Date.now() - app.consentedAt >= milliseconds;
