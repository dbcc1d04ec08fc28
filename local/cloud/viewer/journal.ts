/** The journal, newest first: what reached a service, what was decided, and why. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { serviceNames } from '../faults/fault-rule.ts';
import { type JournalEntry, type JournalFilter, outcomeOf, outcomes } from '../journal.ts';
import type { Html } from '../page.ts';
import { serviceTitles } from './describe-fault.ts';
import { input, select } from './forms.ts';
import { badge, breakable, counted, empty, table, tenantLink, type Tone } from './fragments.ts';
import { mailboxPath, paths } from './paths.ts';

/** So many are shown at most. */
const mostShown = 200;
const refreshSeconds = 5;

export interface JournalView {
  filter: JournalFilter;
  refreshSeconds?: number;
}

/** What a query says; what it does not know is left out, as a page has no better use for it. */
export function journalView(query: URLSearchParams): JournalView {
  const text = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  return {
    filter: {
      service: serviceNames.find((name) => name === text('service')),
      outcome: outcomes.find((name) => name === text('outcome')),
      operation: text('operation'),
      tenantId: text('tenantId'),
      mailbox: text('mailbox'),
      fault: text('fault'),
      limit: mostShown,
    },
    ...(query.has('refresh') && { refreshSeconds }),
  };
}

export function journalPage(cloud: CloudContext, view: JournalView): Html {
  const entries = cloud.journal.find(view.filter).reverse();
  return html`<h1>Journal</h1>
    ${filterForm(cloud, view)}
    <p class="actions">
      <a href="${linkTo(view)}">Load again</a>
      ${
        view.refreshSeconds === undefined
          ? html`<a href="${linkTo({ ...view, refreshSeconds })}">Load every ${refreshSeconds} seconds</a>`
          : html`<a href="${linkTo({ filter: view.filter })}">Pause</a>
              <span class="soft">Loaded every ${refreshSeconds} seconds.</span>`
      }
      <span class="soft"
        >${counted(entries.length, 'request')}${entries.length === mostShown ? ', the newest' : ''}</span
      >
    </p>
    ${
      entries.length === 0
        ? empty(
            cloud.journal.entries.length === 0
              ? 'No request has reached the cloud yet. Point an application at it; the overview says how.'
              : html`No request fits. <a href="${paths.journal}">Show all</a>`,
          )
        : journalTable(cloud, entries, 'Requests, newest first')
    }`;
}

export function journalTable(cloud: CloudContext, entries: readonly JournalEntry[], caption: string): Html {
  return table({
    kind: 'journal',
    caption,
    columns: ['Time', 'Request', 'Answer', 'Tenant and mailbox', 'Why'],
    rows: entries.map((entry) => [
      clock(entry.at),
      html`${serviceTitles[entry.service]} <code>${entry.operation}</code>`,
      html`${badge(String(entry.status), tones[outcomeOf(entry)])}
      ${entry.code === undefined ? '' : html`<code>${entry.code}</code>`}`,
      whose(cloud, entry),
      why(entry),
    ]),
  });
}

const tones: Readonly<Record<ReturnType<typeof outcomeOf>, Tone>> = {
  accepted: 'good',
  refused: 'bad',
  faulted: 'wait',
};

function whose(cloud: CloudContext, { tenantId, mailbox }: JournalEntry): Html {
  return html`${tenantId === undefined ? '' : tenantLink(cloud, tenantId)}${
    tenantId !== undefined && mailbox !== undefined ? html`<br />` : ''
  }${mailbox === undefined ? '' : html`<a href="${mailboxPath(mailbox)}">${breakable(mailbox)}</a>`}`;
}

function why({ reason = '', fault }: JournalEntry): Html {
  if (fault === undefined) return html`${reason}`;
  const rule = html`fault <a href="${paths.faults}"><code>${fault}</code></a>`;
  // The panel's own reasons begin so, and say little more than the rule.
  return reason === '' || reason.startsWith('fault:') ? rule : html`${reason}<br />${rule}`;
}

function clock(at: number): Html {
  const date = new Date(at);
  const text = date.toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  return html`<time
    datetime="${date.toISOString()}"
    title="${date.toLocaleDateString('en-GB', { dateStyle: 'medium' })}"
    >${text}</time
  >`;
}

function filterForm(cloud: CloudContext, { filter, refreshSeconds: every }: JournalView): Html {
  const all = ['', 'all'] as const;
  const outcomeTitles = { accepted: 'accepted', refused: 'refused', faulted: 'hit by a fault' };
  const services = serviceNames.map((name) => [name, serviceTitles[name]] as const);
  const tenants = cloud.state.tenants.map(({ id, displayName }) => [id, displayName] as const);
  const operations = [...new Set(cloud.journal.entries.map(({ operation }) => operation))].sort();
  return html`<form method="get" action="${paths.journal}" role="search" aria-label="Journal">
    ${every === undefined ? '' : html`<input type="hidden" name="refresh" value="1" />`}
    ${filter.fault === undefined ? '' : html`<input type="hidden" name="fault" value="${filter.fault}" />`}
    ${filter.mailbox === undefined ? '' : html`<input type="hidden" name="mailbox" value="${filter.mailbox}" />`}
    <div class="fields narrow">
      ${select({ name: 'service', label: 'Service', value: filter.service, options: [all, ...services] })}
      ${select({
        name: 'outcome',
        label: 'Outcome',
        value: filter.outcome,
        options: [all, ...outcomes.map((name) => [name, outcomeTitles[name]] as const)],
      })}
      ${select({ name: 'tenantId', label: 'Tenant', value: filter.tenantId, options: [all, ...tenants] })}
      ${input({ name: 'operation', label: 'Operation', value: filter.operation, suggestions: operations })}
      <div class="field submit"><button>Show</button></div>
    </div>
    ${
      filter.fault === undefined && filter.mailbox === undefined
        ? ''
        : html`<p class="soft">
            Only ${filter.fault === undefined ? '' : html`fault <code>${filter.fault}</code> `}
            ${filter.mailbox === undefined ? '' : html`mailbox ${filter.mailbox} `}
            <a href="${paths.journal}">Show all</a>
          </p>`
    }
  </form>`;
}

function linkTo({ filter, refreshSeconds: every }: JournalView): string {
  const { limit: _same, since: _none, ...named } = filter;
  const query = new URLSearchParams(
    Object.entries(named).filter((one): one is [string, string] => one[1] !== undefined),
  );
  if (every !== undefined) query.set('refresh', '1');
  return query.size === 0 ? paths.journal : `${paths.journal}?${query.toString()}`;
}
