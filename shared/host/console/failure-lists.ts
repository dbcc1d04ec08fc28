/** What did not leave: by cause, with what to do and who; and the jobs themselves, with a button that sends one again. */

import { html } from 'hono/html';
import type { FailedJob, FailureGroup } from '../../checks/overview-answer.ts';
import type { Html } from '../page.ts';
import { badge, nothing } from '../pages/fragments.ts';
import { formField } from './frame.ts';
import { consolePath } from './paths.ts';
import { outcomeTones, ownerNames } from './state-words.ts';
import { distance } from './times.ts';

export function causeList(groups: readonly FailureGroup[], now: number): Html {
  if (groups.length === 0) return html`<p class="none">Nothing lies in poison.</p>`;
  return html`<ul class="rows">
    ${groups.map(({ code, meaning, remedy, owner, count, lastDay, tenants, newest }) => {
      return html`<li data-key="${code}">
        <div>
          <p class="title"><a href="${consolePath('consoleCause', { code })}">${meaning}</a></p>
          <p><strong>To do, by ${ownerNames[owner]}:</strong> ${remedy}</p>
          <p class="soft"><code>${code}</code> · ${tenants === 1 ? 'one tenant' : `${tenants} tenants`}</p>
        </div>
        <div class="side">
          <p><span class="count">${count.toLocaleString('en')}</span> ${count === 1 ? 'job' : 'jobs'}</p>
          <p class="soft">${lastDay.toLocaleString('en')} in the last day, the newest ${distance(newest, now)}</p>
        </div>
      </li>`;
    })}
  </ul>`;
}

/** @param withTenant where the jobs are of several. */
export function jobList(jobs: readonly FailedJob[], now: number, formToken: string, withTenant: boolean): Html {
  if (jobs.length === 0) return html`<p class="none">Nothing lies in poison.</p>`;
  return html`<ul class="rows">
    ${jobs.map(({ tenant, id, transport, at, state, message }) => {
      return html`<li data-key="${tenant} ${id}">
        <div>
          <p class="title">${id} ${badge(outcomeTones[state], state)}</p>
          <p>${message}</p>
          <p class="soft">
            over ${transport === 'graph' ? 'Graph' : 'SMTP'}, ${distance(at, now)}
            ${withTenant ? html`· tenant <a href="${consolePath('consoleTenant', { tenant })}">${tenant}</a>` : nothing}
          </p>
        </div>
        <div class="side">${replayForm(tenant, id, state, formToken)}</div>
      </li>`;
    })}
  </ul>`;
}

function replayForm(tenant: string, id: string, state: FailedJob['state'], formToken: string): Html {
  const mayHaveLeft = state === 'unknown';
  return html`<form method="post" action="${consolePath('consoleReplay', { tenant, id })}">
    ${formField(formToken)}${mayHaveLeft ? html`<input type="hidden" name="evenIfSent" value="yes" />` : nothing}
    <button type="submit" class="small">
      ${mayHaveLeft ? 'Send again, although it may have left' : 'Send again'}<span class="hidden"> ${id}</span>
    </button>
  </form>`;
}
