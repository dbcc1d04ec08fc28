/** The first page: every tenant with its consents and its mailboxes, and whoever was written to outside of them. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import type { Html } from '../page.ts';
import type { EnterpriseApp, Tenant } from '../state.ts';
import { badge, breakable, table, time } from './fragments.ts';
import { mailboxPath } from './paths.ts';

export function overview(cloud: CloudContext): Html {
  const { mailboxes, messages, tenants } = cloud.state;
  const own = new Set(mailboxes.map(({ address }) => address.toLowerCase()));
  const reached = new Set(messages.map(({ mailbox }) => mailbox.toLowerCase()));
  const outside = [...reached].filter((address) => !own.has(address)).sort();
  const [inhabited = [], empty = []] = [true, false].map((wanted) =>
    tenants.filter(({ id }) => mailboxes.some(({ tenantId }) => tenantId === id) === wanted),
  );
  return html`<h1>Mailboxes</h1>
    <div class="cards">
      ${inhabited.map((tenant) => tenantCard(cloud, tenant))}
      <section class="card" aria-labelledby="outside">
        <h2 id="outside">Outside</h2>
        <p class="soft">Recipients who are in none of the tenants. Their mail stays here.</p>
        ${outside.length === 0 ? html`<p>Nobody yet.</p>` : mailboxTable(cloud, outside, 'Outside')}
      </section>
      ${empty.map((tenant) => tenantCard(cloud, tenant))}
    </div>`;
}

function tenantCard(cloud: CloudContext, tenant: Tenant): Html {
  const { enterpriseApps, mailboxes, registrations } = cloud.state;
  const addresses = mailboxes.filter(({ tenantId }) => tenantId === tenant.id).map(({ address }) => address);
  const apps = enterpriseApps.filter(({ tenantId }) => tenantId === tenant.id);
  const own = registrations.filter(({ homeTenantId }) => homeTenantId === tenant.id);
  return html`<section class="card" aria-label="${tenant.displayName}">
    <h2>${tenant.displayName}</h2>
    <p class="soft">${tenant.domain}<br /><code>${tenant.id}</code></p>
    <ul class="consents">
      ${own.map(({ displayName }) => html`<li>${badge('publisher', 'plain')} of ${displayName}</li>`)}
      ${apps.map((app) => consent(cloud, app))}
      ${own.length + apps.length === 0 ? html`<li>${badge('no consent', 'plain')} No app may act here.</li>` : ''}
    </ul>
    ${addresses.length === 0 ? html`<p>No mailboxes.</p>` : mailboxTable(cloud, addresses, tenant.displayName)}
  </section>`;
}

function consent(cloud: CloudContext, app: EnterpriseApp): Html {
  const { propagation, registrations } = cloud.state;
  const name = registrations.find(({ appId }) => appId === app.appId)?.displayName ?? app.appId;
  const arrives = app.consentedAt + Math.max(propagation.enterpriseApp, propagation.roles);
  const roles = app.grantedAppRoles.map(({ role }) => role).join(', ');
  const state =
    arrives > Date.now()
      ? badge('on its way', 'wait')
      : roles === ''
        ? badge('no permissions', 'bad')
        : badge('consented', 'good');
  return html`<li>
    ${state} ${name}${roles && html`: <code>${roles}</code>`}<br />
    <span class="soft">since ${time(app.consentedAt)}</span>
  </li>`;
}

function mailboxTable(cloud: CloudContext, addresses: readonly string[], label: string): Html {
  const count = (address: string, folder: 'inbox' | 'sentitems'): number =>
    cloud.state.messages.filter(
      (message) => message.folder === folder && message.mailbox.toLowerCase() === address.toLowerCase(),
    ).length;
  const unlicensed = (address: string): boolean =>
    cloud.state.mailboxes.some((mailbox) => mailbox.address === address && mailbox.licensed === false);
  const rows = addresses.map((address) => [
    html`<a href="${mailboxPath(address)}">${breakable(address)}</a>
      ${unlicensed(address) ? badge('no licence', 'bad') : ''}`,
    count(address, 'inbox'),
    count(address, 'sentitems'),
  ]);
  return table({ kind: 'counts', label: `Mailboxes: ${label}`, columns: ['Mailbox', 'Inbox', 'Sent'], rows });
}
