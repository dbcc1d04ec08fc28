/** What a mailbox may submit: sender, recipients, the message and the limits, and what becomes of it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { addressParser } from 'postal-mime';
import type { CloudContext } from '../../cloud.ts';
import { maySendAs } from '../../exchange/rights.ts';
import { admitSubmission, maxRecipients, type Submission } from '../../exchange/sending-limits.ts';
import { submit } from '../../mail/deliver.ts';
import { newMessageId } from '../../mail/ids.ts';
import { readMime } from '../../mail/mime.ts';
import type { Mailbox } from '../../state.ts';
import { headerOf, type MimePart, parseMime } from '../message/mime-part.ts';
import type { Sender } from './authentication.ts';
import { dateOfMail, hostname, type Reply } from './replies.ts';

/** A reply with the reason that the journal gets. */
export interface Decision extends Reply {
  reason?: string;
}

/**
 * https://learn.microsoft.com/exchange/mail-flow-best-practices/fix-issues-with-printers-scanners-and-lob-applications-that-send-email-using-off.
 * The right may be the mailbox's, or that of the app itself.
 */
export function checkSender(cloud: CloudContext, sender: Sender, address: string): Decision | undefined {
  if (mayUse(cloud, sender, address)) return undefined;
  return {
    code: 550,
    text: '5.7.60 SMTP; Client does not have permissions to send as this sender',
    reason: 'MAIL FROM is not the mailbox',
  };
}

function mayUse(cloud: CloudContext, { mailbox, claims }: Sender, address: string): boolean {
  return [mailbox.address, claims.oid].some((trustee) => maySendAs(cloud, mailbox.tenantId, trustee, address));
}

/** RFC 5321 section 4.5.3.1.10: a client may send to those that were taken, and to the others in another message. */
export function checkRecipients(cloud: CloudContext, { mailbox }: Sender, count: number): Decision | undefined {
  if (count <= maxRecipients(cloud.state, mailbox)) return undefined;
  return { code: 452, text: '4.5.3 Too many recipients', reason: 'too many recipients' };
}

/**
 * https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements; the rest of the sentence as
 * in https://github.com/sabuhish/fastapi-mail/issues/75, after DATA.
 */
export const tooManyConnections: Decision = {
  code: 432,
  text: `4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. ${hostname}`,
  reason: 'more than 3 connections to the mailbox',
};

export const tooLarge: Decision = {
  code: 552,
  text: '5.3.4 Message size exceeds fixed maximum message size',
  reason: 'message too large',
};

/** Microsoft's page of the limits has both: https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements. */
const refusals: Record<Exclude<Submission, 'allowed' | 'messages-per-minute'>, Decision> = {
  'recipients-per-day': {
    code: 554,
    text: `5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException ${hostname}`,
    reason: 'recipients a day',
  },
  'mailbox-full': {
    code: 554,
    text: `5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded ${hostname}`,
    reason: 'mailbox full',
  },
  'too-large': tooLarge,
};

/** https://mc.merill.net/message/MC886603 (Microsoft 365 message center), by RFC 5322 section 3.6.2. */
const noSender: Decision = {
  code: 550,
  text: '5.1.20 Multiple From addresses are not allowed without Sender address',
  reason: 'several From addresses and no Sender',
};

type Headers = MimePart['headers'];

interface Message {
  sender: Sender;
  recipients: readonly string[];
  raw: Buffer;
  /** Whether the client still waits for the answer. */
  isWaiting: () => boolean;
}

/** Decides on a message that has arrived whole, and delivers it if it may go out. */
export async function submitMessage(
  cloud: CloudContext,
  { sender, recipients, raw, isWaiting }: Message,
): Promise<Decision> {
  const { mailbox } = sender;
  const { headers } = parseMime(raw);
  const message = await readMime(cloud, withMissingFields(cloud, mailbox, { headers, raw })).catch(() => undefined);
  if (message === undefined) {
    return { code: 554, text: `5.6.0 Invalid message content ${hostname}`, reason: 'message cannot be read' };
  }
  const authors = authorsOf(headers);
  if (authors.length > 1 && headerOf({ headers }, 'sender') === undefined) return noSender;
  const stranger = authors.find((address) => !mayUse(cloud, sender, address));
  if (stranger !== undefined) {
    return {
      code: 554,
      text: `5.2.252 SendAsDenied; ${mailbox.address} not allowed to send as ${stranger}; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message Cannot submit message. ${hostname}`,
      reason: 'From is not the mailbox',
    };
  }
  const admitted = await admit(cloud, { sender, recipients, raw, isWaiting });
  if (admitted === 'gone') return { code: 0, text: '', reason: 'the client left while it was held back' };
  if (admitted !== 'allowed' && admitted !== 'held-back') return refusals[admitted];
  const internetMessageId = message.internetMessageId ?? newMessageId(mailbox.address);
  submit(cloud, 'smtp', {
    sender: mailbox,
    message: { ...message, internetMessageId },
    saveToSentItems: true,
    envelope: recipients,
  });
  return {
    code: 250,
    text: `2.0.0 OK ${internetMessageId} ${hostname}`,
    ...(admitted === 'held-back' && { reason: 'held back: 30 messages a minute' }),
  };
}

/** Of all From fields: of two, one reader shows the first and another the last. */
function authorsOf(headers: Headers): string[] {
  const fields = headers.filter(([name]) => name.toLowerCase() === 'from').map(([, value]) => value);
  const addresses = addressParser(Buffer.from(fields.join(', '), 'latin1').toString(), { flatten: true });
  return addresses.flatMap(({ address }) => (address ? [address] : []));
}

/** What every message must have and a submission server adds where a client has not (RFC 6409 section 8). */
function withMissingFields(
  cloud: CloudContext,
  { address }: Mailbox,
  { headers, raw }: { headers: Headers; raw: Buffer },
): Buffer {
  const fields = { From: `<${address}>`, Date: dateOfMail(cloud.now('smtp')), 'Message-ID': newMessageId(address) };
  const missing = Object.entries(fields).filter(
    ([name]) => !headers.some(([one]) => one.toLowerCase() === name.toLowerCase()),
  );
  return Buffer.concat([Buffer.from(missing.map(([name, value]) => `${name}: ${value}\r\n`).join('')), raw]);
}

/** How soon it is looked again whether a message that is held back may go. */
const LOOK_EVERY = 100;

/**
 * More than 30 messages a minute are not refused but slowed down, as the page above says: "carried over to the following
 * minutes". Here the answer waits, so that nothing is lost that was answered with 250.
 */
async function admit(
  cloud: CloudContext,
  { sender, recipients, raw, isWaiting }: Message,
): Promise<Exclude<Submission, 'messages-per-minute'> | 'held-back' | 'gone'> {
  for (let isHeldBack = false; ; isHeldBack = true) {
    const admitted = admitSubmission(cloud, 'smtp', sender.mailbox, {
      recipients: recipients.length,
      bytes: raw.length,
    });
    if (admitted !== 'messages-per-minute') return admitted === 'allowed' && isHeldBack ? 'held-back' : admitted;
    await sleep(LOOK_EVERY);
    if (!isWaiting()) return 'gone';
  }
}
