/** Every mailbox by its tenant, and whoever was written to outside of them. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import type { Html } from '../page.ts';
import type { Tenant } from '../state.ts';
import { badge, breakable, table, tenantLink } from './fragments.ts';
import { mailboxPath, paths } from './paths.ts';

export function mailboxesPage(cloud: CloudContext): Html {
  const { mailboxes, messages, tenants } = cloud.state;
  const own = new Set(mailboxes.map(({ address }) => address.toLowerCase()));
  const reached = new Set(messages.map(({ mailbox }) => mailbox.toLowerCase()));
  const outside = [...reached].filter((address) => !own.has(address)).sort();
  const inhabited = tenants.filter(({ id }) => mailboxes.some(({ tenantId }) => tenantId === id));
  return html`<h1>Mailboxes</h1>
    ${
      inhabited.length === 0
        ? html`<p class="empty">
            No tenant has a mailbox. Add one on the page of a <a href="${paths.tenants}">tenant</a>.
          </p>`
        : ''
    }
    <div class="cards">
      ${inhabited.map((tenant) => tenantCard(cloud, tenant))}
      <section class="card" aria-labelledby="outside">
        <h2 id="outside">Outside</h2>
        <p class="soft">Recipients who are in none of the tenants. Their mail stays here.</p>
        ${outside.length === 0 ? html`<p>Nobody yet.</p>` : mailboxTable(cloud, outside, 'Outside')}
      </section>
    </div>`;
}

function tenantCard(cloud: CloudContext, tenant: Tenant): Html {
  const addresses = cloud.state.mailboxes
    .filter(({ tenantId }) => tenantId === tenant.id)
    .map(({ address }) => address);
  return html`<section class="card" aria-label="${tenant.displayName}">
    <h2>${tenantLink(cloud, tenant.id)}</h2>
    <p class="soft">${tenant.domain}</p>
    ${mailboxTable(cloud, addresses, tenant.displayName)}
  </section>`;
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
  return table({ kind: 'counts', caption: `Mailboxes: ${label}`, columns: ['Mailbox', 'Inbox', 'Sent'], rows });
}
