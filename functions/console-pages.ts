/** The console's pages: `GET /api/console` and what is below it. Without a session each is a page that says how to get one. */

import type { HttpFunctionOptions } from '@azure/functions';
import { readPart } from '../shared/request-parts.ts';
import { causePage } from '../shared/host/console/cause-page.ts';
import { consolePage } from '../shared/host/console/guarded.ts';
import { readNote } from '../shared/host/console/notes.ts';
import { overviewPage } from '../shared/host/console/overview-page.ts';
import { tenantPage } from '../shared/host/console/tenant-page.ts';
import { tenantsPage } from '../shared/host/console/tenants-page.ts';
import { causePath, tenantsQuery } from '../shared/checks/console-requests.ts';
import { tenantPath } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

type Needs<K extends keyof Services = never> = Pick<Services, 'consoleSessions' | 'publicUrl' | 'overview' | K>;

// Anonymous as the host sees it: people come with a cookie and not with a key.
const page = { methods: ['GET'], authLevel: 'anonymous' } satisfies Partial<HttpFunctionOptions>;

export const consoleOverview = (services: Needs): HttpFunctionOptions => ({
  ...page,
  route: routes.console,
  handler: consolePage(services, async ({ query }, { formToken }) => {
    return overviewPage(await services.overview.read(), formToken, readNote(query));
  }),
});

export const consoleTenants = (services: Needs<'tenantApi'>): HttpFunctionOptions => ({
  ...page,
  route: routes.consoleTenants,
  handler: consolePage(services, async ({ query }, { formToken }) => {
    const { state, continuation } = readPart(tenantsQuery, Object.fromEntries(query), 'The query');
    const [listed, { tenants, at }] = await Promise.all([
      services.tenantApi.list({ state, continuation, limit: 50 }),
      services.overview.read(),
    ]);
    return tenantsPage({ page: listed, states: tenants, state, at: Date.parse(at), formToken });
  }),
});

export const consoleTenant = (services: Needs<'tenantApi' | 'tenantFigures'>): HttpFunctionOptions => ({
  ...page,
  route: routes.consoleTenant,
  handler: consolePage(services, async ({ params, query }, { formToken }) => {
    const { tenant: id } = readPart(tenantPath, params, 'The address');
    const [{ tenant, events }, figures] = await Promise.all([
      services.tenantApi.read(id),
      services.tenantFigures.of(id),
    ]);
    return tenantPage({ tenant, events, figures, at: figures.at, formToken, done: readNote(query) });
  }),
});

export const consoleCause = (services: Needs): HttpFunctionOptions => ({
  ...page,
  route: routes.consoleCause,
  handler: consolePage(services, async ({ params, query }, { formToken }) => {
    const { code } = readPart(causePath, params, 'The address');
    const report = await services.overview.cause(code);
    return causePage({ code, report, at: report.at, formToken, done: readNote(query) });
  }),
});
