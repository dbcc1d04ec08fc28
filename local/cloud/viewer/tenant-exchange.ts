/** A tenant's Exchange Online: its switches, what apps may do in its mailboxes, and a box for the cmdlets that change it. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { organizationOf } from '../exchange/organization.ts';
import { isPresent } from '../exchange/propagation.ts';
import type { CmdletResult } from '../exchange/run-cmdlets.ts';
import type { Html } from '../page.ts';
import type { Tenant } from '../state.ts';
import { form, textarea } from './forms.ts';
import type { Note } from './frame.ts';
import { badge, definitions, empty, table, verbatim } from './fragments.ts';
import { tenantPath } from './paths.ts';

export function exchangeSections(cloud: CloudContext, tenant: Tenant, token: string, note?: Note): Html {
  return html`<section aria-labelledby="exchange">
      <h2 id="exchange">Exchange</h2>
      ${switches(cloud, tenant)} ${rights(cloud, tenant)}
    </section>
    <section aria-labelledby="cmdlets">
      <h2 id="cmdlets">Exchange Online PowerShell</h2>
      ${form(
        token,
        `${tenantPath(tenant.id)}/cmdlets`,
        html`${textarea({
            name: 'script',
            label: 'Cmdlets',
            rows: 6,
            value: note?.typed?.('script') ?? '',
            hint: `Signed in to ${tenant.domain}. Try Get-TransportConfig, or Get-ServicePrincipal.`,
          })} <button class="primary">Run</button>`,
      )}
    </section>`;
}

/** What a script did, as PowerShell shows it. */
export function cmdletNote({ lines, error }: CmdletResult): Note {
  const shown = lines.join('\n').trim();
  const output = shown === '' ? '' : verbatim('Output', shown);
  if (error === undefined) {
    return {
      tone: 'good',
      body: html`<p>The script ran to its end${shown === '' ? ' and said nothing' : ''}.</p>
        ${output}`,
    };
  }
  return {
    tone: 'bad',
    body: html`<p>The script stopped at line ${error.line}, column ${error.column}: ${error.message}</p>
      ${output}`,
  };
}

function switches({ state }: CloudContext, tenant: Tenant): Html {
  const organization = organizationOf(state, tenant.id);
  return definitions([
    ['SMTP AUTH', organization.smtpClientAuthenticationDisabled ? badge('off', 'plain') : badge('on', 'good')],
    ['Security defaults', organization.securityDefaults ? badge('on', 'wait') : badge('off', 'plain')],
    ['Recipients of one message', organization.maxRecipientsPerMessage],
  ]);
}

function rights({ state }: CloudContext, tenant: Tenant): Html {
  const here = <Item extends { tenantId: string; until?: number }>(items: readonly Item[]): Item[] =>
    items.filter((item) => item.tenantId === tenant.id && isPresent(item));
  const principals = here(state.exchangeServicePrincipals);
  if (principals.length === 0) {
    return html`<h3>Service principals</h3>
      ${empty('No app is known to Exchange here. New-ServicePrincipal registers one; the mail servers refuse it until then.')}`;
  }
  const appOf = (objectId: string): Html => {
    const principal = principals.find((one) => one.objectId === objectId);
    return principal ? html`${principal.displayName}` : html`<code>${objectId}</code>`;
  };
  const real = new Set(state.enterpriseApps.map(({ objectId }) => objectId));
  const permissions = [
    ...here(state.mailboxPermissions).map((one) => [one.mailbox, appOf(one.user), 'FullAccess']),
    ...here(state.recipientPermissions).map((one) => [one.mailbox, appOf(one.trustee), 'SendAs']),
  ];
  const assignments = here(state.roleAssignments).map(({ app, role, scope }) => [
    role,
    appOf(app),
    scope === undefined ? 'whole organization' : Object.values(scope).slice(1).join(', '),
  ]);
  return html`<h3>Service principals</h3>
    ${table({
      caption: 'Service principals',
      columns: ['Name', 'App id', 'Object id'],
      rows: principals.map(({ displayName, appId, objectId }) => [
        displayName,
        html`<code>${appId}</code>`,
        html`<code>${objectId}</code> ${real.has(objectId) ? '' : badge('of no enterprise application', 'bad')}`,
      ]),
    })}
    <h3>Mailbox permissions</h3>
    ${
      permissions.length === 0
        ? empty('None. Add-MailboxPermission and Add-RecipientPermission give them.')
        : table({ caption: 'Mailbox permissions', columns: ['Mailbox', 'App or mailbox', 'Right'], rows: permissions })
    }
    <h3>RBAC for Applications</h3>
    ${
      assignments.length === 0
        ? empty('No role is assigned. New-ManagementRoleAssignment does it.')
        : table({ caption: 'Role assignments', columns: ['Role', 'App', 'Scope'], rows: assignments })
    }`;
}
