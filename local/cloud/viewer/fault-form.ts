/** A fault of one's own: a form with all that a rule may say, of which the style sheet shows what fits the kind. */

import { html } from 'hono/html';
import type { CloudContext } from '../cloud.ts';
import { type Fault, serviceNames } from '../faults/fault-rule.ts';
import type { Html } from '../page.ts';
import { serviceTitles } from './describe-fault.ts';
import type { Note } from './frame.ts';
import { form, input, select } from './forms.ts';
import { paths } from './paths.ts';
import type { Submitted } from './submitted.ts';

type Kind = Fault['kind'];

const kinds: Readonly<Record<Kind, string>> = {
  answer: 'Answers with an error',
  reply: 'Replies with a line (mail servers)',
  cut: 'Connection is reset',
  silence: 'Never answers',
  endless: 'Answers without end',
  slow: 'Answers late',
  'content-type': 'Answers under a wrong media type',
  clock: 'Clock is wrong',
  down: 'Is down',
};

/** The fields that a kind has. Others may hold something that was typed before the kind was chosen. */
const fieldsOf: Readonly<Record<Kind, readonly string[]>> = {
  answer: ['status', 'code', 'message', 'body', 'retryAfter', 'retryAfterAs', 'when'],
  reply: ['text', 'when'],
  cut: ['when'],
  silence: ['when'],
  endless: ['when'],
  slow: ['milliseconds', 'when'],
  'content-type': ['contentType'],
  clock: ['seconds'],
  down: [],
};

const choices = ['operation', 'tenantId', 'mailbox', 'times', 'skip', 'probability', 'seed'] as const;
const numbers = ['status', 'milliseconds', 'seconds', 'times', 'skip', 'probability', 'seed'];

/** The rule that a form describes, as the control API would be given it. */
export function ruleOf(typed: Submitted): object {
  const kind = typed('kind');
  const known = Object.entries(fieldsOf).find(([name]) => name === kind)?.[1] ?? [];
  const value = (name: string): unknown => (numbers.includes(name) ? numberOf(typed(name)) : typed(name));
  const given = (names: readonly string[]): object =>
    Object.fromEntries(names.filter((name) => typed(name) !== '').map((name) => [name, value(name)]));
  const { retryAfter, retryAfterAs, ...fault } = given(known) as Record<string, unknown>;
  const whole = kind === 'clock' || kind === 'down';
  return {
    service: typed('service'),
    ...(whole ? {} : given(choices)),
    fault: {
      kind,
      ...fault,
      ...(retryAfter !== undefined && {
        retryAfter: { seconds: numberOf(String(retryAfter)), ...(retryAfterAs !== undefined && { as: retryAfterAs }) },
      }),
    },
  };
}

/** What is no number stays text, for the rule's schema to refuse by the name of the field. */
const numberOf = (text: string): number | string =>
  text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;

export function faultForm(cloud: CloudContext, token: string, note?: Note): Html {
  const { state } = cloud;
  const value = (name: string): string | undefined => note?.typed?.(name);
  const control = (name: string, field = `fault.${name}`) => ({
    name,
    value: value(name),
    error: note?.problems?.find((problem) => problem.field === field)?.message,
    kind: classOf(name),
  });
  const named = (name: string) => control(name, name);
  const none = ['', 'all'] as const;
  const tenants = state.tenants.map(({ id, displayName }) => [id, displayName] as const);
  return html`<section aria-labelledby="own">
    <h2 id="own">Another fault</h2>
    ${form(
      token,
      paths.faults,
      html`<fieldset>
          <legend>What happens</legend>
          <div class="fields">
            ${select({
              ...named('service'),
              label: 'Service',
              options: serviceNames.map((name) => [name, serviceTitles[name]] as const),
              value: value('service') ?? 'graph',
            })}
            ${select({ ...control('kind'), label: 'What it does', options: Object.entries(kinds), value: value('kind') ?? 'answer' })}
            ${select({
              ...control('when'),
              label: 'When',
              options: [
                ['before', 'before it is served'],
                ['after', 'after it is accepted'],
              ],
            })}
            ${input({ ...control('status'), label: 'Status', type: 'number', value: value('status') ?? '503', attributes: html`min="200" max="599"` })}
            ${select({
              ...control('body'),
              label: 'Body',
              options: [
                ['service', "the service's own error"],
                ['html', 'a page of HTML'],
                ['text', 'plain text'],
                ['empty', 'none'],
              ],
            })}
            ${input({ ...control('retryAfter', 'fault.retryAfter.seconds'), label: 'Retry-After in seconds', hint: 'None if left out.' })}
            ${select({
              ...control('retryAfterAs', 'fault.retryAfter.as'),
              label: 'Retry-After as',
              options: [
                ['seconds', 'seconds'],
                ['date', 'a date'],
              ],
            })}
            ${input({ ...control('code'), label: 'Error code', hint: 'A fitting one if left out. For Entra as in AADSTS53003.' })}
            ${input({ ...control('message'), label: 'Error message', hint: 'A fitting one if left out.' })}
            ${input({ ...control('text'), label: 'Line', hint: '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded' })}
            ${input({ ...control('milliseconds'), label: 'Late by milliseconds', type: 'number', attributes: html`min="1"` })}
            ${input({ ...control('contentType'), label: 'Media type', hint: 'text/html' })}
            ${input({ ...control('seconds'), label: 'Ahead by seconds', type: 'number', hint: 'Behind with a minus.' })}
          </div>
        </fieldset>
        <fieldset class="choosing">
          <legend>To which requests</legend>
          <div class="fields">
            ${input({
              ...named('operation'),
              label: 'Operation',
              suggestions: knownOperations(cloud),
              hint: "The journal's name: token, sendMail, sign. All if left out.",
            })}
            ${select({ ...named('tenantId'), label: 'Tenant', options: [none, ...tenants] })}
            ${input({ ...named('mailbox'), label: 'Mailbox', suggestions: state.mailboxes.map(({ address }) => address), hint: 'All if left out.' })}
            ${input({ ...named('times'), label: 'How many', type: 'number', attributes: html`min="1"`, hint: 'All until it is removed, if left out.' })}
            ${input({ ...named('skip'), label: 'How many pass first', type: 'number', attributes: html`min="0"` })}
            ${input({ ...named('probability'), label: 'Chance', hint: 'From 0 to 1.' })}
            ${input({ ...named('seed'), label: 'Seed of the chance', type: 'number', hint: 'The same seed hits the same places.' })}
          </div>
        </fieldset>
        <button class="primary">Add this fault</button>`,
      'fault',
    )}
  </section>`;
}

/** The kinds that a field is for, as classes. */
function classOf(name: string): string {
  const of = Object.entries(fieldsOf).flatMap(([kind, names]) => (names.includes(name) ? [`for-${kind}`] : []));
  return of.length === 0 ? '' : `for ${of.join(' ')}`;
}

/** Those that have been seen. */
const knownOperations = ({ journal }: CloudContext): string[] =>
  [...new Set(journal.entries.map(({ operation }) => operation))].sort();
