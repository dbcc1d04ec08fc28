/**
 * What the doctor found, on a tenant's page: the cause first, all else after it. What only the operator can mend is told as far
 * as it concerns the administrator; the inside of the operator's installation is none of a tenant's business.
 */

import { html } from 'hono/html';
import type { CheckReport, Finding, FindingState } from '../../checks/finding.ts';
import type { Vendor } from '../../vendor-settings.ts';
import type { Html, Tone } from '../page.ts';
import { badge, moment, nothing } from './fragments.ts';
import { theAsker } from './names.ts';

const tones: Readonly<Record<FindingState, Tone>> = { ok: 'ok', warning: 'wait', failed: 'bad', skipped: 'plain' };
const names: Readonly<Record<FindingState, string>> = {
  ok: 'fine',
  warning: 'look',
  failed: 'wrong',
  skipped: 'not tried',
};

export function reportSection({ mailbox, checkedAt, cause, findings }: CheckReport, vendor: Vendor): Html {
  return html`<section aria-labelledby="report">
    <h2 id="report" tabindex="-1" autofocus>${headline(cause)}</h2>
    <p class="soft">
      Checked ${mailbox === null ? 'without a mailbox' : html`with <strong>${mailbox}</strong>`},
      ${moment(Date.parse(checkedAt))}.
    </p>
    ${cause === null ? nothing : causeBox(cause, vendor)}
    <details>
      <summary>All ${findings.length} checks</summary>
      <ul class="findings">
        ${findings.map((finding) => line(finding, vendor))}
      </ul>
    </details>
  </section>`;
}

function headline(cause: Finding | null): string {
  if (cause === null) return 'All is well';
  return cause.state === 'failed' ? 'This keeps mail from leaving' : 'Mail leaves, and one thing wants a look';
}

function causeBox(cause: Finding, vendor: Vendor): Html {
  const { state, answered, meaning, remedy, owner, arrivesWithin, since, code } = cause;
  const isTheirs = owner === 'operator';
  return html`<div class="note ${tones[state]}">
    <p><strong>${meaning ?? cause.tried}</strong></p>
    ${
      isTheirs
        ? html`<p>
            You cannot mend this; tell
            ${theAsker(vendor)}${code === undefined ? '' : html` the code <code>${code}</code>`}.
          </p>`
        : html`${remedy === undefined ? nothing : html`<p>${remedy}</p>`}
          ${arrivesWithin === undefined ? nothing : html`<p>A change arrives within ${arrivesWithin}.</p>`}
          ${answered === undefined ? nothing : html`<p>Microsoft answered: <code>${answered}</code></p>`}`
    }
    ${since === undefined ? nothing : html`<p>It has been so since ${moment(Date.parse(since))}.</p>`}
  </div>`;
}

function line(finding: Finding, vendor: Vendor): Html {
  const { state, tried, meaning, remedy, owner, answered } = finding;
  const isTheirs = owner === 'operator';
  const wrong = state === 'failed' || state === 'warning';
  return html`<li>
    <div>${badge(tones[state], names[state])}</div>
    <div>
      ${tried} ${wrong && meaning !== undefined ? html`<p>${meaning}</p>` : nothing}
      ${wrong ? html`<p class="soft">${isTheirs ? `For ${theAsker(vendor)} to mend.` : remedy}</p>` : nothing}
      ${wrong && !isTheirs && answered !== undefined ? html`<p class="soft"><code>${answered}</code></p>` : nothing}
    </div>
  </li>`;
}
