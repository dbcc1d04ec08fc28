/** The first page: what is there, where it answers, what went wrong lately, and the way back to the beginning. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { dotenv, endpointsOf, environmentOf } from '../environment.ts';
import type { Html } from '../page.ts';
import { button } from './forms.ts';
import { badge, counted, definitions, empty, table, verbatim } from './fragments.ts';
import { journalTable } from './journal.ts';
import { paths } from './paths.ts';

const latest = 5;

export function overview(cloud: CloudContext, token: string): Html {
  const refused = cloud.journal.entries.filter(({ status, fault }) => status >= 400 || fault !== undefined);
  return html`<h1>Local Microsoft cloud</h1>
    <div class="cards">
      <section class="card" aria-labelledby="content">
        <h2 id="content">What is there</h2>
        ${content(cloud)}
      </section>
      <section class="card" aria-labelledby="endpoints">
        <h2 id="endpoints">Where it answers</h2>
        ${table({
          kind: 'endpoints',
          caption: 'Endpoints',
          columns: ['Service', 'Address'],
          rows: Object.entries(endpointsOf(cloud)).map(([name, url]) => [name, html`<code>${url}</code>`]),
        })}
      </section>
    </div>
    <section aria-labelledby="refused">
      <h2 id="refused">Refused lately</h2>
      ${
        refused.length === 0
          ? empty('Nothing has been refused.')
          : html`${journalTable(cloud, refused.slice(-latest).reverse(), 'Refused lately')}
              <p><a href="${paths.journal}">The whole journal</a></p>`
      }
    </section>
    <section aria-labelledby="application">
      <h2 id="application">Point an application here</h2>
      <p>
        These variables are what Azure's SDKs read, and every address. Keep them in a file for
        <code>node --env-file</code>.
      </p>
      <details>
        <summary>Environment variables</summary>
        ${verbatim('Environment variables', dotenv(environmentOf(cloud)))}
      </details>
    </section>
    <section aria-labelledby="reset">
      <h2 id="reset">Start over</h2>
      <p>
        Brings everything back to the seed: consents, mailboxes, credentials, settings. Mail, journal and faults go.
        What lies in the storage account stays.
      </p>
      ${button(token, paths.reset, 'Back to the seed', '')}
    </section>`;
}

function content({ state, faults, journal }: CloudContext): Html {
  const inForce = faults.list().length;
  return definitions([
    ['Tenants', html`<a href="${paths.tenants}">${counted(state.tenants.length, 'tenant')}</a>`],
    [
      'Apps',
      html`<a href="${paths.apps}">${counted(state.registrations.length, 'registration')}</a>,
        ${counted(state.enterpriseApps.length, 'consent')}`,
    ],
    [
      'Mail',
      html`<a href="${paths.mailboxes}">${counted(state.mailboxes.length, 'mailbox', 'mailboxes')}</a>,
        ${counted(state.messages.length, 'message')}`,
    ],
    ['Requests', html`<a href="${paths.journal}">${journal.recorded}</a>`],
    [
      'Faults',
      html`<a href="${paths.faults}">${inForce === 0 ? 'none' : counted(inForce, 'rule')}</a>
        ${inForce === 0 ? '' : badge('in force', 'wait')}`,
    ],
  ]);
}
