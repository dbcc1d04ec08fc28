/** After signing out. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import { pageResponse } from '../page.ts';

export function leftPage(): HttpResponseInit {
  return pageResponse({
    status: 200,
    title: 'You are signed out',
    tone: 'ok',
    lead: 'The session has ended, here and on the server.',
    body: html`<p>To come back, make a new link, by the command line or with <code>POST /api/console/links</code>.</p>`,
  });
}
