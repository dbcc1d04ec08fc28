/** One app registration: where it may be answered, and by what it proves itself. */

import { X509Certificate } from 'node:crypto';
import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import type { Html } from '../page.ts';
import type { Registration } from '../state.ts';
import { button, form, input, textarea } from './forms.ts';
import type { Note } from './frame.ts';
import { definitions, empty, expiry, table, tenantLink } from './fragments.ts';
import { appPath, paths } from './paths.ts';

export function appPage(cloud: CloudContext, registration: Registration, token: string, note?: Note): Html {
  const { appId, displayName, publisher, homeTenantId, audience, redirectUris, requiredAppRoles } = registration;
  const codes = (texts: readonly string[]): Html =>
    html`<ul class="plain">
      ${texts.map((text) => html`<li><code>${text}</code></li>`)}
    </ul>`;
  return html`<p class="back"><a href="${paths.apps}">Apps</a></p>
    <h1>${displayName}</h1>
    ${definitions([
      ['Client id', html`<code>${appId}</code>`],
      ['Publisher', publisher],
      ['Home', tenantLink(cloud, homeTenantId)],
      ['For', audience === 'multitenant' ? 'accounts of any tenant' : 'accounts of its own tenant'],
      ['Public client', registration.publicClient ? 'yes: it may show no credential' : undefined],
      [
        'Permissions',
        requiredAppRoles.length === 0
          ? 'none asked for'
          : codes(requiredAppRoles.map(({ resource, role }) => `${resource}/${role}`)),
      ],
      ['Redirect URIs', redirectUris.length === 0 ? 'none: consent has nowhere to return to' : codes(redirectUris)],
    ])}
    <section aria-labelledby="secrets">
      <h2 id="secrets">Client secrets</h2>
      ${secrets(cloud, registration, token)}
    </section>
    <section aria-labelledby="certificates">
      <h2 id="certificates">Certificates</h2>
      ${certificates(cloud, registration, token, note)}
    </section>
    <section aria-labelledby="federated">
      <h2 id="federated">Federated credentials</h2>
      ${federatedCredentials(registration, token, note)}
    </section>`;
}

function secrets(cloud: CloudContext, registration: Registration, token: string): Html {
  const path = `${appPath(registration.appId)}/secrets`;
  const rows = (registration.secrets ?? []).map(({ keyId, displayName, hint, endsAt }) => [
    displayName ?? '(no description)',
    html`<code>${hint}…</code>`,
    expiry(endsAt, cloud.now('entra')),
    button(token, `${path}/${keyId}/remove`, 'Remove', `secret ${hint}`),
  ]);
  return html`${
    rows.length === 0
      ? empty('No secrets. Add one: its value is shown once.')
      : table({
          kind: 'credentials',
          caption: 'Client secrets',
          columns: ['Description', 'Value', 'Expires', 'Change'],
          rows,
        })
  }
  ${form(
    token,
    path,
    html`<div class="fields">
      ${input({ name: 'displayName', label: 'Description of a new secret' })}
      ${input({ name: 'days', label: 'Days until it expires', type: 'number', value: '730' })}
      <div class="field submit"><button>Add</button></div>
    </div>`,
  )}`;
}

function certificates(cloud: CloudContext, registration: Registration, token: string, note?: Note): Html {
  const path = `${appPath(registration.appId)}/certificates`;
  const rows = registration.certificates.map(({ thumbprint, der }) => {
    const { subject, validToDate } = new X509Certificate(Buffer.from(der, 'base64'));
    return [
      subject,
      html`<code>${thumbprint}</code>`,
      expiry(validToDate.getTime(), cloud.now('entra')),
      button(token, `${path}/${thumbprint}/remove`, 'Remove', `certificate ${subject}`),
    ];
  });
  return html`${
    rows.length === 0
      ? empty('No certificates. Paste one below; its private key stays with the app.')
      : table({
          kind: 'credentials',
          caption: 'Certificates',
          columns: ['Subject', 'Thumbprint (SHA-256)', 'Expires', 'Change'],
          rows,
        })
  }
  ${form(
    token,
    path,
    html`${textarea({
        name: 'certificate',
        label: 'New certificate',
        rows: 3,
        hint: 'PEM, or base64 of DER.',
        value: note?.typed?.('certificate'),
      })} <button>Add</button>`,
  )}`;
}

function federatedCredentials(
  { appId, federatedCredentials: credentials = [] }: Registration,
  token: string,
  note?: Note,
) {
  const path = `${appPath(appId)}/federated-credentials`;
  const rows = credentials.map(({ name, issuer, subject, audiences }) => [
    name,
    html`<code>${issuer}</code>`,
    html`<code>${subject}</code>`,
    html`<code>${audiences.join(', ')}</code>`,
    button(token, `${path}/${encodeURIComponent(name)}/remove`, 'Remove', name),
  ]);
  const typed = (name: string, otherwise = ''): string => note?.typed?.(name) ?? otherwise;
  return html`${
    rows.length === 0
      ? empty('None. With one, a token of another issuer proves the app, and no secret exists.')
      : table({
          kind: 'federated',
          caption: 'Federated credentials',
          columns: ['Name', 'Issuer', 'Subject', 'Audience', 'Change'],
          rows,
        })
  }
  ${form(
    token,
    path,
    html`<div class="fields">
        ${input({ name: 'name', label: 'Name of a new one', required: true, value: typed('name') })}
        ${input({ name: 'issuer', label: 'Issuer', required: true, value: typed('issuer') })}
        ${input({ name: 'subject', label: 'Subject', required: true, value: typed('subject') })}
        ${input({ name: 'audience', label: 'Audience', required: true, value: typed('audience', 'api://AzureADTokenExchange') })}
      </div>
      <button>Add</button>`,
  )}`;
}
