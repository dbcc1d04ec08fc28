/** Whom a message goes to, and whether Exchange would take it: addresses, their number, and the sender's own. */

import type { EmailAddress, Mailbox } from '../state.ts';
import type { Recipient, SendMail } from './message.ts';
import { GraphRefusal } from './refusal.ts';

export interface Recipients {
  to: EmailAddress[];
  cc: EmailAddress[];
  bcc: EmailAddress[];
  replyTo: EmailAddress[];
}

/** https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits */
const MAX_RECIPIENTS = 500;

/** @throws GraphRefusal */
export function readRecipients(message: SendMail['message']): Recipients {
  const to = message.toRecipients.map(resolve);
  const cc = message.ccRecipients.map(resolve);
  const bcc = message.bccRecipients.map(resolve);
  const replyTo = message.replyTo.map(resolve);
  const count = to.length + cc.length + bcc.length;
  if (count === 0)
    throw invalidRecipients("A message can't be sent because it contains no recipients.", 'no recipients');
  if (count > MAX_RECIPIENTS) {
    // Microsoft publishes the limit but not Graph's answer to it. The code is what others have reported; the sentence is
    // this cloud's own.
    throw new GraphRefusal({
      status: 400,
      code: 'ErrorRecipientLimitExceeded',
      message: `The message has ${count} recipients. At most ${MAX_RECIPIENTS} are allowed in one message.`,
      reason: `more than ${MAX_RECIPIENTS} recipients`,
    });
  }
  return { to, cc, bcc, replyTo };
}

/**
 * App-only Mail.Send sends as the mailbox it posts to; another `from` needs Send As rights in Exchange, which no mailbox
 * of this cloud has: https://learn.microsoft.com/graph/outlook-send-mail-from-other-user.
 *
 * @throws GraphRefusal 403 `ErrorSendAsDenied`.
 */
export function requireOwnAddress(mailbox: Mailbox, claimed: (Recipient | null | undefined)[]): void {
  for (const recipient of claimed) {
    if (!recipient) continue;
    if (resolve(recipient).address.toLowerCase() === mailbox.address.toLowerCase()) continue;
    throw new GraphRefusal({
      status: 403,
      code: 'ErrorSendAsDenied',
      message:
        'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.',
      reason: 'from is not the mailbox',
    });
  }
}

function resolve(recipient: Recipient): EmailAddress {
  const { address, name } = recipient.emailAddress ?? {};
  if (!address || !isAddress(address)) {
    const quoted = address || name || '';
    // https://github.com/Azure/Microsoft365R/issues/110
    throw invalidRecipients(
      `Recipient '${quoted}' is not resolved. All recipients must be resolved before a message can be submitted.`,
      'malformed address',
    );
  }
  return { address, ...(name && { name }) };
}

/** https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1891 */
function invalidRecipients(why: string, reason: string): GraphRefusal {
  return new GraphRefusal({
    status: 400,
    code: 'ErrorInvalidRecipients',
    message: `At least one recipient is not valid., ${why}`,
    reason,
  });
}

/** One address and nothing else: a dot-string of RFC 5321 4.1.2, or its UTF-8 form of RFC 6531, and a host name. */
function isAddress(text: string): boolean {
  const [, local, domain] = /^([^@]{1,64})@([^@]{1,255})$/.exec(text) ?? [];
  if (local === undefined || domain === undefined || text.length > 254) return false;
  const atoms = local.split('.').every((atom) => /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+$/u.test(atom));
  const labels = domain.split('.').every((label) => /^(?!-)[\p{L}\p{N}-]{1,63}(?<!-)$/u.test(label));
  return atoms && labels;
}
