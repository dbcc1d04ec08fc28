/** One tenant: what its administrators allow the apps, its mailboxes, and its Exchange. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { findEnterpriseApp } from '../entra/enterprise-apps.ts';
import { organizationOf } from '../exchange/organization.ts';
import type { Html } from '../page.ts';
import type { Mailbox, Registration, Tenant } from '../state.ts';
import { button, form, input } from './forms.ts';
import type { Note } from './frame.ts';
import { badge, breakable, definitions, empty, table, time } from './fragments.ts';
import { appPath, mailboxPath, paths, tenantAppPath, tenantPath } from './paths.ts';
import { exchangeSections } from './tenant-exchange.ts';
import { consentBadge } from './tenants.ts';

export function tenantPage(cloud: CloudContext, tenant: Tenant, token: string, note?: Note): Html {
  const { id, displayName, domain, administrators, conditionalAccess = [], unavailableResources = [] } = tenant;
  return html`<p class="back"><a href="${paths.tenants}">Tenants</a></p>
    <h1>${displayName}</h1>
    ${definitions([
      ['Id', html`<code>${id}</code>`],
      ['Domain', domain],
      ['Administrators', administrators.length === 0 ? 'none: nobody can consent' : administrators.join(', ')],
      [
        'Conditional Access',
        list(conditionalAccess, ({ displayName: name, blockedApps }) => `${name}: blocks ${blockedApps.join(', ')}`),
      ],
      ['Unavailable APIs', list(unavailableResources, ({ resource, state }) => `${resource}: ${state}`)],
    ])}
    <section aria-labelledby="apps">
      <h2 id="apps">Apps</h2>
      ${appTable(cloud, tenant, token)}
    </section>
    <section aria-labelledby="mailboxes">
      <h2 id="mailboxes">Mailboxes</h2>
      ${mailboxTable(cloud, tenant)}
      ${form(
        token,
        `${tenantPath(id)}/mailboxes`,
        html`<div class="fields">
          ${input({
            name: 'address',
            label: 'New mailbox',
            type: 'email',
            required: true,
            hint: `As in reports@${domain}.`,
            value: note?.typed?.('address'),
          })}
          <div class="field submit"><button>Add</button></div>
        </div>`,
      )}
    </section>
    ${exchangeSections(cloud, tenant, token, note)}`;
}

function list<Item>(items: readonly Item[], text: (item: Item) => string): Html | undefined {
  if (items.length === 0) return undefined;
  return html`<ul class="plain">
    ${items.map((item) => html`<li>${text(item)}</li>`)}
  </ul>`;
}

/** Every app that can be consented to here. */
function appTable(cloud: CloudContext, tenant: Tenant, token: string): Html {
  const visible = cloud.state.registrations.filter(
    ({ audience, homeTenantId }) => audience === 'multitenant' || homeTenantId === tenant.id,
  );
  if (visible.length === 0) {
    return empty(html`No app is registered for this tenant. See <a href="${paths.apps}">Apps</a>.`);
  }
  return table({
    kind: 'consents-of',
    caption: `Apps of ${tenant.displayName}`,
    columns: ['App', 'Consent', 'Permissions', 'Enterprise application', 'Change'],
    rows: visible.map((registration) => appRow(cloud, tenant, registration, token)),
  });
}

function appRow(cloud: CloudContext, tenant: Tenant, { appId, displayName }: Registration, token: string) {
  const app = findEnterpriseApp(cloud, appId, tenant.id);
  const path = tenantAppPath(tenant.id, appId);
  const name = html`<a href="${appPath(appId)}">${displayName}</a>`;
  if (app === undefined) {
    return [
      name,
      badge('no consent', 'plain'),
      '',
      '',
      button(token, `${path}/consent`, 'Consent', `to ${displayName}`),
    ];
  }
  const isEnabled = app.accountEnabled !== false;
  return [
    name,
    html`${consentBadge(cloud, app)}<br /><span class="soft">since ${time(app.consentedAt)}</span>`,
    html`<ul class="plain">
      ${app.grantedAppRoles.map(({ role }) => html`<li><code>${role}</code></li>`)}
    </ul>`,
    html`<code>${app.objectId}</code>`,
    html`<div class="buttons">
      ${button(token, `${path}/withdraw`, 'Withdraw', `the consent to ${displayName}`)}
      ${button(token, `${path}/${isEnabled ? 'disable' : 'enable'}`, isEnabled ? 'Disable' : 'Enable', displayName)}
    </div>`,
  ];
}

function mailboxTable(cloud: CloudContext, tenant: Tenant): Html {
  const mailboxes = cloud.state.mailboxes.filter(({ tenantId }) => tenantId === tenant.id);
  if (mailboxes.length === 0) return empty('No mailboxes yet. Add one below.');
  const isOff = organizationOf(cloud.state, tenant.id).smtpClientAuthenticationDisabled;
  const on = (value: boolean): Html => (value ? badge('on', 'good') : badge('off', 'plain'));
  const row = ({ address, displayName, licensed, exchange = {} }: Mailbox) => [
    html`<a href="${mailboxPath(address)}">${breakable(address)}</a
      >${licensed === false ? html` ${badge('no licence', 'bad')}` : ''}`,
    displayName,
    on(!(exchange.smtpClientAuthenticationDisabled ?? isOff)),
    on(exchange.imapEnabled ?? true),
    on(exchange.popEnabled ?? true),
  ];
  return table({
    kind: 'mailboxes-of',
    caption: `Mailboxes of ${tenant.displayName}`,
    columns: ['Mailbox', 'Name', 'SMTP AUTH', 'IMAP', 'POP3'],
    rows: mailboxes.map(row),
  });
}
