/** All tenants, or those of one state, page by page. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { OverviewAnswer } from '../../checks/overview-answer.ts';
import type { TenantPage, TenantState } from '../../tenants/tenant.ts';
import { badge, nothing } from '../pages/fragments.ts';
import { consoleResponse } from './frame.ts';
import { stateLinks } from './overview-page.ts';
import { consolePath } from './paths.ts';
import { tenantTones } from './state-words.ts';
import { scrollTable } from './tables.ts';
import { distance } from './times.ts';

export interface TenantsView {
  readonly page: TenantPage;
  readonly states: OverviewAnswer['tenants'];
  readonly state: TenantState | undefined;
  readonly at: number;
  readonly formToken: string;
}

export function tenantsPage({ page, states, state, at, formToken }: TenantsView): HttpResponseInit {
  const { tenants, continuation, unreadable = 0 } = page;
  const query = new URLSearchParams({
    ...(state === undefined ? {} : { state }),
    ...(continuation === undefined ? {} : { continuation }),
  });
  const path = consolePath('consoleTenants');
  return consoleResponse({
    title: state === undefined ? 'Tenants' : `Tenants that are ${state}`,
    place: 'tenants',
    at,
    formToken,
    body: html`<nav class="filter" aria-label="By state">
        ${stateLinks(states, state)}
        ${state === undefined ? nothing : html`<p class="soft"><a href="${path}">All states</a></p>`}
      </nav>
      ${
        tenants.length === 0
          ? html`<p class="none">${continuation === undefined ? 'There are none.' : 'None on this page.'}</p>`
          : scrollTable(
              'Tenants',
              [{ name: 'Tenant' }, { name: 'State' }, { name: 'Since' }, { name: 'Why' }, { name: 'Rights' }],
              tenants.map(({ id, domain, state: its, since, code, granted }) => [
                html`<a href="${consolePath('consoleTenant', { tenant: id })}">${domain ?? id}</a>
                  ${domain === undefined ? nothing : html`<br /><span class="meter">${id}</span>`}`,
                badge(tenantTones[its], its),
                distance(new Date(since).toISOString(), at),
                code === undefined ? '' : html`<code>${code}</code>`,
                (granted ?? []).join(', '),
              ]),
            )
      }
      ${
        unreadable === 0
          ? nothing
          : html`<p class="none">Not shown: ${unreadable} that another release of this app has written.</p>`
      }
      ${continuation === undefined ? nothing : html`<p class="paging"><a href="${path}?${query.toString()}">Next page</a></p>`}`,
  });
}
