/** Which tenant it is, in which of Microsoft's clouds, and what this installation has recorded of it. */

import { minutes } from '../clock.ts';
import { failed, failedBy, ok, warned } from './conclude.ts';
import type { Found } from './finding.ts';
import type { Listed, RecordedTenant } from './ports.ts';

/** How Entra calls the clouds in `cloud_instance_name`: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const instances: Readonly<Record<string, readonly string[]>> = {
  'microsoftonline.com': ['public'],
  'microsoftonline.us': ['usgov', 'usgov-dod'],
  'partner.microsoftonline.cn': ['china'],
};

const triedTenant = 'Looked the tenant up in Entra’s public directory (OpenID configuration).';

export function tenantFinding(
  asked: string,
  listed: Listed,
  here: { cloud: string; singleTenantId?: string | undefined },
) {
  if (listed.kind === 'unknown') {
    return failed('tenant', triedTenant, 'TENANT_NOT_FOUND', {
      answered: listed.answered,
      meaning: asked.includes('.')
        ? 'No tenant of this cloud has verified this domain.'
        : 'There is no tenant with this id in this cloud.',
    });
  }
  const { tenantId, instance, region } = listed;
  const answered = [tenantId, instance, region].filter((one) => one !== undefined).join(', ');
  const clouds = instance === undefined ? undefined : instances[instance];
  if (clouds !== undefined && here.cloud !== 'custom' && !clouds.includes(here.cloud)) {
    return failed('tenant', triedTenant, 'TENANT_IN_OTHER_CLOUD', { answered });
  }
  const { singleTenantId } = here;
  if (singleTenantId !== undefined && tenantId !== singleTenantId) {
    return failed('tenant', triedTenant, 'TENANT_NOT_HOME', { answered });
  }
  return ok('tenant', triedTenant, answered);
}

export const tenantUnanswered = (error: unknown): Found => failedBy('tenant', triedTenant, error);

const triedRecord = 'Read what this installation has recorded of the tenant.';

/** What settles the matter before Entra is asked: nobody asks for tokens of a tenant that was taken out. */
export function removedFinding(tenant: RecordedTenant | undefined): Found | undefined {
  return tenant?.state === 'removed' ? failed('tenant-record', triedRecord, 'TENANT_REMOVED') : undefined;
}

/** What is left to do here once Entra gives tokens with what is needed. */
export function recordFinding(tenant: RecordedTenant | undefined): Found {
  if (tenant === undefined) {
    return failed('tenant-record', triedRecord, 'TENANT_UNKNOWN', {
      meaning: 'Entra gives tokens of the tenant, and nothing of it is recorded here, so its mail is refused.',
      remedy: 'Have the tenant verified (tenantpost verify), or send it an invitation.',
    });
  }
  const { state, code, since } = tenant;
  const answered = `${state} since ${new Date(since).toISOString()}${code === undefined ? '' : `, ${code}`}`;
  switch (state) {
    case 'active':
      return ok('tenant-record', triedRecord, answered);
    case 'invited':
      return failed('tenant-record', triedRecord, 'TENANT_NOT_CONSENTED', {
        answered,
        meaning:
          'Entra gives tokens of the tenant, and nobody has come back by the invitation, so its mail is refused.',
        remedy: 'Have the administrator open the invitation link, or have the tenant verified (tenantpost verify).',
      });
    case 'pending':
      return warned('tenant-record', triedRecord, 'TENANT_PENDING', {
        answered,
        meaning: 'The consent has arrived; the timer has not looked since.',
        remedy: 'Wait for the next run of the timer.',
      });
    default:
      return warned('tenant-record', triedRecord, code ?? 'TENANT_PENDING', {
        answered,
        meaning: 'What had stopped the tenant is mended; the timer has not looked since, so its mail is still refused.',
        remedy: 'Wait for the next run of the timer, then replay what lies in poison.',
        owner: 'operator',
        arrivesWithin: 'the next run of the timer',
      });
  }
}

/** How long ago a consent came in that has not arrived yet, in minutes. */
export function consentedAgo(tenant: RecordedTenant | undefined, now: number): number | undefined {
  return tenant?.state === 'pending' ? Math.floor((now - tenant.since) / minutes) : undefined;
}
