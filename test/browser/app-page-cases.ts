/** One of every page that an administrator can meet, filled with what is long and odd where people have that. */

import type { HttpResponseInit } from '@azure/functions';
import type { CheckReport, Finding } from '../../shared/checks/finding.ts';
import { type ErrorCode, TenantpostError } from '../../shared/errors.ts';
import { consentErrorPage } from '../../shared/host/consent-pages.ts';
import { invitationPage } from '../../shared/host/pages/invitation-page.ts';
import { resultPage } from '../../shared/host/pages/result-page.ts';
import { type Checked, tenantPage } from '../../shared/host/pages/tenant-page.ts';
import { exchangeTexts } from '../../shared/tenants/exchange/texts.ts';
import type { Invitation } from '../../shared/tenants/invitation.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import type { Vendor } from '../../shared/vendor-settings.ts';
import { clientId, contoso } from '../support/app-identity.ts';
import { aRequest } from '../support/invocation.ts';

const at = Date.UTC(2026, 10, 22, 9, 30);
const vendor: Vendor = { name: 'Mailworks', support: 'help@mailworks.example' };
const nobody: Vendor = { name: undefined, support: undefined };
const objectId = '77777777-7777-4777-8777-777777777777';
const signed = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(120)}.${'b'.repeat(43)}`;
const link = `https://mail.example.com/api/consent/invitation?invitation=${signed}`;
const allRights = ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'] as const;
const mailboxes = [
  'post@contoso.example',
  'invoices@contoso.example',
  `${'long'.repeat(12)}@subsidiary.contoso.example`,
];

const invitation: Invitation = {
  id: '99999999-0000-4000-8000-000000000000',
  createdAt: at,
  expiresAt: at + 14 * 24 * 3_600_000,
  tenantId: contoso,
  domain: 'contoso.example',
  rights: ['Mail.Send'],
  mailboxes,
};

const asked = (overrides: Partial<Invitation>, by = vendor): HttpResponseInit =>
  invitationPage({
    invitation: { ...invitation, ...overrides },
    vendor: by,
    clientId,
    link,
    startUrl: `https://mail.example.com/api/consent/start?invitation=${signed}`,
  });

const bareInvitation: Invitation = { id: invitation.id, createdAt: at, expiresAt: invitation.expiresAt };

const tenant: Tenant = {
  id: contoso,
  state: 'active',
  since: at,
  objectId,
  domain: 'contoso.example',
  rights: ['Mail.Send'],
  granted: ['Mail.Send'],
  mailboxes,
};

const result = (overrides: Partial<Tenant>, page: { returnUrl?: string; tenantUrl?: string } = {}): HttpResponseInit =>
  resultPage({
    tenant: { ...tenant, ...overrides },
    vendor,
    here: '/api/consent/result?follow=x',
    statusUrl: '/api/consent/status?follow=x',
    tenantUrl: `/api/tenant?link=${signed}`,
    ...page,
  });

const shown = (overrides: Partial<Tenant>, check?: Checked): HttpResponseInit => {
  const one = { ...tenant, ...overrides };
  return tenantPage({
    tenant: one,
    vendor,
    clientId,
    here: `/api/tenant?link=${signed}`,
    expiresAt: at + 30 * 24 * 3_600_000,
    exchange: exchangeTexts(one, clientId, vendor.name),
    ...(check === undefined ? {} : { check }),
  });
};

/** What consent can be refused with, each on a page of its own. */
const refusals: readonly ErrorCode[] = [
  'INVITATION_INVALID',
  'INVITATION_EXPIRED',
  'INVITATION_USED',
  'INVITATION_REVOKED',
  'CONSENT_STATE_MISSING',
  'CONSENT_STATE_INVALID',
  'CONSENT_STATE_EXPIRED',
  'CONSENT_STATE_USED',
  'CONSENT_OTHER_BROWSER',
  'CONSENT_WRONG_TENANT',
  'CONSENT_TENANT_MISSING',
  'CONSENT_TENANT_KNOWN',
  'CONSENT_DECLINED',
  'CONSENT_NOT_ADMIN',
  'CONSENT_NAME_CLASH',
  'CONSENT_SERVICE_MISSING',
  'CONSENT_BLOCKED',
  'CONSENT_FAILED',
  'REGISTRATION_WRONG',
  'APP_BLOCKED',
  'RESOURCE_NOT_IN_TENANT',
  'TENANT_NOT_FOUND',
  'TENANT_IN_OTHER_CLOUD',
  'TENANT_NOT_HOME',
  'TENANT_UNKNOWN',
  'PAGE_LINK_INVALID',
  'PAGE_LINK_EXPIRED',
  'STORAGE_UNAVAILABLE',
];

