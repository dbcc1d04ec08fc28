/** Whom a message goes to and in whose name, and whether Exchange would take it. */

import type { CloudContext } from '../cloud.ts';
import { maySendAs } from '../exchange/rights.ts';
import { maxRecipients } from '../exchange/sending-limits.ts';
import type { EmailAddress, Mailbox } from '../state.ts';
import { refuseWith } from './call.ts';

interface Addressed {
  to: readonly EmailAddress[];
  cc: readonly EmailAddress[];
  bcc: readonly EmailAddress[];
  replyTo: readonly EmailAddress[];
}

/**
 * The number of recipients.
 *
 * @throws GraphRefusal
 */
export function checkRecipients(cloud: CloudContext, mailbox: Mailbox, { to, cc, bcc, replyTo }: Addressed): number {
  for (const one of [...to, ...cc, ...bcc, ...replyTo]) checkAddress(one);
  const count = to.length + cc.length + bcc.length;
  if (count === 0) refuseRecipients("A message can't be sent because it contains no recipients.", 'no recipients');
  const most = maxRecipients(cloud.state, mailbox);
  if (count > most) {
    // Microsoft publishes the limit but not Graph's answer to it. The code is what others have reported; the sentence is
    // this cloud's own.
    refuseWith(
      400,
      'ErrorRecipientLimitExceeded',
      `The message has ${count} recipients. At most ${most} are allowed in one message.`,
      `more than ${most} recipients`,
    );
  }
  return count;
}

/**
 * App-only Mail.Send sends as the mailbox it posts to; another `from` needs that mailbox to have the SendAs permission:
 * https://learn.microsoft.com/graph/outlook-send-mail-from-other-user.
 *
 * @throws GraphRefusal 403 `ErrorSendAsDenied`.
 */
export function checkSender(
  cloud: CloudContext,
  mailbox: Mailbox,
  claimed: { from?: EmailAddress; sender?: EmailAddress },
): void {
  for (const one of [claimed.from, claimed.sender]) {
    if (one === undefined) continue;
    checkAddress(one);
    if (maySendAs(cloud, mailbox.tenantId, mailbox.address, one.address)) continue;
    refuseWith(
      403,
      'ErrorSendAsDenied',
      'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.',
      'from is not the mailbox',
    );
  }
}

function checkAddress({ address, name }: EmailAddress): void {
  if (isAddress(address)) return;
  // https://github.com/Azure/Microsoft365R/issues/110
  refuseRecipients(
    `Recipient '${address || name || ''}' is not resolved. All recipients must be resolved before a message can be submitted.`,
    'malformed address',
  );
}

/** https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1891 */
function refuseRecipients(why: string, reason: string): never {
  refuseWith(400, 'ErrorInvalidRecipients', `At least one recipient is not valid., ${why}`, reason);
}

/** One address and nothing else: a dot-string of RFC 5321 4.1.2, or its UTF-8 form of RFC 6531, and a host name. */
function isAddress(text: string): boolean {
  const [, local, domain] = /^([^@]{1,64})@([^@]{1,255})$/.exec(text) ?? [];
  if (local === undefined || domain === undefined || text.length > 254) return false;
  const atoms = local.split('.').every((atom) => /^[\w!#$%&'*+/=?^`{|}~\u0080-\u{10ffff}-]+$/u.test(atom));
  const labels = domain.split('.').every((label) => /^(?!-)[\p{L}\p{N}-]{1,63}(?<!-)$/u.test(label));
  return atoms && labels;
}
