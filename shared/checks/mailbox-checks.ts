/** What Graph lets the app do with the mailbox, and whose mailbox it is. */

import { asTenantpostError } from '../errors.ts';
import { answerIn, failed, failedBy, ok, skipped } from './conclude.ts';
import type { Found } from './finding.ts';
import type { Listed } from './ports.ts';

/** What Graph said to a message that is none. */
export type Probed = { readonly answered: string } | { readonly error: unknown };

interface Subject {
  readonly tenantId: string;
  readonly scoped: boolean;
  /** Whether the token carries Mail.Send, which opens every mailbox of the tenant. */
  readonly hasRole: boolean;
}

const triedMailbox = 'Looked up the domain of the mailbox, and asked Graph for the mailbox with the tenant’s token.';
const triedScope = 'Asked Graph whether a role assignment of Exchange (RBAC for Applications) holds the mailbox.';
const triedSend =
  'Asked Graph to send, from this mailbox, what is no message: with the right Graph finds fault with the message, without it with the app. Nothing can leave or be kept by this. It does not tell whether the mailbox is full or blocked; a real message does.';

/** A domain belongs to one tenant only, so where it is another's there is nothing to ask Graph. */
export function ownedElsewhere(listed: Listed | undefined, tenantId: string): Found | undefined {
  if (listed?.kind !== 'found' || listed.tenantId === tenantId) return undefined;
  return failed('mailbox', triedMailbox, 'MAILBOX_OF_OTHER_TENANT', {
    answered: `the domain is of tenant ${listed.tenantId}`,
  });
}

/** @returns the findings `mailbox`, `mailbox-scope` and `graph-send`. */
export function mailboxFindings(subject: Subject, probed: Probed): Found[] {
  if ('answered' in probed) {
    return [
      ok('mailbox', triedMailbox, 'Graph knows the mailbox'),
      subject.hasRole ? scopeless() : ok('mailbox-scope', triedScope, 'in scope'),
      ok('graph-send', triedSend, probed.answered),
    ];
  }
  const { error } = probed;
  const { code, detail } = asTenantpostError(error);
  switch (code) {
    case 'MAILBOX_NOT_FOUND':
      return undone(notThere(error), 'There is no mailbox to ask about.');
    case 'SEND_FORBIDDEN':
      return forbidden(subject, answerIn(detail));
    default:
      return [
        skipped('mailbox', 'Graph gave no answer about the mailbox: see graph-send.'),
        skipped('mailbox-scope', 'Graph gave no answer about the mailbox: see graph-send.'),
        failedBy('graph-send', triedSend, error),
      ];
  }
}

function notThere(error: unknown): Found {
  const { detail } = asTenantpostError(error);
  const answered = answerIn(detail);
  // https://github.com/microsoftgraph/microsoft-graph-docs/issues/17826
  if (detail['serviceCode'] === 'MailboxNotEnabledForRESTAPI') {
    return failed('mailbox', triedMailbox, 'MAILBOX_UNLICENSED', { answered });
  }
  return failed('mailbox', triedMailbox, 'MAILBOX_NOT_FOUND', {
    answered,
    meaning: 'The tenant has no user or mailbox of this address; an alias or a group is none.',
    remedy: 'Use the primary address (user principal name) of a mailbox of this tenant.',
  });
}

function forbidden({ hasRole, scoped }: Subject, answered: string | undefined): Found[] {
  const unseen = skipped(
    'mailbox',
    'Graph does not say whether there is such a mailbox to an app that may not use it.',
  );
  if (hasRole) {
    return [
      unseen,
      scopeless(),
      failed('graph-send', triedSend, 'SEND_FORBIDDEN', {
        answered,
        meaning:
          'The token carries Mail.Send, and Graph refuses this mailbox all the same: an application access policy leaves it out.',
        remedy:
          'Run Get-ApplicationAccessPolicy, and Test-ApplicationAccessPolicy for this mailbox; change the policy or its group.',
      }),
    ];
  }
  const why = 'The app may not send from this mailbox: see mailbox-scope.';
  return scoped
    ? [unseen, failed('mailbox-scope', triedScope, 'MAILBOX_OUT_OF_SCOPE', { answered }), skipped('graph-send', why)]
    : undone(unseen, 'The token lacks Mail.Send: see roles.');
}

const scopeless = (): Found =>
  skipped('mailbox-scope', 'The token carries Mail.Send, which holds for every mailbox: a scope would not narrow it.');

const undone = (mailbox: Found, why: string): Found[] => [
  mailbox,
  skipped('mailbox-scope', why),
  skipped('graph-send', why),
];

const triedRead = 'Asked Graph for the id of one message of the mailbox, with Mail.ReadWrite.';

export function readFinding(probed: Probed): Found {
  if ('answered' in probed) return ok('graph-read', triedRead, probed.answered);
  return failedBy('graph-read', triedRead, probed.error);
}
