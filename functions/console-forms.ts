/** What the console's buttons do: each asks for a session and for a form that a page of that session has sent. */

import type { HttpFunctionOptions, HttpResponseInit } from '@azure/functions';
import { checkFields, replayFields } from '../shared/checks/console-requests.ts';
import { consoleExit, consoleForm } from '../shared/host/console/guarded.ts';
import { leftPage } from '../shared/host/console/left-page.ts';
import type { ConsoleNote } from '../shared/host/console/notes.ts';
import { consolePath } from '../shared/host/console/paths.ts';
import { tenantPage } from '../shared/host/console/tenant-page.ts';
import { jobPath, mailboxPath, tenantPath } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';

type Needs<K extends keyof Services = never> = Pick<Services, 'consoleSessions' | 'publicUrl' | 'overview' | K>;

const form = { methods: ['POST'], authLevel: 'anonymous' } satisfies Partial<HttpFunctionOptions>;

/** Back to where the form was, told from the list of places and not from an address that came along. */
const back = (path: string, done: ConsoleNote): HttpResponseInit => ({
  status: 303,
  headers: { Location: `${path}?done=${done}` },
});

export const consoleClose = (services: Needs): HttpFunctionOptions => ({
  ...form,
  route: routes.consoleClose,
  handler: consoleExit(services, leftPage),
});

/** Changes nothing, and takes some seconds; so it answers with the page, and is not asked again by itself. */
export const consoleCheck = (services: Needs<'tenantApi' | 'tenantFigures' | 'doctor'>): HttpFunctionOptions => ({
  ...form,
  route: routes.consoleCheck,
  handler: consoleForm(services, async ({ params }, { formToken }, fields) => {
    const { tenant: id } = readPart(tenantPath, params, 'The address');
    const { mailbox } = readPart(checkFields, { mailbox: fields.get('mailbox') ?? '' }, 'The form');
    const { tenant, events } = await services.tenantApi.read(id);
    const [report, figures] = await Promise.all([
      services.doctor.run({ tenant: id, mailbox }),
      services.tenantFigures.of(id),
    ]);
    return tenantPage({ tenant, events, figures, at: figures.at, formToken, report });
  }),
});

export const consoleHold = (services: Needs<'mailApi'>): HttpFunctionOptions => ({
  ...form,
  route: routes.consoleHold,
  handler: consoleForm(services, async ({ params }) => {
    const { tenant, mailbox } = readPart(mailboxPath, params, 'The address');
    await services.mailApi.mailboxes.hold(tenant, mailbox, { reason: 'held in the console' });
    services.overview.forget();
    return back(consolePath('consoleTenant', { tenant }), 'held');
  }),
});

export const consoleRelease = (services: Needs<'mailApi'>): HttpFunctionOptions => ({
  ...form,
  route: routes.consoleRelease,
  handler: consoleForm(services, async ({ params }) => {
    const { tenant, mailbox } = readPart(mailboxPath, params, 'The address');
    await services.mailApi.mailboxes.release(tenant, mailbox);
    services.overview.forget();
    return back(consolePath('consoleTenant', { tenant }), 'released');
  }),
});

export const consoleReplay = (services: Needs<'mailApi'>): HttpFunctionOptions => ({
  ...form,
  route: routes.consoleReplay,
  handler: consoleForm(services, async ({ params }, _, fields) => {
    const { tenant, id } = readPart(jobPath, params, 'The address');
    const { evenIfSent } = readPart(replayFields, { evenIfSent: fields.get('evenIfSent') ?? 'no' }, 'The form');
    await services.mailApi.replayJob.replay(tenant, id, evenIfSent);
    services.overview.forget();
    return back(consolePath('console'), 'replayed');
  }),
});
