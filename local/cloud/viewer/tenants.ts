/** All tenants, and how each stands to the apps. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { appView } from '../control/tenants.ts';
import type { Html } from '../page.ts';
import type { EnterpriseApp, Tenant } from '../state.ts';
import { form, input } from './forms.ts';
import type { Note } from './frame.ts';
import { badge, counted, empty, table, tenantLink } from './fragments.ts';
import { appPath, paths } from './paths.ts';

export function tenantsPage(cloud: CloudContext, token: string, note?: Note): Html {
  const { tenants, mailboxes } = cloud.state;
  const rows = tenants.map((tenant) => [
    tenantLink(cloud, tenant.id),
    html`${tenant.domain}<br /><code>${tenant.id}</code>`,
    consents(cloud, tenant),
    counted(mailboxes.filter(({ tenantId }) => tenantId === tenant.id).length, 'mailbox', 'mailboxes'),
  ]);
  return html`<h1>Tenants</h1>
    ${
      rows.length === 0
        ? empty('There is no tenant yet. Add one below, or start the cloud with a seed file.')
        : table({
            kind: 'tenants',
            caption: 'Tenants',
            columns: ['Tenant', 'Domain and id', 'Apps', 'Mailboxes'],
            rows,
          })
    }
    <section aria-labelledby="add">
      <h2 id="add">Add a tenant</h2>
      ${form(
        token,
        paths.tenants,
        html`<div class="fields">
          ${input({ name: 'displayName', label: 'Name', required: true, value: note?.typed?.('displayName') })}
          ${input({
            name: 'domain',
            label: 'Domain',
            required: true,
            hint: 'As in tailspin.example.',
            value: note?.typed?.('domain'),
          })}
          <div class="field submit"><button>Add</button></div>
        </div>`,
      )}
    </section>`;
}

function consents(cloud: CloudContext, tenant: Tenant): Html {
  const { enterpriseApps, registrations } = cloud.state;
  const own = registrations.filter(({ homeTenantId }) => homeTenantId === tenant.id);
  const apps = enterpriseApps.filter(({ tenantId }) => tenantId === tenant.id);
  return html`<ul class="consents">
    ${own.map(({ appId, displayName }) => html`<li>${badge('publisher', 'plain')} of <a href="${appPath(appId)}">${displayName}</a></li>`)}
    ${apps.map((app) => html`<li>${consentBadge(cloud, app)} ${appView(cloud, app).displayName}</li>`)}
    ${own.length + apps.length === 0 ? html`<li>${badge('no consent', 'plain')}</li>` : ''}
  </ul>`;
}

/** How a consent stands, as the token endpoint sees it now. */
export function consentBadge(cloud: CloudContext, app: EnterpriseApp): Html {
  const { enabled, arrived, roles } = appView(cloud, app);
  if (!enabled) return badge('disabled', 'bad');
  if (!arrived || roles.some((role) => !role.arrived)) return badge('on its way', 'wait');
  return roles.length === 0 ? badge('no permissions', 'bad') : badge('consented', 'good');
}
