/**
 * Takes a tenant out: no mail of it is accepted any more, and nothing that is kept of it stays but its id, its audit trail and
 * that it was removed. What the tenant itself holds only its administrator can take away; the answer says what there is.
 */

import type { Clock } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import { resources } from '../resource.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import type { AuditTrail } from './audit.ts';
import type { InvitationStore } from './invitation.ts';
import { resourceOf } from './rights.ts';
import type { Tenant, TenantStore } from './tenant.ts';

export interface Erased {
  /** How many of each kind. */
  readonly deleted: Readonly<Record<string, number>>;
  /** False when time was up: what is left goes when it is asked for again. */
  readonly isWhole: boolean;
}

/** What is kept of a tenant beside its own row: outcomes, poison, gates of mailboxes, tokens, findings. */
export interface TenantData {
  erase(tenantId: string): Promise<Erased>;
}

export interface Offboarding {
  readonly tenant: Tenant;
  /** How many of each kind are gone. */
  readonly deleted: Readonly<Record<string, number>>;
  /** False when there was too much for one request: ask again. */
  readonly isWhole: boolean;
  /** What only the tenant's administrator can take away, in sentences. */
  readonly adminMayRemove: readonly string[];
}

interface Dependencies {
  readonly tenants: Pick<TenantStore, 'find' | 'replace' | 'setDelivery'>;
  readonly invitations: Pick<InvitationStore, 'page' | 'remove'>;
  readonly tokens: Pick<TokenSource, 'drop'>;
  readonly data: TenantData;
  readonly audit: AuditTrail;
  readonly clientId: string;
  readonly now: Clock;
  readonly log: Log;
}

/** Writers of one row meet now and then; more often than this in a row they do not. */
const mostRaces = 10;

/**
 * The state goes first, so that nothing new comes while the rest goes. Done twice it does no harm, and finds what a job that
 * was under way the first time has written since.
 *
 * @throws TenantpostError `TENANT_UNKNOWN`
 */
export async function offboard(parts: Dependencies, tenantId: string): Promise<Offboarding> {
  const { before, tenant } = await markRemoved(parts, tenantId);
  const { tenants, tokens, data, log } = parts;
  await tenants.setDelivery(tenantId, {});
  const { count: invitations, unreadable } = await removeInvitations(parts, tenantId);
  for (const resource of resources) await tokens.drop(tenantId, resource);
  const erased = await data.erase(tenantId);
  const { deleted } = erased;
  const isWhole = erased.isWhole && unreadable === 0;
  log('information', 'tenant.offboarded', { tenantId, invitations, ...deleted, isWhole });
  return {
    tenant,
    deleted: { invitations, ...deleted },
    isWhole,
    adminMayRemove: leftInTenant(before, parts.clientId),
  };
}

async function markRemoved(
  { tenants, audit, now }: Dependencies,
  id: string,
): Promise<{ before: Tenant; tenant: Tenant }> {
  for (let races = 0; races < mostRaces; races += 1) {
    const before = await tenants.find(id);
    if (before === undefined) {
      throw new TenantpostError('TENANT_UNKNOWN', `Nothing is recorded of tenant ${id}.`, { detail: { tenantId: id } });
    }
    if (before.state === 'removed') return { before, tenant: before };
    const at = now();
    // The id of the enterprise application is no person's, and is needed by whoever cleans up in the tenant later.
    const { objectId } = before;
    const tenant: Tenant = { id, state: 'removed', since: at, ...(objectId === undefined ? {} : { objectId }) };
    await audit.append({ kind: 'tenant-removed', at, tenantId: id });
    if (await tenants.replace(before, tenant)) return { before, tenant };
  }
  throw new TenantpostError('STORAGE_UNAVAILABLE', 'The row of a tenant is being written by too many at once.');
}

/** What a newer release has written is left to it, and counts against the whole. */
async function removeInvitations({ invitations }: Dependencies, tenantId: string) {
  let [count, unreadable, continuation]: [number, number, string | undefined] = [0, 0, undefined];
  do {
    const page = await invitations.page({ tenantId, continuation });
    for (const { id } of page.invitations) await invitations.remove(id);
    count += page.invitations.length;
    unreadable += page.unreadable ?? 0;
    ({ continuation } = page);
  } while (continuation !== undefined);
  return { count, unreadable };
}

/**
 * https://learn.microsoft.com/entra/identity/enterprise-apps/delete-application-portal and
 * https://learn.microsoft.com/powershell/module/exchangepowershell/remove-serviceprincipal
 */
function leftInTenant(
  { objectId, rights = [], granted = [], mailboxes = [], scoped }: Tenant,
  appId: string,
): string[] {
  const which = objectId === undefined ? `app id ${appId}` : `object id ${objectId}, app id ${appId}`;
  const usesOutlook = [...rights, ...granted].some((right) => resourceOf(right) === 'outlook');
  const of = objectId ?? '<object id of the enterprise application>';
  const mailbox = mailboxes.length === 0 ? 'each mailbox' : mailboxes.join(', ');
  return [
    `The enterprise application (${which}): Microsoft Entra admin center, Enterprise applications, Properties, Delete. ` +
      'It takes every permission in Entra with it; tokens that were issued before end by themselves within hours.',
    ...(scoped === true || usesOutlook
      ? [
          `Mailbox permissions in Exchange Online, on ${mailbox}: Remove-MailboxPermission -User ${of} -AccessRights ` +
            `FullAccess, and Remove-RecipientPermission -Trustee ${of} -AccessRights SendAs.`,
          `Role assignments of RBAC for Applications: Get-ManagementRoleAssignment -RoleAssignee ${of} | ` +
            'Remove-ManagementRoleAssignment, then the management scope that they named.',
          `The service principal in Exchange Online: Remove-ServicePrincipal -Identity ${of}. It stays when the enterprise ` +
            'application is deleted.',
        ]
      : []),
  ];
}
