/** The operations of the HTTP API about tenants and invitations: what the OpenAPI description is made from. */

import type { Operation } from '../../api-operation.ts';
import { routes } from '../../names.ts';
import { invitationRequest } from '../invitation-request.ts';
import * as answers from './answers.ts';
import * as examples from './examples.ts';
import * as asked from './requests.ts';

/** Where a domain stands for the tenant. */
const lookUp = ['TENANT_NOT_FOUND', 'TENANT_IN_OTHER_CLOUD', 'ENTRA_UNAVAILABLE'] as const;

export const operations: readonly Operation[] = [
  {
    id: 'createInvitation',
    method: 'post',
    route: routes.invitations,
    summary: 'Makes a link for a tenant’s administrator. It works once.',
    body: invitationRequest,
    bodyExamples: {
      usual: { tenant: 'contoso.com' },
      whole: {
        tenant: examples.tenantId,
        expiresInHours: 24,
        rights: ['Mail.Send', 'Mail.ReadWrite'],
        mailboxes: ['billing@contoso.example'],
        returnUrl: 'https://portal.example.com/done',
      },
      whoeverConsents: {},
    },
    status: 201,
    answers: [answers.newInvitationAnswer],
    answerExamples: { made: { ...examples.invitation, link: examples.link } },
    errors: ['TENANT_NOT_HOME', 'VAULT_UNAVAILABLE', 'VAULT_REFUSED', ...lookUp],
  },
  {
    id: 'listInvitations',
    method: 'get',
    route: routes.invitations,
    summary: 'The invitations that were made, in the order of their ids, without their links.',
    query: asked.invitationsQuery,
    status: 200,
    answers: [answers.invitationsAnswer],
    answerExamples: { page: { invitations: [examples.invitation] } },
    errors: lookUp,
  },
  {
    id: 'revokeInvitation',
    method: 'post',
    route: routes.revokeInvitation,
    summary: 'Takes an invitation back that nobody has used.',
    path: asked.invitationPath,
    status: 200,
    answers: [answers.invitationAnswer],
    answerExamples: { revoked: { ...examples.invitation, state: 'revoked', revokedAt: examples.later } },
    errors: ['INVITATION_NOT_FOUND', 'INVITATION_USED'],
  },
  {
    id: 'listTenants',
    method: 'get',
    route: routes.tenants,
    summary: 'The tenants that are known here, page by page.',
    query: asked.tenantsQuery,
    status: 200,
    answers: [answers.tenantsAnswer],
    answerExamples: { page: { tenants: [examples.active, examples.pending] } },
    errors: [],
  },
  {
    id: 'readTenant',
    method: 'get',
    route: routes.tenant,
    summary: 'A tenant, what it lacks, what happened to it, and its invitations.',
    path: asked.tenantPath,
    status: 200,
    answers: [answers.tenantHistoryAnswer],
    answerExamples: {
      active: { tenant: examples.active, events: examples.events, invitations: [examples.usedInvitation] },
    },
    errors: ['TENANT_UNKNOWN', ...lookUp],
  },
  {
    id: 'verifyTenant',
    method: 'post',
    route: routes.verifyTenant,
    summary: 'Records a tenant whose administrator granted the rights without an invitation, if its tokens prove it.',
    path: asked.tenantPath,
    body: asked.verifyBody,
    bodyExamples: { usual: {}, scoped: { scoped: true, mailbox: 'billing@contoso.example' } },
    status: 200,
    answers: [answers.tenantAnswer],
    answerExamples: { active: examples.active, pending: examples.pending },
    errors: ['TENANT_NOT_HOME', 'APP_BLOCKED', 'RESOURCE_NOT_IN_TENANT', ...lookUp],
  },
  {
    id: 'removeTenant',
    method: 'delete',
    route: routes.tenant,
    summary: 'Takes a tenant out: no mail of it is accepted, and what is kept of it is deleted. Twice does no harm.',
    path: asked.tenantPath,
    status: 200,
    answers: [answers.offboardingAnswer],
    answerExamples: { removed: examples.offboarding },
    errors: ['TENANT_UNKNOWN', ...lookUp],
  },
];
