/** What the administrator runs in Exchange Online PowerShell, filled in with this tenant's values. */

import { html } from 'hono/html';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Html } from '../page.ts';
import { copyBox, note, nothing, outsideLink } from './fragments.ts';
import { leastRights, rightWords } from './rights.ts';

/** PowerShell of shared/tenants/exchange; each is left out where it does not apply. */
export interface ExchangeTexts {
  /** Mailbox by mailbox: for SMTP, IMAP and POP. */
  readonly commands?: string | undefined;
  /** The same, in a form that can be run again and tells what it changed. */
  readonly script?: string | undefined;
  /** Keeps Graph to some mailboxes: RBAC for Applications. */
  readonly scoped?: string | undefined;
  /** Takes all of it back. */
  readonly undo?: string | undefined;
}

const moduleUrl = 'https://learn.microsoft.com/powershell/exchange/exchange-online-powershell-v2';

export function exchangeSection(tenant: Tenant, { commands, script, scoped }: ExchangeTexts): Html {
  const { rights = leastRights, objectId, mailboxes = [] } = tenant;
  const needed = tenant.scoped === true || rights.some((right) => !rightWords[right].wholeOrganisation);
  if (objectId === undefined) {
    if (!needed) return nothing;
    return html`<section>
      <h2>In Exchange</h2>
      <p>
        The commands that name the mailboxes stand here as soon as the consent has arrived: they need an id that is
        known then.
      </p>
    </section>`;
  }
  if (commands === undefined && scoped === undefined) return nothing;
  return html`<section>
    <h2>${needed ? 'To run in Exchange' : 'To limit it to some mailboxes'}</h2>
    <p>
      Paste it into ${outsideLink(moduleUrl, 'Exchange Online PowerShell')} as an Exchange administrator. The values are
      those of your organisation. A change takes from half an hour to two hours to arrive.
    </p>
    ${mailboxes.length > 0 ? nothing : note('wait', 'No mailbox was named: put yours in the place of the address that is there.')}
    ${commands === undefined ? nothing : copyBox('commands', 'Commands for SMTP, IMAP and POP', commands, 'code')}
    ${
      script === undefined
        ? nothing
        : html`<details>
            <summary>The same as a script that can be run again</summary>
            <p class="soft">It looks before it changes anything, and tells what it changed.</p>
            ${copyBox('script', 'Script for SMTP, IMAP and POP', script, 'code')}
          </details>`
    }
    ${scoped === undefined ? nothing : scopedBox(scoped, tenant.scoped === true)}
  </section>`;
}

function scopedBox(text: string, open: boolean): Html {
  return html`<details ${open ? 'open' : ''}>
    <summary>Keep the app to some mailboxes</summary>
    <p>
      What Entra grants holds for every mailbox, whatever Exchange says. So run this, and then remove the permission in
      Entra: Enterprise applications, this app, Permissions.
    </p>
    ${copyBox('scoped', 'Commands that limit the app', text, 'code')}
  </details>`;
}
