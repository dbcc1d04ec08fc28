/**
 * Shows what the local cloud delivered, like a mail catcher. Plain http on loopback. Everything on its pages was written
 * by somebody else, so everything is escaped, nothing runs, and nothing is loaded from anywhere.
 */

import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { contentOf } from '../mail/content.ts';
import { settle } from '../mail/folders.ts';
import type { Html } from '../page.ts';
import type { StoredContent, StoredMessage } from '../state.ts';
import { attachmentResponse } from './attachment.ts';
import { type Area, subjectOf, viewerHeaders, viewerPage } from './fragments.ts';
import { type JobOutcome, jobsPage } from './jobs.ts';
import { mailHtml, mailHtmlHeaders } from './mail-html.ts';
import { mailboxPage } from './mailbox.ts';
import { messagePage } from './message.ts';
import { overview } from './overview.ts';
import { paths } from './paths.ts';
import { style } from './style.ts';

export type { JobOutcome } from './jobs.ts';

export interface ViewerOptions {
  /** Reads the outcomes that the application recorded. */
  outcomes?: () => Promise<JobOutcome[]>;
}

type PageStatus = 200 | 404 | 503;

export function viewer(cloud: CloudContext, options: ViewerOptions = {}): Hono {
  const app = new Hono();
  const show = (c: Context, title: string, body: Html, status: PageStatus = 200, area: Area = 'mailboxes') =>
    c.html(viewerPage(title, body, area), status, viewerHeaders());
  const message = (id: string) => cloud.state.messages.find((one) => one.id === id);

  app.use(async (_c, next) => {
    settle(cloud);
    await next();
  });

  app.get(paths.overview, (c) => show(c, 'Mailboxes', overview(cloud)));

  app.get('/mailboxes/:address', (c) => {
    const body = mailboxPage(cloud, c.req.param('address'));
    return body ? show(c, c.req.param('address'), body) : c.notFound();
  });

  app.get('/messages/:id', (c) => {
    const found = message(c.req.param('id'));
    return found ? show(c, subjectOf(found.subject), messagePage(cloud, found)) : c.notFound();
  });

  app.get('/messages/:id/html', (c) => {
    const found = message(c.req.param('id'));
    return found?.body.contentType === 'html' ? c.body(mailHtml(found), 200, mailHtmlHeaders) : c.notFound();
  });

  app.get('/messages/:id/attachments/:index{[0-9]{1,3}}', (c) => {
    const attachment = message(c.req.param('id'))?.attachments[Number(c.req.param('index'))];
    return attachment ? attachmentResponse(cloud, attachment) : c.notFound();
  });

  app.get(paths.jobs, async (c) => {
    let outcomes: JobOutcome[];
    try {
      outcomes = (await options.outcomes?.()) ?? [];
    } catch {
      const body = html`<h1>Mail jobs</h1>
        <p>The outcomes cannot be read now. The application's storage may not be running.</p>`;
      return show(c, 'Mail jobs', body, 503, 'jobs');
    }
    return show(c, 'Mail jobs', jobsPage(cloud, outcomes), 200, 'jobs');
  });

  app.get(paths.style, (c) =>
    c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8', 'X-Content-Type-Options': 'nosniff' }),
  );

  const jsonHeaders = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  app.get(paths.messagesJson, (c) => {
    const list = cloud.state.messages.map(({ id, internetMessageId, mailbox, folder, subject, receivedAt }) => {
      return { id, internetMessageId, mailbox, folder, subject, receivedAt };
    });
    return c.json(list, 200, jsonHeaders);
  });
  app.get(`${paths.messagesJson}/:id`, (c) => {
    const found = message(c.req.param('id'));
    return found
      ? c.json(withContent(cloud, found), 200, jsonHeaders)
      : c.json({ error: 'There is no such message.' }, 404, jsonHeaders);
  });

  app.notFound((c) => {
    const body = html`<h1>Not here</h1>
      <p>There is no such page, mailbox or message. <a href="${paths.overview}">All mailboxes</a></p>`;
    return show(c, 'Not here', body, 404);
  });
  return app;
}

/** All of it as base64, also what the cloud keeps in files. */
function withContent(cloud: CloudContext, message: StoredMessage): object {
  const base64 = (content: StoredContent): string => contentOf(cloud, content).toString('base64');
  const attachments = message.attachments.map((one) => ({ ...one, content: base64(one.content) }));
  return { ...message, attachments, ...(message.mime !== undefined && { mime: base64(message.mime) }) };
}
