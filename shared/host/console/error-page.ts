/** What the console says when it cannot show what was asked for: above all that nobody is signed in, and how to be. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { ErrorCode, TenantpostError } from '../../errors.ts';
import { routePrefix, routes } from '../../names.ts';
import { type Html, pageResponse } from '../page.ts';
import { copyBox, factList } from '../pages/fragments.ts';
import { copyScript } from '../pages/scripts.ts';
import { consolePath } from './paths.ts';

const titles: Partial<Record<ErrorCode, string>> = {
  CONSOLE_SIGNED_OUT: 'Nobody is signed in here',
  CONSOLE_LINK_INVALID: 'This link is not valid',
  CONSOLE_LINK_EXPIRED: 'This link has expired',
  CONSOLE_LINK_USED: 'This link has been used',
  CONSOLE_FORM_REFUSED: 'Nothing was done',
  TENANT_UNKNOWN: 'There is no such tenant',
  JOB_NOT_FOUND: 'There is no such mail job',
};

/** For these a new link is what to do next. */
const wantsLink: readonly ErrorCode[] = [
  'CONSOLE_SIGNED_OUT',
  'CONSOLE_LINK_INVALID',
  'CONSOLE_LINK_EXPIRED',
  'CONSOLE_LINK_USED',
];

export function consoleErrorPage({ code, message, meaning: row }: TenantpostError): HttpResponseInit {
  const { httpStatus, meaning, remedy } = row;
  return pageResponse({
    status: httpStatus,
    title: titles[code] ?? 'That did not work',
    tone: wantsLink.includes(code) ? 'wait' : 'bad',
    lead: meaning,
    ...(wantsLink.includes(code) ? { scripts: [copyScript] } : {}),
    body: html`${wantsLink.includes(code) ? howToGetIn : html`<p>${remedy}</p>`}
    ${code === 'CONSOLE_SIGNED_OUT' ? html`<p>If you came here by a link in another page, open the address once more by itself first.</p>` : ''}
    ${wantsLink.includes(code) ? '' : html`<p><a href="${consolePath('console')}">To the overview</a></p>`}
    ${factList({ Code: code, 'What happened': message }, true)}`,
  });
}

const howToGetIn: Html = html`<p>
    The console opens with a link that works once, for five minutes. Make one and open it in this browser:
  </p>
  ${copyBox('command', 'By the command line', 'tenantpost console', 'code')}
  <p>or, without the command line, with a key of the function <code>createConsoleLink</code>:</p>
  ${copyBox('request', 'By an HTTP request', `POST /${routePrefix}/${routes.consoleLinks}\nx-functions-key: …`, 'code')}`;
