/** What is checked of every message that is to be sent, whether at once or from Drafts. */

import { admitSubmission, secondsUntilAdmitted } from '../exchange/sending-limits.ts';
import { bytesOf } from '../mail/content.ts';
import type { OutgoingMessage } from '../mail/deliver.ts';
import { readMime } from '../mail/mime.ts';
import type { Mailbox } from '../state.ts';
import { type GraphCall, refuseWith } from './call.ts';
import { isBase64 } from './odata.ts';
import { checkRecipients, checkSender } from './recipients.ts';
import { GraphRefusal } from './refusal.ts';

/**
 * Counts the message towards the mailbox's limits, so nothing may refuse it afterwards.
 *
 * @throws GraphRefusal
 */
export function admit({ cloud }: GraphCall, mailbox: Mailbox, message: OutgoingMessage): void {
  const recipients = checkRecipients(cloud, mailbox, message);
  checkSender(cloud, mailbox, message);
  const { mime, body, attachments } = message;
  const bytes =
    mime === undefined
      ? attachments.reduce((sum, { content }) => sum + bytesOf(content), Buffer.byteLength(body.content))
      : bytesOf(mime);
  switch (admitSubmission(cloud, 'graph', mailbox, { recipients, bytes })) {
    case 'allowed':
      return;
    case 'messages-per-minute':
      // Microsoft documents the rate but not Graph's answer to it. The code is what clients have reported for too many
      // messages, with 429 among other statuses.
      throw new GraphRefusal({
        status: 429,
        code: 'ErrorExceededMessageLimit',
        message: 'Cannot send mail. Message rate limit exceeded.',
        reason: 'messages per minute',
        headers: { 'Retry-After': String(secondsUntilAdmitted(cloud, 'graph', mailbox)) },
      });
    case 'recipients-per-day':
      return refuseWith(
        403,
        'ErrorExceededMessageLimit',
        'Cannot send mail. Daily Message/Recipient limit exceeded. Follow the instructions in your Inbox to verify your account.',
        'recipients per day',
      );
    case 'mailbox-full':
      // https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail: sending begins with an item in Drafts.
      return refuseWith(507, 'ErrorQuotaExceeded', 'The mailbox has exceeded its maximum size.', 'mailbox full');
    case 'too-large':
      // https://github.com/microsoftgraph/msgraph-sdk-java/issues/2148
      return refuseWith(
        400,
        'ErrorMessageSizeExceeded',
        'The message exceeds the maximum supported size., Cannot submit the message.',
        'message over the size limit',
      );
  }
}

/** https://learn.microsoft.com/graph/outlook-send-mime-message: base64 of the whole message, as plain text. */
export const isMime = ({ headers }: GraphCall): boolean => /^text\/plain\b/i.test(headers.get('content-type') ?? '');

/** @throws GraphRefusal */
export async function mimeBody({ cloud, body }: GraphCall): Promise<OutgoingMessage> {
  const text = body.toString('latin1');
  if (text.trim() === '' || !isBase64(text)) {
    refuseWith(
      400,
      'ErrorMimeContentInvalidBase64String',
      'Invalid base64 string for MIME content.',
      'MIME body is not base64',
    );
  }
  try {
    return await readMime(cloud, Buffer.from(text, 'base64'));
  } catch {
    // Exchange's code for it: https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode.
    return refuseWith(400, 'ErrorMimeContentInvalid', 'The MIME content of this item is invalid.', 'unreadable MIME');
  }
}
