/** What the administrator sees. Each choice is a form with one button, so that a script can drive it as a person does. */

import { html } from 'hono/html';
import { type Html, page } from '../page.ts';
import { type EntraError, errorDescription, type RequestIds } from './aadsts.ts';
import type { ConsentRequest } from './consent-request.ts';
import { findApi } from './resources.ts';
import type { Administrator, Session } from './sessions.ts';

/** The words of https://learn.microsoft.com/graph/permissions-reference and of Exchange Online's own permissions. */
const permissionNames = new Map(
  Object.entries({
    'Mail.Send': 'Send mail as any user',
    'Mail.ReadWrite': 'Read and write mail in all mailboxes',
    'Mail.Read': 'Read mail in all mailboxes',
    'SMTP.SendAsApp': 'Application access for sending emails via SMTP AUTH',
    'IMAP.AccessAsApp': 'Application access for reading mailboxes via IMAP',
    'POP.AccessAsApp': 'Application access for reading mailboxes via POP',
  }),
);

export function signInPage({ tenants, registration }: ConsentRequest, session: Session): Html {
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
      <p>to continue to <strong>${registration.displayName}</strong>. Who is the administrator?</p>
      <form method="post">
        ${antiForgery(session)}
        ${tenants.map(
          ({ displayName, domain, administrators }) =>
            html`<fieldset>
              <legend>${displayName} (${domain})</legend>
              ${administrators.map((name) => html`<button name="administrator" value="${name}">${name}</button>`)}
            </fieldset>`,
        )}
        <button name="administrator" value="not-an-administrator">Somebody who is not an administrator</button>
      </form>`,
  );
}

export function consentPage({ registration }: ConsentRequest, session: Session, administrator: Administrator): Html {
  return page(
    'Permissions requested',
    html`<h1>Permissions requested</h1>
      <p>Review for <strong>${administrator.tenant.displayName}</strong></p>
      <dl>
        <dt>App</dt>
        <dd>${registration.displayName}</dd>
        <dt>Publisher</dt>
        <dd>${registration.publisher}</dd>
        <dt>Account</dt>
        <dd>${administrator.userPrincipalName}</dd>
      </dl>
      <h2>This app would like to:</h2>
      <ul>
        ${registration.requiredAppRoles.map(
          ({ resource, role }) =>
            html`<li>
              <strong>${permissionNames.get(role) ?? role}</strong> (${role},
              ${findApi(resource)?.displayName ?? resource})
            </li>`,
        )}
      </ul>
      <p>
        If you accept, the app gets this access for all users of your organization, without anybody signed in. You can
        withdraw it under enterprise applications.
      </p>
      ${choice(session, 'accept', 'Accept', 'primary')} ${choice(session, 'cancel', 'Cancel')}
      ${choice(session, 'switch', 'Use another account')}`,
  );
}

export function needApprovalPage(
  { registration }: ConsentRequest,
  session: Session,
  error: EntraError,
  ids: RequestIds,
): Html {
  return page(
    'Need admin approval',
    html`<h1>Need admin approval</h1>
      <p>
        <strong>${registration.displayName}</strong> needs permission to access resources in your organization that only
        an administrator can grant. Ask an administrator to grant it before you use the app.
      </p>
      ${choice(session, 'switch', 'Have an admin account? Sign in with that account', 'primary')}
      ${choice(session, 'return', 'Return to the application without granting consent')} ${details(error, ids)}`,
  );
}

export function errorPage(error: EntraError, ids: RequestIds): Html {
  return page(
    'Sign in',
    html`<h1>Sorry, but we are having trouble signing you in</h1>
      ${details(error, ids)}`,
  );
}

const antiForgery = ({ antiForgeryToken }: Session): Html =>
  html`<input type="hidden" name="antiForgeryToken" value="${antiForgeryToken}" />`;

const choice = (session: Session, value: string, label: string, kind = ''): Html =>
  html`<form method="post">
    ${antiForgery(session)}<button name="choice" value="${value}" class="${kind}">${label}</button>
  </form>`;

const details = (error: EntraError, ids: RequestIds): Html =>
  html`<h2>Details</h2>
    <pre>${errorDescription(error, ids)}</pre>`;
