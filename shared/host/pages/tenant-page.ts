/** A tenant's page for its administrator: how things stand, what is missing, what to run in Exchange, a check, and the way out. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { CheckReport } from '../../checks/finding.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Vendor } from '../../vendor-settings.ts';
import { type Html, pageResponse, type Tone } from '../page.ts';
import { badge, factList, lines, moment, nothing } from './fragments.ts';
import { checkForm } from './check-form.ts';
import { type ExchangeTexts, exchangeSection } from './exchange-section.ts';
import { asker, organisationName } from './names.ts';
import { reportSection } from './report.ts';
import { missingOf, rightsTable } from './rights-table.ts';
import { busyScript, copyScript } from './scripts.ts';
import { stateWords } from './state-words.ts';
import { withdrawSection } from './withdraw-section.ts';

export interface ShownTenant {
  readonly tenant: Tenant;
  readonly vendor: Vendor;
  readonly clientId: string;
  /** This page's own address, to which the check is sent as well. */
  readonly here: string;
  readonly expiresAt: number;
  readonly exchange: ExchangeTexts;
  /** Of the check that was just asked for. */
  readonly check?: Checked | undefined;
}

/** The report, or why there is none. */
export type Checked = { readonly report: CheckReport } | Refused;

interface Refused {
  readonly problem: string;
  readonly status: number;
  readonly mailbox?: string | undefined;
}

export function tenantPage(page: ShownTenant): HttpResponseInit {
  const { tenant, vendor, clientId, expiresAt, exchange, check } = page;
  const report = check !== undefined && 'report' in check ? check.report : undefined;
  const refused = check !== undefined && 'problem' in check ? check : undefined;
  const { name, tone } = stateWords(tenant);
  const { mailboxes = [] } = tenant;
  return pageResponse({
    status: refused?.status ?? 200,
    ...standing(tenant, report),
    title: `${asker(vendor)} and ${organisationName(tenant)}`,
    vendor,
    scripts: [copyScript, busyScript],
    allows: ['forms'],
    body: html`
      ${report === undefined ? nothing : reportSection(report, vendor)}
      ${factList({
        State: html`${badge(tone, name)} since ${moment(tenant.since)}`,
        Why: tenant.code === undefined ? undefined : html`<code>${tenant.code}</code>`,
        Mailboxes: mailboxes.length === 0 ? undefined : lines(mailboxes),
        'Organisation’s id': html`<code>${tenant.id}</code>`,
        'Application id': html`<code>${clientId}</code>`,
        'Object id of the enterprise app':
          tenant.objectId === undefined ? undefined : html`<code>${tenant.objectId}</code>`,
      })}
      ${tenant.state === 'removed' ? nothing : setUp(page, report, refused)}
      ${withdrawSection({ vendor, clientId, undo: exchange.undo })} ${about(expiresAt)}
    `,
  });
}

/** Of a tenant that is served here. */
function setUp({ tenant, here, exchange }: ShownTenant, report?: CheckReport, refused?: Refused): Html {
  const mailbox = report?.mailbox ?? refused?.mailbox;
  return html`${rightsTable(tenant)} ${checkForm({ tenant, here, mailbox, problem: refused?.problem })}
  ${exchangeSection(tenant, exchange)}`;
}

/** What the state says, unless a check has just found out more, or what was asked for is not all there. */
function standing(tenant: Tenant, report: CheckReport | undefined): { tone: Tone; lead: string } {
  const { tone, lead } = stateWords(tenant);
  if (report?.verdict === 'failed') return { tone: 'bad', lead: 'The check has found what keeps mail from leaving.' };
  if (report?.verdict === 'warning') return { tone: 'wait', lead: 'Mail leaves, and the check has found something.' };
  if (report !== undefined) return { tone: 'ok', lead: 'The check has found nothing wrong.' };
  if (tenant.state === 'active' && missingOf(tenant).length > 0) {
    return { tone: 'wait', lead: 'Your organisation has consented, and not everything that was asked for is granted.' };
  }
  return { tone, lead };
}

function about(expiresAt: number): Html {
  return html`<p class="soft">
    Whoever has this page’s address can see what stands here and run the check, until ${moment(expiresAt)}. It changes
    nothing in your organisation.
  </p>`;
}
