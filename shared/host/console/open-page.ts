/** The page that a link to the console opens. Only its button spends the link: programs that look at links first spend nothing. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import { pageResponse } from '../page.ts';
import { consolePath } from './paths.ts';

export function openPage(signed: string): HttpResponseInit {
  return pageResponse({
    status: 200,
    title: 'Open the console',
    tone: 'plain',
    lead: 'This link works once, and in one browser. The session ends after half an hour without use, or after eight hours.',
    allows: ['forms'],
    body: html`<form method="post" action="${consolePath('consoleOpen')}">
      <input type="hidden" name="link" value="${signed}" />
      <p class="actions"><button type="submit" class="primary">Open the console</button></p>
    </form>`,
  });
}
