/** The page that an invitation's link opens: who asks for what, for which mailboxes, and one button that goes on to Microsoft. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { Invitation } from '../../tenants/invitation.ts';
import type { Vendor } from '../../vendor-settings.ts';
import { type Html, pageResponse } from '../page.ts';
import { actions, copyBox, factList, lines, linkButton, moment } from './fragments.ts';
import { forwardText } from './forward-text.ts';
import { asker, theAsker } from './names.ts';
import { leastRights, limitingHint, rightsList } from './rights.ts';
import { copyScript } from './scripts.ts';

export interface ShownInvitation {
  readonly invitation: Invitation;
  readonly vendor: Vendor;
  /** As the app registration is known in the Microsoft Entra admin center. */
  readonly clientId: string;
  /** The address of this page, to be forwarded. */
  readonly link: string;
  /** Where consent begins. Nothing happens there that fetching it ahead of the reader could spoil. */
  readonly startUrl: string;
}

export function invitationPage({ invitation, vendor, clientId, link, startUrl }: ShownInvitation): HttpResponseInit {
  const { rights = leastRights, mailboxes = [], domain, tenantId, scoped, expiresAt } = invitation;
  const organisation = domain ?? (tenantId === undefined ? 'your organisation' : 'one organisation');
  return pageResponse({
    status: 200,
    tone: 'plain',
    title: `${asker(vendor)} asks to send mail for ${organisation}`,
    lead: 'An administrator of the organisation decides. It takes two clicks: the button below, and Accept at Microsoft.',
    vendor,
    scripts: [copyScript],
    body: html`
      ${factList({
        'Who asks':
          vendor.name ?? html`an application that has not given its name; Microsoft shows it on the next page`,
        Organisation: organisationOf(invitation),
        'Meant for': mailboxes.length === 0 ? 'mailboxes that are not named here' : lines(mailboxes),
        'Open until': moment(expiresAt),
      })}
      <h2>What it could do</h2>
      ${rightsList(rights)} ${limitingHint(rights, scoped)}
      <p>
        Nothing is installed, nobody’s password is asked for, and you can withdraw it at any time in the Microsoft Entra
        admin center, under Enterprise applications.
      </p>
      ${actions(linkButton(startUrl, 'Continue to Microsoft'))}
      <p class="soft">
        Nothing is granted by the button: you sign in at Microsoft, see there what would be granted, and accept or
        cancel. The app that Microsoft names there has the application id <code>${clientId}</code>.
      </p>
      <details>
        <summary>You are not an administrator?</summary>
        <p>
          Only an administrator can grant this, for example a Global Administrator or a Privileged Role Administrator.
          Send this to yours:
        </p>
        ${copyBox('forward', 'Text to forward', forwardText({ invitation, vendor, link }), 'text')}
        <p class="soft">Whoever holds the link can use it, so send it to nobody else. It works once.</p>
      </details>
      <details>
        <summary>You did not expect this?</summary>
        <p>
          Then do nothing. Without your consent nothing is granted, and the link ends by itself. Ask ${theAsker(vendor)}
          by a way that you know, not by an answer to the message that brought you here.
        </p>
      </details>
    `,
  });
}

function organisationOf({ domain, tenantId }: Invitation): string | Html {
  if (tenantId === undefined) return 'the one that you sign in with at Microsoft';
  if (domain === undefined) return html`<code>${tenantId}</code>`;
  return html`${domain} <span class="soft">(<code>${tenantId}</code>)</span>`;
}
