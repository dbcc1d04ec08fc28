/** Conditional Access for workload identities: https://learn.microsoft.com/entra/identity/conditional-access/workload-identity. */

import type { Registration, Tenant } from '../state.ts';
import { EntraError } from './aadsts.ts';

/**
 * Only an app that is registered in the tenant, and for it alone, can be held by a policy: "third-party SaaS applications,
 * including multitenant apps, are not covered". A tenant blocks those by disabling their enterprise application.
 *
 * @throws EntraError 53003
 */
export function requireNoBlockingPolicy(tenant: Tenant, { appId, audience, homeTenantId }: Registration): void {
  if (audience === 'multitenant' || homeTenantId !== tenant.id) return;
  const policy = tenant.conditionalAccess?.find(({ blockedApps }) => blockedApps.includes(appId));
  if (policy === undefined) return;
  // Seen for an app's own token: https://github.com/microsoft/botbuilder-dotnet/issues/6759.
  throw new EntraError(
    53003,
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    {
      reason: `blocked by the policy ${policy.displayName}`,
      tenantId: tenant.id,
      fields: {
        suberror: 'message_only',
        claims: JSON.stringify({ access_token: { capolids: { essential: true, values: [policy.id] } } }),
      },
    },
  );
}