function refusal(code: ErrorCode): HttpResponseInit {
  const error = new TenantpostError(code, 'refused', { detail: { invitationId: invitation.id } });
  const said = 'AADSTS650051: The service principal name is already present for the tenant. <b>Trace ID</b>: 1234-5678';
  const query = new URLSearchParams({ error: 'invalid_client', error_description: said });
  const request = aRequest(`/api/consent/callback?${query.toString()}`);
  return consentErrorPage(error, request, vendor, { invitation, link });
}

const report: CheckReport = {
  tenant: contoso,
  mailbox: mailboxes[0] ?? null,
  checkedAt: new Date(at).toISOString(),
  verdict: 'failed',
  cause: {
    check: 'smtp-sign-in',
    state: 'failed',
    tried: 'Signed in at smtp.office365.com:587 with XOAUTH2.',
    answered: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    code: 'SMTP_AUTH_DISABLED',
    meaning: 'SMTP AUTH is off for the mailbox, for the organisation, or by security defaults.',
    remedy: 'Set-CASMailbox post@contoso.example -SmtpClientAuthenticationDisabled $false',
    owner: 'tenant admin',
    arrivesWithin: 'an hour',
    since: new Date(at - 3_600_000).toISOString(),
  },
  findings: [],
};
const findings: readonly Finding[] = [
  { check: 'clock', state: 'ok', tried: 'Compared the clock with Microsoft’s.' },
  {
    check: 'credential',
    state: 'warning',
    tried: 'Read the certificate.',
    owner: 'operator',
    meaning: 'The certificate ends in 12 days.',
    remedy: 'none of their business',
    answered: 'kv-secret',
  },
  { check: 'consent', state: 'ok', tried: 'Asked Entra for a token of the organisation.' },
  ...(report.cause === null ? [] : [report.cause]),
  { check: 'imap-sign-in', state: 'skipped', tried: 'IMAP, which was not asked for.' },
];
const operatorsCause = {
  ...report,
  verdict: 'warning',
  mailbox: null,
  cause: findings[1] ?? null,
  findings,
} as const;

/** By a path of letters and hyphens. */
export const appPages: Readonly<Record<string, HttpResponseInit>> = {
  '/invitation': asked({}),
  '/invitation-all-rights': asked({ rights: allRights, scoped: false }),
  '/invitation-scoped': asked({ scoped: true }),
  '/invitation-bare': invitationPage({
    invitation: bareInvitation,
    vendor: nobody,
    clientId,
    link,
    startUrl: link.replace('invitation?', 'start?'),
  }),
  '/result-active': result({}, { returnUrl: 'https://app.mailworks.example/settings/mail?customer=4711' }),
  '/result-active-exchange': result({ rights: ['SMTP.SendAsApp'] }),
  '/result-active-open': resultPage({ tenant, vendor: nobody, here: '/', statusUrl: '/' }),
  '/result-pending': result({ state: 'pending', code: 'ROLE_MISSING' }),
  '/result-degraded': result({ state: 'degraded', code: 'APP_BLOCKED' }),
  '/result-revoked': result({ state: 'revoked', code: 'ROLE_MISSING' }),
  '/tenant-active': shown({}),
  '/tenant-protocols': shown({ rights: allRights, granted: ['Mail.Send', 'SMTP.SendAsApp'] }),
  '/tenant-scoped': shown({ scoped: true, granted: [] }),
  '/tenant-pending': shown({ state: 'pending', code: 'ROLE_MISSING', granted: [] }),
  '/tenant-bare': tenantPage({
    tenant: { id: contoso, state: 'invited', since: at },
    vendor: nobody,
    clientId,
    here: '/',
    expiresAt: at,
    exchange: {},
  }),
  '/tenant-report': shown({ rights: ['Mail.Send', 'SMTP.SendAsApp'] }, { report: { ...report, findings } }),
  '/tenant-report-operator': shown({}, { report: operatorsCause }),
  '/tenant-report-well': shown(
    {},
    { report: { ...report, verdict: 'ok', cause: null, findings: findings.slice(0, 1) } },
  ),
  '/tenant-problem': shown({ mailboxes: [] }, { problem: 'That is no mail address.', status: 400, mailbox: '<b>post' }),
  ...Object.fromEntries(refusals.map((code) => [`/${code.toLowerCase().replaceAll('_', '-')}`, refusal(code)])),
};
