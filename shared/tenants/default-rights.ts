/** What is asked of a tenant when the operator does not say: what this installation is set up to do. */

import { TenantpostError } from '../errors.ts';
import type { Resource } from '../resource.ts';
import { inOrder, resourceOf, type Right } from './rights.ts';
import type { Tenant } from './tenant.ts';

export interface Installation {
  readonly resources: readonly Resource[];
  /** Of jobs that say nothing of their own. */
  readonly delivery: 'standard' | 'exactly-once';
}

/** Of a tenant that is known, what it was asked before. */
export function defaultRights({ resources, delivery }: Installation, known: Tenant | undefined): readonly Right[] {
  const needsDrafts = (known?.delivery ?? delivery) === 'exactly-once';
  const usual: readonly Right[] = known?.rights ?? ['Mail.Send', ...(usesSmtp(resources) ? smtp : [])];
  return inOrder([...usual, ...(needsDrafts ? drafts : [])]);
}

const smtp: readonly Right[] = ['SMTP.SendAsApp'];
/** A draft is made and looked for: https://learn.microsoft.com/graph/api/user-post-messages. */
const drafts: readonly Right[] = ['Mail.ReadWrite'];
const usesSmtp = (resources: readonly Resource[]): boolean => resources.includes('outlook');

/**
 * @throws TenantpostError `REQUEST_INVALID` for rights of which this installation can use no token, and without Mail.Send,
 *   by which consent is proved; a scoped tenant is proved by a mailbox.
 */
export function requireUsable(rights: readonly Right[], resources: readonly Resource[], scoped: boolean): void {
  const unused = rights.find((right) => !resources.includes(resourceOf(right)));
  if (unused !== undefined) throw wrong(`rights without ${unused}, or outlook in TENANTPOST_RESOURCES`);
  if (!scoped && !rights.includes('Mail.Send')) throw wrong('Mail.Send among them, unless scoped is true');
}

function wrong(expected: string): TenantpostError {
  return new TenantpostError('REQUEST_INVALID', 'The rights asked for are wrong.', {
    detail: { field: '/rights', expected },
  });
}
