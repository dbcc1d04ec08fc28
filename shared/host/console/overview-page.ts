/** The first page of the console: how this installation does, and what wants somebody's attention. */

import type { HttpResponseInit } from '@azure/functions';
import { html } from 'hono/html';
import type { OverviewAnswer } from '../../checks/overview-answer.ts';
import { queues, sendQueues } from '../../names.ts';
import type { Html, Tone } from '../page.ts';
import { badge, note, nothing } from '../pages/fragments.ts';
import { chart } from './chart.ts';
import { causeList } from './failure-lists.ts';
import { consoleResponse } from './frame.ts';
import { heldList } from './held-list.ts';
import { type ConsoleNote, noteOf } from './notes.ts';
import { consolePath } from './paths.ts';
import { tenantStateNames, tenantTones } from './state-words.ts';
import { scrollTable } from './tables.ts';
import { distance } from './times.ts';

export function overviewPage(
  overview: OverviewAnswer,
  formToken: string,
  done: ConsoleNote | undefined,
): HttpResponseInit {
  const at = Date.parse(overview.at);
  return consoleResponse({
    title: 'Overview',
    place: 'overview',
    at,
    formToken,
    body: html`${noteOf(done)} ${problems(overview)} ${tiles(overview)}
      <section aria-labelledby="failures">
        <h2 id="failures">What did not leave, by cause</h2>
        ${causeList(overview.failures, at)}
      </section>
      <section aria-labelledby="sent">
        <h2 id="sent">Sent</h2>
        <div class="pair">
          ${chart({ id: 'hour', title: 'The last hour', slices: overview.sent.fiveMinutes, grain: '5 minutes' })}
          ${chart({ id: 'day', title: 'The last day', slices: overview.sent.hours, grain: 'an hour' })}
        </div>
      </section>
      <section aria-labelledby="held">
        <h2 id="held">Mailboxes that are held or paced</h2>
        ${heldList(overview.held, overview.heldInAll, at, formToken)}
      </section>
      <div class="pair">
        <section aria-labelledby="tenants">
          <h2 id="tenants">Tenants</h2>
          ${stateLinks(overview.tenants)}
        </section>
        <section aria-labelledby="queues">
          <h2 id="queues">Queues</h2>
          ${queueTable(overview.queues)}
        </section>
      </div>
      <section aria-labelledby="credentials">
        <h2 id="credentials">What proves the app</h2>
        ${credentialTable(overview, at)}
      </section>`,
  });
}

function problems({ problems: found, complete, tenantsWithMail }: OverviewAnswer): Html {
  return html`${found.map(({ part, code, meaning, remedy }) =>
    note('bad', html`<strong>The ${part} could not be read:</strong> ${meaning} ${remedy} <code>${code}</code>`),
  )}
  ${
    complete
      ? nothing
      : note(
          'wait',
          `There is more than is read for one page: the figures have the mail of ${tenantsWithMail} tenants, and are lower than they should be.`,
        )
  }`;
}

function tiles({ sent, queues: depths, heldInAll, held, poison, notSent, tenants }: OverviewAnswer): Html {
  const waiting = depths
    .filter(({ name }) => waitingQueues.includes(name))
    .reduce((sum, { messages }) => sum + (messages ?? 0), 0);
  const byHand = held.filter(({ because }) => because !== 'pace').length;
  const { refused, failed, unknown } = notSent.lastDay;
  const stopped = tenants.degraded + tenants.revoked;
  return html`<dl class="tiles">
    ${tile('Sent in the last hour', sent.lastHour, `${sent.perMinute.toLocaleString('en')} a minute now`)}
    ${tile('Sent in the last day', sent.lastDay)} ${tile('Wait in the queues', waiting)}
    ${tile('Did not leave in the last day', refused + failed + unknown, `${unknown} may have left all the same`, failed + refused + unknown > 0 ? 'bad' : 'plain')}
    ${tile('Lie in poison', poison, undefined, poison > 0 ? 'wait' : 'plain')}
    ${tile('Mailboxes held or paced', heldInAll, byHand === 0 ? undefined : `${byHand} of them held`, byHand > 0 ? 'wait' : 'plain')}
    ${tile('Tenants active', tenants.active, stopped === 0 ? undefined : `${stopped} stopped`, stopped > 0 ? 'wait' : 'plain')}
  </dl>`;
}

function tile(name: string, figure: number, more?: string, tone: Tone = 'plain'): Html {
  return html`<div class="${tone}">
    <dt>${name}</dt>
    <dd class="figure">${figure.toLocaleString('en')}</dd>
    ${more === undefined ? nothing : html`<dd class="soft">${more}</dd>`}
  </div>`;
}

export function stateLinks(tenants: OverviewAnswer['tenants'], current?: string): Html {
  return html`<ul class="states">
    ${tenantStateNames.map((state) => {
      return html`<li>
        <a href="${consolePath('consoleTenants')}?state=${state}" ${state === current ? html`aria-current="true"` : ''}>
          <strong>${tenants[state].toLocaleString('en')}</strong>
          ${badge(tenants[state] === 0 ? 'plain' : tenantTones[state], state)}
        </a>
      </li>`;
    })}
  </ul>`;
}

const waitingQueues: readonly string[] = Object.values(sendQueues).flatMap(({ intake, due }) => [intake, due]);

const meanings: Readonly<Record<string, string>> = {
  [queues.mailGraph]: 'to be sent over Graph',
  [queues.mailSmtp]: 'to be sent over SMTP',
  [queues.mailGraphDue]: 'wait for their turn over Graph',
  [queues.mailSmtpDue]: 'wait for their turn over SMTP',
  [queues.mailGraphPoison]: 'given up by the Functions host, soon collected',
  [queues.mailSmtpPoison]: 'given up by the Functions host, soon collected',
  [queues.mailGraphDuePoison]: 'given up by the Functions host, soon collected',
  [queues.mailSmtpDuePoison]: 'given up by the Functions host, soon collected',
};

function queueTable(depths: OverviewAnswer['queues']): Html {
  if (depths.length === 0) return html`<p class="none">Not known.</p>`;
  return scrollTable(
    'Queues and about how many messages each holds',
    [{ name: 'Queue' }, { name: 'About', isNumber: true }, { name: 'What is in it' }],
    depths.map(({ name, messages }) => [
      html`<code>${name}</code>`,
      messages === null ? 'not made yet' : messages.toLocaleString('en'),
      meanings[name] ?? 'ends of mail jobs, for your own programs',
    ]),
  );
}

function credentialTable({ credentials, problems: found }: OverviewAnswer, now: number): Html {
  if (credentials.length === 0) {
    return html`<p class="none">
      ${found.some(({ part }) => part === 'credentials') ? 'Not known.' : 'None is known yet.'}
    </p>`;
  }
  return scrollTable(
    'Credentials of the app and when they expire',
    [{ name: 'Credential' }, { name: 'State' }, { name: 'Expires' }, { name: 'Id' }],
    credentials.map(({ id, kind, state, expiresAt, daysLeft, expiring }) => [
      kind,
      state,
      expiresAt === null
        ? 'never'
        : html`${distance(expiresAt, now)}
          ${expiring ? badge(daysLeft !== null && daysLeft <= 14 ? 'bad' : 'wait', `${daysLeft} days left`) : nothing}`,
      html`<code>${id}</code>`,
    ]),
  );
}
