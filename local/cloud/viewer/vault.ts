/** The vault: what is in it, in which versions, until when. Never a key or a value. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { vaultOf } from '../control/vault.ts';
import type { Html } from '../page.ts';
import type { VaultDescription } from '../vault/describe-vault.ts';
import { badge, definitions, empty, expiry, table, tenantLink, time } from './fragments.ts';

type Version = VaultDescription['certificates' | 'keys' | 'secrets'][number];

export function vaultPage(cloud: CloudContext): Html {
  const vault = vaultOf(cloud);
  if (vault === undefined) {
    return html`<h1>Vault</h1>
      ${empty('The vault has no tenant yet: it is that of the first app registration, and there is none.')}`;
  }
  const holders = new Map(cloud.state.identities.map(({ principalId, name }) => [principalId, name]));
  const keys = vault.keys.filter(({ managed }) => !managed);
  return html`<h1>Vault</h1>
    ${definitions([
      ['Address', html`<code>${cloud.urls.vault}</code>`],
      ['Tenant', tenantLink(cloud, vault.homeTenantId)],
    ])}
    ${section(cloud, 'Certificates', 'Each has a key and a secret of the same name.', vault.certificates)}
    ${section(cloud, 'Keys', '', keys)} ${section(cloud, 'Secrets', '', vault.secrets)}
    <section aria-labelledby="roles">
      <h2 id="roles">Who may use it</h2>
      ${
        vault.roles.length === 0
          ? empty('Nobody has a role: every request is refused.')
          : table({
              caption: 'Roles',
              columns: ['Principal', 'Role'],
              rows: vault.roles.map(({ principalId, role, scope }) => [
                holders.get(principalId) ?? principalId,
                scope === undefined ? role : `${role} on ${scope}`,
              ]),
            })
      }
    </section>`;
}

function section(cloud: CloudContext, title: string, about: string, versions: readonly Version[]): Html {
  const id = title.toLowerCase();
  // The newest version of a name stands first.
  const sorted = versions.toSorted((a, b) => a.name.localeCompare(b.name) || b.created - a.created);
  const row = ({ name, version, created, expires, enabled, deleted }: Version) => [
    name,
    html`<code>${version}</code> ${enabled ? '' : badge('disabled', 'bad')} ${deleted ? badge('deleted', 'bad') : ''}`,
    time(created * 1000),
    expires === undefined ? 'never' : expiry(expires * 1000, cloud.now('vault')),
  ];
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${about === '' ? '' : html`<p class="soft">${about}</p>`}
    ${
      sorted.length === 0
        ? empty(html`None. <code>POST /api/vault/${id}</code> makes one.`)
        : table({
            kind: 'versions',
            caption: title,
            columns: ['Name', 'Version', 'Created', 'Expires'],
            rows: sorted.map(row),
          })
    }
  </section>`;
}
