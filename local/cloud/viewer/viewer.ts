/**
 * The portal's pages: tenants, apps, mailboxes, vault, journal and faults, and forms to change them. Plain http on
 * loopback. Much of what they show was written by somebody else, so everything is escaped, nothing runs, and nothing is
 * loaded from anywhere.
 */

import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { problemOf } from '../control/problem.ts';
import { findRegistration } from '../entra/registrations.ts';
import { findTenant } from '../entra/tenant-path.ts';
import { settle } from '../mail/folders.ts';
import type { Html } from '../page.ts';
import { action } from './action.ts';
import { appActions } from './app-actions.ts';
import { appPage } from './app.ts';
import { appsPage } from './apps.ts';
import { attachmentResponse } from './attachment.ts';
import { faultActions } from './fault-actions.ts';
import { faultsPage } from './faults.ts';
import { type Area, type Note, portalHeaders, portalPage } from './frame.ts';
import { subjectOf } from './fragments.ts';
import { type JobOutcome, readJobs } from './jobs.ts';
import { journalPage, journalView } from './journal.ts';
import { mailHtml, mailHtmlHeaders } from './mail-html.ts';
import { mailboxPage } from './mailbox.ts';
import { mailboxesPage } from './mailboxes.ts';
import { messagePage } from './message.ts';
import { Notes } from './notes.ts';
import { overview } from './overview.ts';
import { paths } from './paths.ts';
import { style } from './style.ts';
import { AntiForgery } from './submitted.ts';
import { tenantActions } from './tenant-actions.ts';
import { tenantPage } from './tenant.ts';
import { tenantsPage } from './tenants.ts';
import { vaultPage } from './vault.ts';

export type { JobOutcome } from './jobs.ts';

export interface ViewerOptions {
  /** Reads the outcomes that an application recorded; without it there is no such page. */
  outcomes?: (() => Promise<JobOutcome[]>) | undefined;
  /** Brings the cloud back to what it was seeded with. */
  reset: () => Promise<void>;
}

interface Shown {
  area: Area;
  title: string;
  body: Html;
  status?: 200 | 400 | 403 | 404 | 413 | 415 | 500 | 503;
  refreshSeconds?: number | undefined;
}

export function viewer(cloud: CloudContext, { outcomes, reset }: ViewerOptions): Hono {
  const app = new Hono();
  const forms = { app, forgery: new AntiForgery(), notes: new Notes() };
  const { token } = forms.forgery;
  const without: Area[] = outcomes ? [] : ['jobs'];

  /** @param of is given what the form before it has done. Nothing for what does not exist. */
  const page = (c: Context, of: (note: Note | undefined) => Shown | undefined): Response | Promise<Response> => {
    const note = forms.notes.take(c.req.query('note'));
    const { area, title, body, status = 200, refreshSeconds } = of(note) ?? notHere;
    return c.html(portalPage(title, body, { area, without, note, refreshSeconds }), status, portalHeaders());
  };
  const message = (id: string) => cloud.state.messages.find((one) => one.id === id);

  app.use(async (_c, next) => {
    settle(cloud);
    await next();
  });

  app.get(paths.overview, (c) =>
    page(c, () => ({ area: 'overview', title: 'Overview', body: overview(cloud, token) })),
  );
  app.get(paths.tenants, (c) =>
    page(c, (note) => ({ area: 'tenants', title: 'Tenants', body: tenantsPage(cloud, token, note) })),
  );
  app.get(`${paths.tenants}/:id`, (c) => {
    const tenant = findTenant(cloud.state, c.req.param('id'));
    return page(
      c,
      (note) => tenant && { area: 'tenants', title: tenant.displayName, body: tenantPage(cloud, tenant, token, note) },
    );
  });
  app.get(paths.apps, (c) => page(c, () => ({ area: 'apps', title: 'Apps', body: appsPage(cloud) })));
  app.get(`${paths.apps}/:id`, (c) => {
    const found = findRegistration(cloud.state, c.req.param('id'));
    return page(
      c,
      (note) => found && { area: 'apps', title: found.displayName, body: appPage(cloud, found, token, note) },
    );
  });
  app.get(paths.vault, (c) => page(c, () => ({ area: 'vault', title: 'Vault', body: vaultPage(cloud) })));
  app.get(paths.journal, (c) => {
    const view = journalView(new URL(c.req.url).searchParams);
    const { refreshSeconds } = view;
    return page(c, () => ({ area: 'journal', title: 'Journal', body: journalPage(cloud, view), refreshSeconds }));
  });
  app.get(paths.faults, (c) =>
    page(c, (note) => ({ area: 'faults', title: 'Faults', body: faultsPage(cloud, token, note) })),
  );

  app.get(paths.mailboxes, (c) =>
    page(c, () => ({ area: 'mailboxes', title: 'Mailboxes', body: mailboxesPage(cloud) })),
  );
  app.get(`${paths.mailboxes}/:address`, (c) => {
    const address = c.req.param('address');
    const body = mailboxPage(cloud, address);
    return page(c, () => body && { area: 'mailboxes', title: address, body });
  });
  app.get('/messages/:id', (c) => {
    const found = message(c.req.param('id'));
    return page(
      c,
      () => found && { area: 'mailboxes', title: subjectOf(found.subject), body: messagePage(cloud, found) },
    );
  });
  app.get('/messages/:id/html', (c) => {
    const found = message(c.req.param('id'));
    return found?.body.contentType === 'html' ? c.body(mailHtml(found), 200, mailHtmlHeaders) : c.notFound();
  });
  app.get('/messages/:id/attachments/:index{[0-9]{1,3}}', (c) => {
    const attachment = message(c.req.param('id'))?.attachments[Number(c.req.param('index'))];
    return attachment ? attachmentResponse(cloud, attachment) : c.notFound();
  });

  if (outcomes) {
    app.get(paths.jobs, async (c) => {
      const jobs = await readJobs(cloud, outcomes);
      return page(c, () => ({ area: 'jobs', title: 'Mail jobs', ...jobs }));
    });
  }

  faultActions(forms, cloud);
  tenantActions(forms, cloud);
  appActions(forms, cloud);
  action(forms, paths.reset, {
    page: () => paths.overview,
    async run() {
      await reset();
      return html`<p>Everything is as it was seeded.</p>`;
    },
  });

  app.get(paths.style, (c) =>
    c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8', 'X-Content-Type-Options': 'nosniff' }),
  );
  app.notFound((c) => page(c, () => undefined));
  app.onError((error, c) => {
    const { message: detail, status } = problemOf(error);
    const body = html`<h1>That was not done</h1>
      <p>${detail} <a href="${paths.overview}">To the overview</a></p>`;
    const shown = status === 403 || status === 413 || status === 415 ? status : 500;
    return page(c, () => ({ area: 'overview', title: 'Not done', body, status: shown }));
  });
  return app;
}

const notHere: Shown = {
  area: 'overview',
  title: 'Not here',
  status: 404,
  body: html`<h1>Not here</h1>
    <p>There is no such page, or what it showed is gone. <a href="${paths.overview}">To the overview</a></p>`,
};
