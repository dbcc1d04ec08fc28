/** What the HTTP API answers about tenants and invitations: never a link, a token or a secret. */

import { z } from 'zod';
import { errorCodes, errorMeanings } from '../../errors.ts';
import { type ConsentEvent, consentEventKinds } from '../audit.ts';
import { type Invitation, invitationStates, stateOf } from '../invitation.ts';
import type { Offboarding } from '../offboarding.ts';
import { missingRights, rights } from '../rights.ts';
import type { TenantHistory } from '../tenant-api.ts';
import { deliveries, onUnknowns, type Tenant, tenantStates } from '../tenant.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });
const code = z.enum(errorCodes).meta({ description: 'Of docs/errors.md; its meaning never changes.' });
const manyRights = z.array(z.enum(rights));
const mailboxes = z.array(z.string()).meta({ description: 'The addresses concerned.' });
const scoped = z.boolean().meta({ description: 'Mailboxes are granted by RBAC for Applications in Exchange Online.' });
const continuation = z
  .string()
  .optional()
  .meta({ description: 'For the next page. There is no further one without it.' });
const unreadable = z
  .int()
  .min(1)
  .optional()
  .meta({ description: 'Of this page: how many rows another release has written that this one cannot read.' });

export const tenantAnswer = z
  .strictObject({
    tenant: z.string().meta({ description: 'The tenant’s id.' }),
    state: z.enum(tenantStates),
    since: time.meta({ description: 'When the state began.' }),
    domain: z.string().nullable().meta({ description: 'By which it was invited.' }),
    objectId: z
      .string()
      .nullable()
      .meta({ description: 'Of the enterprise application in the tenant, once a token has told it.' }),
    rights: manyRights.meta({ description: 'What was asked for.' }),
    granted: manyRights.meta({ description: 'What the newest tokens carry.' }),
    missing: manyRights.meta({ description: 'Asked for, and in no token.' }),
    mailboxes,
    scoped,
    claimed: z
      .boolean()
      .meta({ description: 'Named by nobody but a browser that came with an invitation without a tenant.' }),
    delivery: z.enum(deliveries).nullable(),
    onUnknown: z.enum(onUnknowns).nullable(),
    code: code.optional(),
    meaning: z.string().optional(),
    remedy: z.string().optional(),
    owner: z.enum(['operator', 'tenant admin']).optional().meta({ description: 'Who must act.' }),
  })
  .meta({ description: 'A tenant, and why it is not active.' });

export function toTenantAnswer(tenant: Tenant): z.infer<typeof tenantAnswer> {
  const { id, state, since, domain = null, objectId = null, rights: asked = [], granted = [], code: why } = tenant;
  const { mailboxes: addresses = [], delivery = null, onUnknown = null } = tenant;
  const { meaning, remedy, owner } = why === undefined ? {} : errorMeanings[why];
  return {
    tenant: id,
    state,
    since: iso(since),
    ...{ domain, objectId, delivery, onUnknown, mailboxes: [...addresses] },
    ...{ rights: [...asked], granted: [...granted], missing: [...missingRights(tenant)] },
    ...{ scoped: tenant.scoped === true, claimed: tenant.claimed === true },
    ...(why === undefined ? {} : { code: why, meaning, remedy, owner }),
  };
}

export const tenantsAnswer = z.strictObject({ tenants: z.array(tenantAnswer), unreadable, continuation });

export const invitationAnswer = z
  .strictObject({
    id: z.string(),
    state: z.enum(invitationStates),
    tenant: z
      .string()
      .nullable()
      .meta({ description: 'The only tenant that may use it; null for whichever consents.' }),
    domain: z.string().nullable(),
    createdAt: time,
    expiresAt: time,
    usedBy: z.string().nullable().meta({
      description: 'The tenant that came back with it; not a proof that whoever held the link belongs to it.',
    }),
    revokedAt: time.nullable(),
    rights: manyRights,
    mailboxes,
    returnUrl: z.string().nullable(),
    scoped,
  })
  .meta({ description: 'An invitation, without its link.' });

export function toInvitationAnswer(invitation: Invitation, now: number): z.infer<typeof invitationAnswer> {
  const { id, tenantId, domain, createdAt, expiresAt, usedBy, revokedAt, returnUrl } = invitation;
  return {
    id,
    state: stateOf(invitation, now),
    tenant: tenantId ?? null,
    domain: domain ?? null,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    usedBy: usedBy ?? null,
    revokedAt: revokedAt === undefined ? null : iso(revokedAt),
    rights: [...(invitation.rights ?? [])],
    mailboxes: [...(invitation.mailboxes ?? [])],
    returnUrl: returnUrl ?? null,
    scoped: invitation.scoped === true,
  };
}

export const newInvitationAnswer = invitationAnswer
  .extend({
    link: z.url().meta({ description: 'To be sent to the tenant’s administrator. It is not told a second time.' }),
  })
  .meta({ description: 'An invitation that was just made, with its link.' });

export const invitationsAnswer = z.strictObject({ invitations: z.array(invitationAnswer), unreadable, continuation });

const eventAnswer = z
  .strictObject({
    kind: z.enum(consentEventKinds),
    at: time,
    invitation: z.string().nullable(),
    code: z.string().nullable(),
    description: z.string().nullable().meta({ description: 'What Entra said, or the rights that tokens carry.' }),
  })
  .meta({ description: 'An event of the audit trail.' });

export const tenantHistoryAnswer = z
  .strictObject({
    tenant: tenantAnswer,
    events: z.array(eventAnswer).meta({ description: 'The newest first, 100 at most.' }),
    invitations: z
      .array(invitationAnswer)
      .meta({ description: 'That name the tenant or were used by it, 100 at most.' }),
  })
  .meta({ description: 'A tenant and what happened to it.' });

export function toHistoryAnswer(history: TenantHistory, now: number): z.infer<typeof tenantHistoryAnswer> {
  return {
    tenant: toTenantAnswer(history.tenant),
    events: history.events.map(toEventAnswer),
    invitations: history.invitations.map((one) => toInvitationAnswer(one, now)),
  };
}

function toEventAnswer({ kind, at, invitationId, code: why, description }: ConsentEvent): z.infer<typeof eventAnswer> {
  return {
    kind,
    at: iso(at),
    invitation: invitationId ?? null,
    code: why ?? null,
    description: description ?? null,
  };
}

export const offboardingAnswer = z
  .strictObject({
    tenant: tenantAnswer,
    deleted: z.record(z.string(), z.int()).meta({ description: 'How many of each kind are gone.' }),
    complete: z.boolean().meta({ description: 'False when there was too much for one request: ask again.' }),
    adminMayRemove: z.array(z.string()).meta({ description: 'What only the tenant’s administrator can take away.' }),
  })
  .meta({ description: 'A tenant that was taken out.' });

export function toOffboardingAnswer(offboarding: Offboarding): z.infer<typeof offboardingAnswer> {
  const { tenant, deleted, isWhole, adminMayRemove } = offboarding;
  return {
    tenant: toTenantAnswer(tenant),
    deleted: { ...deleted },
    complete: isWhole,
    adminMayRemove: [...adminMayRemove],
  };
}

const iso = (at: number): string => new Date(at).toISOString();
