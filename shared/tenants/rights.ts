/**
 * The application permissions that this app can ask for, by their names in the token's `roles`.
 *
 * https://learn.microsoft.com/graph/permissions-reference and
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */

import { z } from 'zod';
import type { Resource } from '../resource.ts';

export const rights = ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'] as const;
export type Right = (typeof rights)[number];

/** Whose tokens carry it. */
export function resourceOf(right: Right): Resource {
  return right.startsWith('Mail.') ? 'graph' : 'outlook';
}

export function isRight(role: string): role is Right {
  return rights.some((right) => right === role);
}

/** Once each, in the order above, however they were written down. */
export function inOrder(wanted: Iterable<Right>): readonly Right[] {
  const given = new Set(wanted);
  return rights.filter((right) => given.has(right));
}

/**
 * What was asked for and no token carries. What Exchange grants to single mailboxes is in no token, so that of a tenant that
 * is scoped nothing of Graph is missed.
 */
export function missingRights(tenant: {
  readonly rights?: readonly Right[];
  readonly granted?: readonly Right[];
  readonly scoped?: boolean;
}): readonly Right[] {
  const { rights: asked = [], granted = [], scoped = false } = tenant;
  return asked.filter((right) => !granted.includes(right) && !(scoped && resourceOf(right) === 'graph'));
}

/** At least one, each once. */
export const rightsSchema = z
  .array(z.enum(rights, { error: `one of ${rights.join(', ')}` }))
  .min(1, 'at least one right')
  .max(rights.length, 'each right once')
  .transform(inOrder);
