/** The page that a consent ends on when it was believed: it is there, or on its way, and then the page follows it. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Vendor } from '../../vendor-settings.ts';
import { type Html, pageResponse } from '../page.ts';
import { actions, factList, linkButton, moment, note, nothing, stepList } from './fragments.ts';
import { theAsker } from './names.ts';
import { leastRights, rightWords } from './rights.ts';
import { missingOf } from './rights-table.ts';
import { followScript } from './scripts.ts';
import { stateWords } from './state-words.ts';

export interface ShownResult {
  readonly tenant: Tenant;
  readonly vendor: Vendor;
  /** This page's own address: it can be loaded again. */
  readonly here: string;
  /** Where the state is asked for. */
  readonly statusUrl: string;
  /** The tenant's page, for whoever may see it. */
  readonly tenantUrl?: string | undefined;
  /** From the invitation. */
  readonly returnUrl?: string | undefined;
}

export function resultPage(page: ShownResult): HttpResponseInit {
  const { tenant, vendor, tenantUrl } = page;
  const { tone, lead } = stateWords(tenant);
  const isPending = tenant.state === 'pending';
  return pageResponse({
    status: isPending ? 202 : 200,
    tone,
    title: titles[tenant.state],
    lead,
    vendor,
    ...(isPending ? { scripts: [followScript], allows: ['requests'] } : {}),
    body: html`
      ${isPending ? following(page) : nothing} ${tenant.state === 'active' ? next(page) : nothing}
      ${tenant.state === 'degraded' || tenant.state === 'revoked' ? stopped(page) : nothing}
      ${factList(
        {
          Organisation: tenant.domain,
          'Organisation’s id': tenant.id,
          State: tenant.state,
          Since: moment(tenant.since),
          Code: tenant.code,
        },
        true,
      )}
      ${
        isPending && tenantUrl !== undefined
          ? html`<p class="soft">
              <a href="${tenantUrl}">Your organisation’s page</a> has all of this for thirty days.
            </p>`
          : nothing
      }
    `,
  });
}

const titles: Readonly<Record<Tenant['state'], string>> = {
  invited: 'Consent has not begun',
  pending: 'Consent is on its way',
  active: 'Consent is in place',
  degraded: 'Consent is there, and something stops it',
  revoked: 'The consent is gone',
  removed: 'Your organisation was taken out',
};

function following({ here, statusUrl }: ShownResult): Html {
  return html`<div class="follow" data-follow="${statusUrl}">
      <span class="pulse" aria-hidden="true"></span>
      <p><strong>Waiting for Microsoft.</strong> This page tells you when it is done. <span data-looked></span></p>
    </div>
    <p>You need not wait: it is looked after by itself for the next 24 hours, and you can close this page.</p>
    ${actions(linkButton(here, 'Look now', 'secondary'))}`;
}

function next({ tenant, vendor, tenantUrl, returnUrl }: ShownResult): Html {
  const { rights = leastRights, scoped = false } = tenant;
  const inExchange = scoped || rights.some((right) => !rightWords[right].wholeOrganisation);
  const missing = missingOf(tenant);
  return html`
    ${
      missing.length === 0
        ? nothing
        : note('wait', `Not everything that was asked for is granted yet: ${missing.join(', ')} is missing.`)
    }
    ${
      inExchange
        ? html`<h2>One step is left, in Exchange</h2>
            <p>
              The permission opens no mailbox by itself.
              ${
                tenantUrl === undefined
                  ? `Ask ${theAsker(vendor)} for the commands that name the mailboxes.`
                  : 'Your organisation’s page has the commands that name the mailboxes, ready to be pasted.'
              }
            </p>`
        : missing.length === 0
          ? html`<p>There is nothing else to do.</p>`
          : nothing
    }
    ${actions(
      tenantUrl === undefined
        ? undefined
        : linkButton(
            tenantUrl,
            'Your organisation’s page',
            inExchange || returnUrl === undefined ? 'primary' : 'secondary',
          ),
      returnUrl === undefined
        ? undefined
        : linkButton(returnUrl, `Back to ${new URL(returnUrl).host}`, inExchange ? 'secondary' : 'primary'),
    )}
    <p class="soft">
      You can see or withdraw the permission at any time in the Microsoft Entra admin center, under Enterprise
      applications.
    </p>
  `;
}

function stopped({ vendor, tenantUrl }: ShownResult): Html {
  return html`<h2>What to do next</h2>
    ${stepList([
      tenantUrl === undefined
        ? 'Look in the Microsoft Entra admin center, under Enterprise applications, whether the app is there and enabled.'
        : 'Your organisation’s page can find out what stops it.',
      `Or ask ${theAsker(vendor)} for a new invitation, and consent again.`,
    ])}
    ${actions(tenantUrl === undefined ? undefined : linkButton(tenantUrl, 'Find out'))}`;
}
