/** Mailboxes that do not send as fast as they are asked to: why, until when, and a button that ends a hold. */

import { html } from 'hono/html';
import type { HeldMailbox } from '../../checks/overview-answer.ts';
import type { Html, Tone } from '../page.ts';
import { badge, nothing } from '../pages/fragments.ts';
import { formField } from './frame.ts';
import { consolePath } from './paths.ts';
import { distance } from './times.ts';

const names: Readonly<Record<HeldMailbox['because'], readonly [Tone, string]>> = {
  operator: ['bad', 'held by hand'],
  service: ['wait', 'Microsoft asks for a pause'],
  quota: ['wait', 'the day’s limit'],
  pace: ['plain', 'paced'],
};

export function heldList(held: readonly HeldMailbox[], heldInAll: number, now: number, formToken: string): Html {
  if (held.length === 0) return html`<p class="none">None. Every mailbox sends as fast as it is asked to.</p>`;
  const more = heldInAll - held.length;
  return html`<ul class="rows">
      ${held.map((one) => line(one, now, formToken))}
    </ul>
    ${more === 0 ? nothing : html`<p class="soft">And ${more} more that are not shown.</p>`}`;
}

function line(one: HeldMailbox, now: number, formToken: string): Html {
  const { tenant, mailbox, because, code, meaning, remedy, reason, since, until, waiting } = one;
  const [tone, name] = names[because];
  return html`<li data-key="${tenant} ${mailbox}">
    <div>
      <p class="title">${mailbox} ${badge(tone, name)}</p>
      <p>${reason === undefined ? meaning : html`“${reason}”`} ${because === 'pace' ? '' : remedy}</p>
      <p class="soft">
        <code>${code}</code> · tenant <a href="${consolePath('consoleTenant', { tenant })}">${tenant}</a>
        ${since === undefined ? nothing : html`· since ${distance(since, now)}`}
      </p>
    </div>
    <div class="side">
      <p>${waiting === 0 ? 'nothing waits' : `${waiting.toLocaleString('en')} wait`}</p>
      <p class="soft">${until === undefined ? 'until it is released' : html`until ${distance(until, now)}`}</p>
      ${because === 'pace' ? nothing : releaseForm(tenant, mailbox, formToken)}
    </div>
  </li>`;
}

export function releaseForm(tenant: string, mailbox: string, formToken: string): Html {
  return html`<form method="post" action="${consolePath('consoleRelease', { tenant, mailbox })}">
    ${formField(formToken)}<button type="submit" class="small">Release<span class="hidden"> ${mailbox}</span></button>
  </form>`;
}
