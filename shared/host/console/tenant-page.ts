/** One tenant: how it stands, its mailboxes and latest mail, what happened to it, and the doctor. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { CheckReport } from '../../checks/finding.ts';
import type { MailboxFigures, TenantFigures } from '../../checks/tenant-figures.ts';
import { errorMeanings } from '../../errors.ts';
import type { Outcome } from '../../mail/outcome.ts';
import type { ConsentEvent } from '../../tenants/audit.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Html } from '../page.ts';
import { badge, factList, moment, note, nothing } from '../pages/fragments.ts';
import { checkReport } from './check-report.ts';
import { jobList } from './failure-lists.ts';
import { consoleResponse, formField } from './frame.ts';
import { releaseForm } from './held-list.ts';
import { type ConsoleNote, noteOf } from './notes.ts';
import { consolePath } from './paths.ts';
import { outcomeTones, ownerNames, tenantTones } from './state-words.ts';
import { scrollTable } from './tables.ts';
import { distance } from './times.ts';

export interface TenantView {
  readonly tenant: Tenant;
  /** The newest first. */
  readonly events: readonly ConsentEvent[];
  readonly figures: TenantFigures;
  readonly at: number;
  readonly formToken: string;
  readonly done?: ConsoleNote | undefined;
  /** Of the doctor, when it was asked. */
  readonly report?: CheckReport | undefined;
}

export function tenantPage(view: TenantView): HttpResponseInit {
  const { tenant, events, figures, at, formToken, done, report } = view;
  return consoleResponse({
    title: tenant.domain ?? `Tenant ${tenant.id}`,
    place: 'tenants',
    at,
    formToken,
    // A report is the answer to a form, which is not sent again by itself.
    refreshes: report === undefined,
    body: html`${noteOf(done)} ${standing(tenant, at)} ${report === undefined ? nothing : checkReport(report)}
      ${doctorForm(tenant, figures.mailboxes, formToken)}
      ${figures.complete ? nothing : note('wait', 'There is more than is read for one page: the newest may be missing.')}
      <section aria-labelledby="mailboxes">
        <h2 id="mailboxes">Mailboxes that have sent lately, or wait</h2>
        ${mailboxTable(tenant.id, figures.mailboxes, at, formToken)}
      </section>
      <section aria-labelledby="failures">
        <h2 id="failures">What did not leave</h2>
        ${jobList(figures.failures, at, formToken, false)}
      </section>
      <section aria-labelledby="outcomes">
        <h2 id="outcomes">The latest outcomes</h2>
        ${outcomeTable(figures.outcomes, at)}
      </section>
      <section aria-labelledby="events">
        <h2 id="events">What happened to it</h2>
        ${eventTable(events)}
      </section>`,
  });
}

function standing(
  { id, domain, state, since, code, objectId, rights, granted, scoped, delivery }: Tenant,
  now: number,
): Html {
  const row = code === undefined ? undefined : errorMeanings[code];
  return html`${factList({
    State: html`${badge(tenantTones[state], state)} since ${distance(new Date(since).toISOString(), now)}`,
    Tenant: domain === undefined ? undefined : html`<code>${id}</code>`,
    'Enterprise application': objectId === undefined ? undefined : html`<code>${objectId}</code>`,
    'Rights asked for': rights?.join(', '),
    'Rights in its tokens': granted === undefined ? undefined : granted.join(', ') || 'none',
    Mailboxes: scoped === true ? 'kept to some by RBAC for Applications' : undefined,
    Delivery: delivery,
  })}
  ${
    row === undefined
      ? nothing
      : html`<div class="note ${tenantTones[state]}">
          <p><strong>${row.meaning}</strong></p>
          <p>To do, by ${ownerNames[row.owner]}: ${row.remedy} <code>${code}</code></p>
        </div>`
  }`;
}

function doctorForm({ id }: Tenant, mailboxes: readonly MailboxFigures[], formToken: string): Html {
  return html`<section aria-labelledby="doctor">
    <h2 id="doctor">The doctor</h2>
    <form
      method="post"
      action="${consolePath('consoleCheck', { tenant: id })}"
      data-busy="Asking Entra, Graph and Exchange. This takes some seconds."
    >
      ${formField(formToken)}
      <div class="fields">
        <div class="field">
          <label for="mailbox">Mailbox, if one is concerned</label>
          <input id="mailbox" name="mailbox" type="email" maxlength="320" autocomplete="off" list="known" />
          <datalist id="known">
            ${mailboxes.slice(0, 50).map(({ mailbox }) => html`<option value="${mailbox}"></option>`)}
          </datalist>
        </div>
        <button type="submit">Run the doctor</button>
      </div>
      <p class="soft" role="status"></p>
    </form>
  </section>`;
}

function mailboxTable(tenant: string, mailboxes: readonly MailboxFigures[], now: number, formToken: string): Html {
  if (mailboxes.length === 0) return html`<p class="none">None in the last two days.</p>`;
  return scrollTable(
    'Mailboxes of this tenant',
    [
      { name: 'Mailbox' },
      { name: 'Last hour', isNumber: true },
      { name: 'Last day', isNumber: true },
      { name: 'Wait', isNumber: true },
      { name: 'Recipients of the day', isNumber: true },
      { name: 'How it stands' },
      { name: 'Hold' },
    ],
    mailboxes.map(({ mailbox, lastHour, lastDay, view, held }) => [
      mailbox,
      lastHour.toLocaleString('en'),
      lastDay.toLocaleString('en'),
      view.waiting.toLocaleString('en'),
      `${view.recipientsInDay.used.toLocaleString('en')} of ${view.recipientsInDay.limit.toLocaleString('en')}`,
      held === undefined
        ? 'free'
        : html`${held.reason === undefined ? held.meaning : `“${held.reason}”`}
          ${held.until === undefined ? 'Until it is released.' : html`Until ${distance(held.until, now)}.`}`,
      view.hold === undefined ? holdForm(tenant, mailbox, formToken) : releaseForm(tenant, mailbox, formToken),
    ]),
  );
}

function holdForm(tenant: string, mailbox: string, formToken: string): Html {
  return html`<form method="post" action="${consolePath('consoleHold', { tenant, mailbox })}">
    ${formField(formToken)}<button type="submit" class="small">Hold<span class="hidden"> ${mailbox}</span></button>
  </form>`;
}

function outcomeTable(outcomes: readonly Outcome[], now: number): Html {
  if (outcomes.length === 0) return html`<p class="none">None in the last day.</p>`;
  return scrollTable(
    'The latest outcomes of mail jobs',
    [{ name: 'Mail job' }, { name: 'State' }, { name: 'Changed' }, { name: 'Mailbox' }, { name: 'Why' }],
    outcomes.map(({ id, state, updatedAt, mailbox = '', code, serviceCode }) => [
      id,
      badge(outcomeTones[state], state),
      distance(new Date(updatedAt).toISOString(), now),
      mailbox,
      code === undefined ? '' : html`<code>${code}</code> <code>${serviceCode}</code>`,
    ]),
  );
}

function eventTable(events: readonly ConsentEvent[]): Html {
  if (events.length === 0) return html`<p class="none">Nothing is recorded.</p>`;
  return scrollTable(
    'What happened to the tenant, the newest first',
    [{ name: 'What' }, { name: 'When' }, { name: 'Code' }, { name: 'What Entra said' }],
    events.map(({ kind, at, code, description }) => [
      kind.replaceAll('-', ' '),
      moment(at),
      code === undefined ? '' : html`<code>${code}</code>`,
      description ?? '',
    ]),
  );
}
