/**
 * What each right lets the app do, in the words of the administrator who is asked for it. Nothing is made to look smaller than
 * it is: https://learn.microsoft.com/graph/permissions-reference#mailsend.
 */

import { html } from 'hono/html';
import type { Right } from '../../tenants/rights.ts';
import type { Html } from '../page.ts';
import { outsideLink } from './fragments.ts';

/** Where Microsoft says how an app is kept to some mailboxes. */
const limitingUrl = 'https://learn.microsoft.com/exchange/permissions-exo/application-rbac';
const legacyUrl =
  'https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth';

interface RightWords {
  readonly name: string;
  readonly can: string;
  readonly cannot: string;
  /** Of rights that Entra grants for the whole organisation. */
  readonly wholeOrganisation: boolean;
}

const mailboxByMailbox =
  'By itself it opens no mailbox: you name each one in Exchange, with commands that you get after this.';

export const rightWords: Readonly<Record<Right, RightWords>> = {
  'Mail.Send': {
    name: 'Send mail',
    can: 'Send messages as any mailbox of your organisation, unless you limit it to some.',
    cannot: 'It cannot read mail, calendars, contacts or files, and cannot sign in as anybody.',
    wholeOrganisation: true,
  },
  'Mail.ReadWrite': {
    name: 'Read and write mail',
    can:
      'Read, write and delete messages in any mailbox of your organisation, unless you limit it to some. It is asked for so ' +
      'that each message is kept as a draft first: no message leaves twice, and large attachments can be sent.',
    cannot: 'It cannot reach calendars, contacts or files.',
    wholeOrganisation: true,
  },
  'SMTP.SendAsApp': {
    name: 'Send mail over SMTP',
    can: 'Sign in to Exchange’s SMTP server and send as the mailboxes that you name.',
    cannot: mailboxByMailbox,
    wholeOrganisation: false,
  },
  'IMAP.AccessAsApp': {
    name: 'Reach mailboxes over IMAP',
    can: 'Read, move and delete mail over IMAP in the mailboxes that you name.',
    cannot: mailboxByMailbox,
    wholeOrganisation: false,
  },
  'POP.AccessAsApp': {
    name: 'Fetch mail over POP',
    can: 'Fetch and delete mail over POP in the mailboxes that you name.',
    cannot: mailboxByMailbox,
    wholeOrganisation: false,
  },
};

/** What is asked for where an invitation or a tenant says nothing. */
export const leastRights: readonly Right[] = ['Mail.Send'];

export function rightsList(rights: readonly Right[]): Html {
  return html`<ul class="rights">
    ${rights.map((right) => {
      const { name, can, cannot } = rightWords[right];
      return html`<li>
        <h3>${name} <code>${right}</code></h3>
        <p>${can}</p>
        <p class="soft">${cannot}</p>
      </li>`;
    })}
  </ul>`;
}

/** How to keep the app to some mailboxes: what is granted for the whole organisation can be, the rest is anyway. */
export function limitingHint(rights: readonly Right[], scoped = false): Html {
  if (scoped) {
    return html`<p>
      You keep the app to the mailboxes above in Exchange (${outsideLink(limitingUrl, 'RBAC for Applications')}). What
      is accepted in Entra holds for every mailbox beside that, whatever Exchange says: Microsoft’s page should not list
      these rights, and if it does, ask before you accept.
    </p>`;
  }
  if (!rights.some((right) => rightWords[right].wholeOrganisation)) {
    return html`<p>
      Microsoft describes these rights under ${outsideLink(legacyUrl, 'IMAP, POP and SMTP for applications')}.
    </p>`;
  }
  return html`<p>
    Microsoft grants this for the whole organisation. You can keep the app to some mailboxes instead:
    ${outsideLink(limitingUrl, 'how to limit it in Exchange')}.
  </p>`;
}
