/** What shows that a tenant lets the app work: fresh tokens, and of a tenant that is scoped a mailbox as well. */

import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { Resource } from '../resource.ts';
import type { Token } from '../tokens/token.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import { inOrder, isRight, resourceOf, type Right } from './rights.ts';
import type { Tenant } from './tenant.ts';

/** Finds out without sending whether the app may send from a mailbox. */
export interface ScopeProbe {
  /** @throws TenantpostError `MAILBOX_NOT_FOUND`, `SEND_FORBIDDEN`, or what keeps Graph from answering. */
  maySend(tenantId: string, mailbox: string): Promise<void>;
}

export interface Evidence {
  /** Of the enterprise application in the tenant. */
  readonly objectId: string;
  readonly granted: readonly Right[];
}

interface Sources {
  readonly tokens: Pick<TokenSource, 'renew'>;
  readonly probe: ScopeProbe;
  /** What this installation uses. */
  readonly resources: readonly Resource[];
}

/** The tenant says that there is nothing to be had of this resource. */
const without: readonly ErrorCode[] = ['ROLE_MISSING', 'APP_NOT_IN_TENANT', 'APP_BLOCKED', 'RESOURCE_NOT_IN_TENANT'];

/**
 * @param asked what is known of the tenant and was asked of it.
 * @throws TenantpostError `ROLE_MISSING` without Mail.Send, unless the tenant is scoped; of one that is, what the probe says.
 */
export async function gatherEvidence(
  { tokens, probe, resources }: Sources,
  tenantId: string,
  asked: Pick<Tenant, 'rights' | 'granted' | 'mailboxes' | 'scoped'>,
): Promise<Evidence> {
  const { rights = [], mailboxes = [], scoped = false } = asked;
  const token: Token = await tokens.renew(tenantId, 'graph', { roles: !scoped });
  if (scoped && !token.roles.includes('Mail.Send')) {
    // One stands for all: a scope that leaves others out is for the doctor to find, mailbox by mailbox.
    const [mailbox = ''] = mailboxes;
    await probe.maySend(tenantId, mailbox);
  }
  const ofOutlook =
    resources.includes('outlook') && rights.some((right) => resourceOf(right) === 'outlook')
      ? await outlookRoles(tokens, tenantId, asked.granted)
      : [];
  return { objectId: token.objectId, granted: inOrder([...token.roles, ...ofOutlook].filter(isRight)) };
}

/** Without the mail protocols a tenant still sends over Graph: that they are missing is told, and stops nothing. */
async function outlookRoles(
  tokens: Pick<TokenSource, 'renew'>,
  tenantId: string,
  before: readonly Right[] = [],
): Promise<readonly string[]> {
  try {
    return (await tokens.renew(tenantId, 'outlook')).roles;
  } catch (error) {
    if (without.includes(asTenantpostError(error).code)) return [];
    return before.filter((right) => resourceOf(right) === 'outlook');
  }
}
