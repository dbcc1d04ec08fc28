/** Tenants and invitations, as the app answers them, and in words. */

import { z } from 'zod';
import { exitCodes } from './exit-codes.ts';
import { columns, fields } from './terminal/columns.ts';
import type { Style } from './terminal/style.ts';

export const rightNames = [
  'Mail.Send',
  'Mail.ReadWrite',
  'SMTP.SendAsApp',
  'IMAP.AccessAsApp',
  'POP.AccessAsApp',
] as const;
export const tenantStates = ['invited', 'pending', 'active', 'degraded', 'revoked', 'removed'] as const;

export const tenant = z.looseObject({
  tenant: z.string(),
  state: z.string(),
  since: z.string(),
  domain: z.string().nullable(),
  objectId: z.string().nullable(),
  rights: z.array(z.string()),
  granted: z.array(z.string()),
  missing: z.array(z.string()),
  mailboxes: z.array(z.string()),
  scoped: z.boolean(),
  delivery: z.string().nullable(),
  code: z.string().optional(),
  meaning: z.string().optional(),
  remedy: z.string().optional(),
  owner: z.string().optional(),
});
export type Tenant = z.infer<typeof tenant>;

export const invitation = z.looseObject({
  id: z.string(),
  state: z.string(),
  tenant: z.string().nullable(),
  domain: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string(),
  usedBy: z.string().nullable(),
});
export type Invitation = z.infer<typeof invitation>;

export const history = z.looseObject({
  tenant,
  events: z.array(
    z.looseObject({
      kind: z.string(),
      at: z.string(),
      code: z.string().nullable(),
      description: z.string().nullable(),
    }),
  ),
  invitations: z.array(invitation),
});

export function exitCodeOfTenant({ state }: Tenant): number {
  if (state === 'active') return exitCodes.done;
  return state === 'invited' || state === 'pending' ? exitCodes.notAllWell : exitCodes.badNews;
}

export function paintedState(state: string, style: Style): string {
  if (state === 'active') return style.good(state);
  return state === 'degraded' || state === 'revoked' ? style.bad(state) : style.warn(state);
}

export function describeTenant(one: Tenant, style: Style): string {
  const { state, domain, objectId, rights, granted, missing, mailboxes, scoped, delivery, code, owner } = one;
  const list = (names: readonly string[]): string | undefined => (names.length === 0 ? undefined : names.join(', '));
  return [
    `${style.bold(one.tenant)}${domain === null ? '' : ` (${domain})`} is ${paintedState(state, style)}${code === undefined ? '' : `: ${code}`}`,
    fields([
      ['since', one.since],
      ['meaning', one.meaning],
      ['remedy', one.remedy],
      ['by whom', owner === undefined ? undefined : `the ${owner}`],
      ['asked for', list(rights)],
      ['granted', list(granted)],
      ['missing', list(missing)],
      ['scoped', scoped ? 'by RBAC for Applications in Exchange' : undefined],
      ['mailboxes', list(mailboxes)],
      ['delivery', delivery ?? undefined],
      ['object id', objectId ?? undefined],
    ]),
  ].join('\n');
}

export function describeInvitations(invitations: readonly Invitation[], style: Style): string {
  return columns(
    invitations.map((one) => [
      one.id,
      one.state === 'valid' ? style.good(one.state) : one.state,
      one.domain ?? one.tenant ?? one.usedBy ?? 'any tenant',
      `until ${one.expiresAt}`,
    ]),
    '  ',
  );
}
