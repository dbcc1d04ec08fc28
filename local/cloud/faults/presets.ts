/** The troubles that are wanted most often, by name: each is one rule, for the control API, the page and tests. */

import type { FaultPanel } from './fault-panel.ts';
import type { FaultRuleInput } from './fault-rule.ts';

export interface FaultPreset {
  name: string;
  /** What happens, and what it is good for. */
  description: string;
  rule: Omit<FaultRuleInput, 'id'>;
}

const hour = 3600;

export const faultPresets: readonly FaultPreset[] = [
  {
    name: 'graph-busy',
    description: 'Graph answers 429 and asks to wait 10 seconds.',
    rule: { service: 'graph', fault: { kind: 'answer', status: 429, retryAfter: { seconds: 10 } } },
  },
  {
    name: 'graph-busy-until',
    description: 'Graph answers 429 and names the time, 10 seconds ahead, from which it may be asked again.',
    rule: { service: 'graph', fault: { kind: 'answer', status: 429, retryAfter: { seconds: 10, as: 'date' } } },
  },
  {
    name: 'graph-busy-without-hint',
    description: 'Graph answers 429 and does not say how long to wait.',
    rule: { service: 'graph', fault: { kind: 'answer', status: 429 } },
  },
  {
    name: 'graph-unavailable',
    description: 'Graph answers 503 to about one request of three.',
    rule: { service: 'graph', probability: 0.3, seed: 5, fault: { kind: 'answer', status: 503 } },
  },
  {
    name: 'graph-error',
    description: 'Graph answers 500 once.',
    rule: { service: 'graph', times: 1, fault: { kind: 'answer', status: 500 } },
  },
  {
    name: 'graph-504-after-accepting',
    description: 'Graph accepts the next sendMail, and the caller gets 504: whoever sends again sends twice.',
    rule: { service: 'graph', operation: 'sendMail', times: 1, fault: { kind: 'answer', status: 504, when: 'after' } },
  },
  {
    name: 'graph-cut-after-accepting',
    description: 'Graph accepts the next sendMail, and the connection is lost before the answer.',
    rule: { service: 'graph', operation: 'sendMail', times: 1, fault: { kind: 'cut', when: 'after' } },
  },
  {
    name: 'graph-cut',
    description: 'The next connection to Graph is lost before Graph has seen the request.',
    rule: { service: 'graph', times: 1, fault: { kind: 'cut' } },
  },
  {
    name: 'graph-slow',
    description: 'Graph does what it is asked for, and answers 30 seconds later.',
    rule: { service: 'graph', fault: { kind: 'slow', milliseconds: 30_000, when: 'after' } },
  },
  {
    name: 'graph-silent',
    description: 'Graph takes requests and never answers.',
    rule: { service: 'graph', fault: { kind: 'silence' } },
  },
  {
    name: 'graph-endless',
    description: 'Graph begins an answer that never ends.',
    rule: { service: 'graph', fault: { kind: 'endless' } },
  },
  {
    name: 'graph-html',
    description: 'A proxy before Graph answers 502 with a page of HTML.',
    rule: { service: 'graph', fault: { kind: 'answer', status: 502, body: 'html' } },
  },
  {
    name: 'graph-clock-ahead',
    description: "Graph's clock is two hours ahead: every token has expired.",
    rule: { service: 'graph', fault: { kind: 'clock', seconds: 2 * hour } },
  },
  {
    name: 'graph-down',
    description: 'Graph resets every connection.',
    rule: { service: 'graph', fault: { kind: 'down' } },
  },
  {
    name: 'upload-cut',
    description: 'The connection of the next range of an upload session is lost.',
    rule: { service: 'upload', times: 1, fault: { kind: 'cut' } },
  },
  {
    name: 'entra-throttled',
    description: 'Entra answers 429 to token requests and asks to wait 30 seconds.',
    rule: {
      service: 'entra',
      operation: 'token',
      fault: { kind: 'answer', status: 429, retryAfter: { seconds: 30 } },
    },
  },
  {
    name: 'entra-unavailable',
    description: 'Entra answers 503 to token requests.',
    rule: { service: 'entra', operation: 'token', fault: { kind: 'answer', status: 503 } },
  },
  {
    name: 'entra-sign-in-page',
    description:
      'Something between answers token requests with 200 and a page of HTML, as a sign-in of a network does.',
    rule: { service: 'entra', operation: 'token', fault: { kind: 'answer', status: 200, body: 'html' } },
  },
  {
    name: 'entra-clock-behind',
    description: "Entra's clock is an hour behind: assertions and new certificates are not valid yet.",
    rule: { service: 'entra', fault: { kind: 'clock', seconds: -hour } },
  },
  {
    name: 'entra-down',
    description: 'Entra resets every connection.',
    rule: { service: 'entra', fault: { kind: 'down' } },
  },
  {
    name: 'vault-throttled',
    description: 'Key Vault answers 429.',
    rule: { service: 'vault', fault: { kind: 'answer', status: 429 } },
  },
  {
    name: 'vault-forbidden',
    description: 'Key Vault answers 403, as in the minutes after a role was assigned.',
    rule: { service: 'vault', fault: { kind: 'answer', status: 403 } },
  },
  {
    name: 'vault-down',
    description: 'Key Vault resets every connection.',
    rule: { service: 'vault', fault: { kind: 'down' } },
  },
  {
    name: 'identity-error',
    description: 'The managed identity endpoint answers 500.',
    rule: { service: 'identity', fault: { kind: 'answer', status: 500 } },
  },
  {
    name: 'identity-slow',
    description: 'The managed identity endpoint answers 20 seconds late.',
    rule: { service: 'identity', fault: { kind: 'slow', milliseconds: 20_000, when: 'after' } },
  },
  {
    name: 'identity-down',
    description: 'The managed identity endpoint resets every connection.',
    rule: { service: 'identity', fault: { kind: 'down' } },
  },
  {
    name: 'queues-down',
    description: 'Queue storage resets every connection.',
    rule: { service: 'queue', fault: { kind: 'down' } },
  },
  {
    name: 'tables-down',
    description: 'Table storage resets every connection.',
    rule: { service: 'table', fault: { kind: 'down' } },
  },
  {
    name: 'blobs-down',
    description: 'Blob storage resets every connection.',
    rule: { service: 'blob', fault: { kind: 'down' } },
  },
  {
    name: 'smtp-thread-limit',
    description: 'Exchange refuses the next mail, as the mailbox has too many connections open.',
    rule: {
      service: 'smtp',
      operation: 'DATA',
      times: 1,
      // https://techcommunity.microsoft.com/blog/exchange/
      // changes-coming-to-the-smtp-authenticated-submission-client-protocol/607825
      fault: { kind: 'reply', text: '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded' },
    },
  },
  {
    name: 'smtp-cut-after-accepting',
    description: 'Exchange accepts the next mail, and the connection is lost before it says so.',
    rule: { service: 'smtp', operation: 'DATA', times: 1, fault: { kind: 'cut', when: 'after' } },
  },
  {
    name: 'smtp-down',
    description: 'The SMTP server resets every connection.',
    rule: { service: 'smtp', fault: { kind: 'down' } },
  },
  {
    name: 'imap-down',
    description: 'The IMAP server resets every connection.',
    rule: { service: 'imap', fault: { kind: 'down' } },
  },
  {
    name: 'pop-down',
    description: 'The POP3 server resets every connection.',
    rule: { service: 'pop', fault: { kind: 'down' } },
  },
];

/**
 * Adds a preset's rule, with the preset's name as its id, and a number behind it where that is in force already.
 *
 * @returns the rule's id; nothing where there is no such preset.
 */
export function addPreset(panel: FaultPanel, name: string): string | undefined {
  const preset = faultPresets.find((one) => one.name === name);
  if (preset === undefined) return undefined;
  const taken = new Set(panel.list().map(({ rule }) => rule.id));
  let id = name;
  for (let number = 2; taken.has(id); number += 1) id = `${name}-${number}`;
  return panel.add({ id, ...preset.rule });
}
