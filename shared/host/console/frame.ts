/** The frame of the console's pages: where one is, how to leave, and that the page refreshes by itself. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import { type Html, pageResponse } from '../page.ts';
import { nothing } from '../pages/fragments.ts';
import { busyScript } from '../pages/scripts.ts';
import { consolePath } from './paths.ts';
import { refreshScript } from './script.ts';
import { consoleStyle } from './style.ts';
import { clockText } from './times.ts';

export interface ConsolePage {
  readonly title: string;
  /** Which of the two lists it is, or is below. */
  readonly place: 'overview' | 'tenants' | 'cause';
  /** When what it shows was read: epoch milliseconds. */
  readonly at: number;
  /** For its forms. */
  readonly formToken: string;
  readonly body: Html;
  /** Whether it asks for itself again. */
  readonly refreshes?: boolean;
}

export function consoleResponse({
  title,
  place,
  at,
  formToken,
  body,
  refreshes = true,
}: ConsolePage): HttpResponseInit {
  return pageResponse({
    status: 200,
    title,
    wide: true,
    style: consoleStyle,
    scripts: refreshes ? [refreshScript, busyScript] : [busyScript],
    allows: refreshes ? ['forms', 'requests'] : ['forms'],
    nav: nav(place, formToken),
    body: html`<div class="head">
        <p class="soft">As of <time datetime="${new Date(at).toISOString()}">${clockText(at)}</time></p>
        ${refreshes ? refreshTools : nothing}
      </div>
      ${body}`,
  });
}

const refreshTools = html`<div class="refresh" data-refresh data-keep hidden>
  <span role="status"></span><button type="button" class="small">Pause refreshing</button>
</div>`;

function nav(place: ConsolePage['place'], formToken: string): Html {
  const link = (name: typeof place, path: string, text: string): Html =>
    html`<li><a href="${path}" ${name === place ? html`aria-current="page"` : ''}>${text}</a></li>`;
  return html`<nav aria-label="Console">
      <ul>
        ${link('overview', consolePath('console'), 'Overview')}
        ${link('tenants', consolePath('consoleTenants'), 'Tenants')}
      </ul>
    </nav>
    <form method="post" action="${consolePath('consoleClose')}">
      ${formField(formToken)}<button type="submit" class="small">Sign out</button>
    </form>`;
}

/** Shows that the form is one of this session's pages. */
export function formField(formToken: string): Html {
  return html`<input type="hidden" name="form" value="${formToken}" />`;
}
