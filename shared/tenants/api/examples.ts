/** Examples for the OpenAPI description; a test holds each against its schema. */

import { errorMeanings } from '../../errors.ts';

export const tenantId = '11111111-aaaa-4aaa-8aaa-111111111111';
const objectId = '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33';
export const later = '2026-02-01T09:00:00.000Z';
const begun = '2026-02-01T08:00:00.000Z';
export const link = 'https://mail.example.com/api/consent/invitation?invitation=eyJhbGciOiJIUzI1NiJ9.e30.c2ln';

export const invitation = {
  id: '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10',
  state: 'valid',
  tenant: tenantId,
  domain: 'contoso.com',
  createdAt: begun,
  expiresAt: '2026-02-04T08:00:00.000Z',
  usedBy: null,
  revokedAt: null,
  rights: ['Mail.Send'],
  mailboxes: ['billing@contoso.example'],
  returnUrl: null,
  scoped: false,
};

export const usedInvitation = { ...invitation, state: 'used', usedBy: tenantId };

const tenant = {
  tenant: tenantId,
  domain: 'contoso.com',
  rights: ['Mail.Send'],
  mailboxes: ['billing@contoso.example'],
  ...{ scoped: false, claimed: false, delivery: null, onUnknown: null },
};

export const active = { ...tenant, state: 'active', since: later, objectId, granted: ['Mail.Send'], missing: [] };

const { meaning, remedy, owner } = errorMeanings.APP_NOT_IN_TENANT;

export const pending = {
  ...{ ...tenant, state: 'pending', since: begun, objectId: null, granted: [], missing: ['Mail.Send'] },
  ...{ code: 'APP_NOT_IN_TENANT', meaning, remedy, owner },
};

const event = { invitation: invitation.id, code: null, description: null };

export const events = [
  { ...event, kind: 'tenant-active', at: later },
  { ...event, kind: 'consent-returned', at: later },
  { ...event, kind: 'invitation-created', at: begun },
];

export const offboarding = {
  tenant: {
    ...{ ...tenant, state: 'removed', since: later, objectId },
    ...{ domain: null, rights: [], granted: [], missing: [], mailboxes: [] },
  },
  deleted: { invitations: 1, outcomes: 812, poison: 3, mailboxes: 2, tokens: 1 },
  complete: true,
  adminMayRemove: [`The enterprise application (object id ${objectId}, app id 5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10).`],
};
