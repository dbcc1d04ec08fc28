/** What the doctor found, for the operator: the cause first, then every check with what came back. */

import { html } from 'hono/html';
import type { CheckReport, Finding, FindingState } from '../../checks/finding.ts';
import type { Html, Tone } from '../page.ts';
import { badge, moment, nothing } from '../pages/fragments.ts';
import { ownerNames } from './state-words.ts';

const tones: Readonly<Record<FindingState, Tone>> = { ok: 'ok', warning: 'wait', failed: 'bad', skipped: 'plain' };

export function checkReport({ mailbox, checkedAt, cause, findings }: CheckReport): Html {
  const headline =
    cause === null
      ? 'All is well'
      : cause.state === 'failed'
        ? 'This keeps mail from leaving'
        : 'Mail leaves, and one thing wants a look';
  const wrong = findings.filter((one) => one !== cause && (one.state === 'failed' || one.state === 'warning'));
  return html`<section aria-labelledby="report">
    <h2 id="report" tabindex="-1" autofocus>${headline}</h2>
    <p class="soft">
      Checked ${mailbox === null ? 'without a mailbox' : html`with <strong>${mailbox}</strong>`},
      ${moment(Date.parse(checkedAt))}.
    </p>
    ${cause === null ? nothing : html`<div class="note ${tones[cause.state]}">${details(cause)}</div>`}
    ${
      wrong.length === 0
        ? nothing
        : html`<ul class="findings">
            ${wrong.map(line)}
          </ul>`
    }
    <details>
      <summary>All ${findings.length} checks</summary>
      <ul class="findings">
        ${findings.map(line)}
      </ul>
    </details>
  </section>`;
}

function line(finding: Finding): Html {
  const isWrong = finding.state === 'failed' || finding.state === 'warning';
  return html`<li>
    <div>${badge(tones[finding.state], finding.state)}</div>
    <div>${finding.tried} <code>${finding.check}</code> ${isWrong ? details(finding) : answered(finding)}</div>
  </li>`;
}

function details(finding: Finding): Html {
  const { meaning, remedy, owner, arrivesWithin, since } = finding;
  return html`<p><strong>${meaning ?? finding.tried}</strong></p>
    ${remedy === undefined ? nothing : html`<p>To do${owner === undefined ? '' : `, by ${ownerNames[owner]}`}: ${remedy}</p>`}
    ${arrivesWithin === undefined ? nothing : html`<p>A change arrives within ${arrivesWithin}.</p>`}
    ${since === undefined ? nothing : html`<p>It has been so since ${moment(Date.parse(since))}.</p>`}
    ${answered(finding)}`;
}

function answered({ answered: came, code }: Finding): Html {
  if (came === undefined && code === undefined) return nothing;
  return html`<p class="soft">
    ${came === undefined ? nothing : html`What came back: <code>${came}</code>`}
    ${code === undefined ? nothing : html`<code>${code}</code>`}
  </p>`;
}
