/** All app registrations. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import type { Html } from '../page.ts';
import type { Registration } from '../state.ts';
import { counted, empty, table, tenantLink } from './fragments.ts';
import { appPath } from './paths.ts';

export function appsPage(cloud: CloudContext): Html {
  const { registrations } = cloud.state;
  return html`<h1>Apps</h1>
    ${
      registrations.length === 0
        ? empty(html`No app is registered. Start the cloud with a seed file, or <code>POST /api/registrations</code>.`)
        : table({
            kind: 'apps',
            caption: 'App registrations',
            columns: ['App', 'Client id', 'Home', 'For', 'Credentials', 'Consents'],
            rows: registrations.map((registration) => appRow(cloud, registration)),
          })
    }`;
}

function appRow(cloud: CloudContext, registration: Registration) {
  const { appId, displayName, homeTenantId, audience } = registration;
  return [
    html`<a href="${appPath(appId)}">${displayName}</a>`,
    html`<code>${appId}</code>`,
    tenantLink(cloud, homeTenantId),
    audience === 'multitenant' ? 'any tenant' : 'its own tenant',
    credentialsOf(registration),
    cloud.state.enterpriseApps.filter((app) => app.appId === appId).length,
  ];
}

function credentialsOf({ certificates, secrets = [], federatedCredentials = [] }: Registration): string {
  const kinds = [
    certificates.length > 0 && counted(certificates.length, 'certificate'),
    secrets.length > 0 && counted(secrets.length, 'secret'),
    federatedCredentials.length > 0 && `${federatedCredentials.length} federated`,
  ].filter((kind) => kind !== false);
  return kinds.length === 0 ? 'none' : kinds.join(', ');
}
