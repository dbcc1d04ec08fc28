/** Enterprise applications as the token endpoint sees them: whether one is there, enabled, and what it has been granted. */

import type { CloudContext } from '../cloud.ts';
import type { EnterpriseApp, Registration } from '../state.ts';
import { EntraError } from './aadsts.ts';
import { isSameResource } from './resources.ts';

type Directory = Pick<CloudContext, 'state' | 'now'>;

/**
 * @throws EntraError 7000229 while the tenant has no service principal of the app, or none that has propagated; 7000112
 *   for one that is disabled.
 */
export function requireEnterpriseApp(
  cloud: Directory,
  { appId, displayName }: Registration,
  tenantId: string,
): EnterpriseApp {
  const app = findEnterpriseApp(cloud, appId, tenantId);
  if (app === undefined || !hasArrived(cloud, app.consentedAt, cloud.state.propagation.enterpriseApp)) {
    throw new EntraError(
      7000229,
      `The client application ${appId} is missing service principal in the tenant ${tenantId}. See instructions here: ` +
        'https://go.microsoft.com/fwlink/?linkid=2225119',
      {
        reason: app === undefined ? 'no enterprise application' : 'enterprise application has not propagated',
        tenantId,
      },
    );
  }
  if (app.accountEnabled === false) {
    // And not the older AADSTS70001: https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts7000112-application-is-disabled.
    throw new EntraError(7000112, `Application '${appId}'(${displayName}) is disabled.`, {
      reason: 'enterprise application is disabled',
      tenantId,
    });
  }
  return app;
}

/** The granted roles of one resource; none while the grant is on its way, and that is no error. */
export function effectiveRoles(cloud: Directory, app: EnterpriseApp, resource: string): string[] {
  const { roles } = cloud.state.propagation;
  return app.grantedAppRoles
    .filter((granted) => isSameResource(granted.resource, resource))
    .filter(({ grantedAt = app.consentedAt }) => hasArrived(cloud, grantedAt, roles))
    .map(({ role }) => role);
}

export function findEnterpriseApp({ state }: Directory, appId: string, tenantId: string): EnterpriseApp | undefined {
  return state.enterpriseApps.find((app) => app.appId === appId && app.tenantId === tenantId);
}

const hasArrived = (cloud: Directory, since: number, milliseconds: number): boolean =>
  cloud.now('entra') - since >= milliseconds;
