/** The rights of a tenant: what was asked for, what its tokens carry, and what to do about the difference. */

import { html } from 'hono/html';
import type { Right } from '../../tenants/rights.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Html } from '../page.ts';
import { badge, nothing, note } from './fragments.ts';
import { leastRights, limitingHint, rightWords } from './rights.ts';

export function rightsTable(tenant: Tenant): Html {
  const { rights: asked = leastRights, granted = [], scoped = false } = tenant;
  const all = [...new Set([...asked, ...granted])];
  const missing = missingOf(tenant);
  return html`<section>
    <h2>What was asked for, and what is granted</h2>
    <div class="scroll">
      <table>
        <caption class="hidden">
          Rights
        </caption>
        <thead>
          <tr>
            <th scope="col">Right</th>
            <th scope="col">Asked for</th>
            <th scope="col">In Entra</th>
          </tr>
        </thead>
        <tbody>
          ${all.map(
            (right) =>
              html`<tr>
                <th scope="row">${rightWords[right].name}<br /><code>${right}</code></th>
                <td>${asked.includes(right) ? 'yes' : 'no'}</td>
                <td>${grantedBadge(right, tenant)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${missing.length === 0 ? nothing : missingNote(missing, tenant)} ${limitingHint(asked, scoped)}
  </section>`;
}

/** What was asked for and no token has shown. Of a scoped tenant Exchange grants what Graph needs, and no token shows that. */
export function missingOf({ rights: asked = leastRights, granted = [], scoped = false }: Tenant): readonly Right[] {
  return asked.filter((right) => !granted.includes(right) && !(scoped && right.startsWith('Mail.')));
}

function grantedBadge(right: Right, { granted = [], scoped = false, state }: Tenant): Html {
  const inExchange = scoped && right.startsWith('Mail.');
  if (granted.includes(right)) {
    return inExchange ? badge('wait', 'granted for every mailbox') : badge('ok', 'granted');
  }
  if (inExchange) return badge('plain', 'by Exchange');
  return state === 'pending' ? badge('wait', 'on its way') : badge('bad', 'missing');
}

function missingNote(missing: readonly Right[], { state }: Tenant): Html {
  const names = missing.join(', ');
  if (state === 'pending') {
    return note('wait', `${names} has not arrived yet. It is looked for every few minutes; there is nothing to do.`);
  }
  return note(
    'bad',
    `${names} is missing. Consent again through an invitation, or grant it in the Microsoft Entra admin center: Enterprise ` +
      'applications, this app, Permissions, Grant admin consent.',
  );
}
