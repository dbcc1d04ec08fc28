/** Tells a sender that a recipient does not exist, as Exchange Online does: a message in the sender's own Inbox. */

import type { CloudContext } from '../cloud.ts';
import type { Mailbox } from '../state.ts';
import { storeContent } from './content.ts';
import type { NewMessage } from './folders.ts';
import { newMessageId } from './ids.ts';

/**
 * The report of RFC 3462 for recipients in a domain of the cloud who have no mailbox. Status and diagnostic are those of
 * https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/fix-error-code-550-5-1-10-in-exchange-online;
 * the sentences for the reader are this cloud's own.
 */
export function nonDeliveryReport(
  cloud: CloudContext,
  service: 'graph' | 'smtp',
  sender: Mailbox,
  message: { subject: string; internetMessageId: string },
  recipients: readonly string[],
): NewMessage {
  const domain = sender.address.split('@')[1] ?? 'localhost';
  // The address that Exchange uses for its own messages in every organization.
  const from = { address: `MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@${domain}`, name: 'Microsoft Outlook' };
  const receivedAt = cloud.now(service);
  const internetMessageId = newMessageId(sender.address);
  const subject = `Undeliverable: ${message.subject}`;
  const text = [
    `Your message to ${recipients.join(', ')} couldn't be delivered.`,
    '',
    ...recipients.flatMap((recipient) => [
      `${recipient} wasn't found at ${recipient.split('@')[1]}.`,
      diagnostic(recipient),
    ]),
  ].join('\r\n');
  const mime = report({
    from: from.address,
    to: sender.address,
    subject,
    internetMessageId,
    receivedAt,
    text,
    domain,
    recipients,
  });
  return {
    mailbox: sender.address,
    folder: 'inbox',
    isDraft: false,
    isRead: false,
    flags: [],
    internetMessageId,
    subject,
    from,
    to: [{ address: sender.address, name: sender.displayName }],
    cc: [],
    bcc: [],
    replyTo: [],
    body: { contentType: 'text', content: text },
    headers: [{ name: 'In-Reply-To', value: message.internetMessageId }],
    attachments: [],
    extendedProperties: [],
    mime: storeContent(cloud, Buffer.from(mime)),
    receivedAt,
  };
}

const diagnostic = (recipient: string): string =>
  `550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${recipient} not found by SMTP address lookup`;

interface Report {
  from: string;
  to: string;
  subject: string;
  internetMessageId: string;
  receivedAt: number;
  text: string;
  domain: string;
  recipients: readonly string[];
}

function report({ from, to, subject, internetMessageId, receivedAt, text, domain, recipients }: Report): string {
  const boundary = crypto.randomUUID();
  const about = recipients.flatMap((recipient) => [
    '',
    `Final-Recipient: rfc822;${recipient}`,
    'Action: failed',
    'Status: 5.1.10',
    `Diagnostic-Code: smtp;${diagnostic(recipient)}`,
  ]);
  return [
    `From: Microsoft Outlook <${from}>`,
    `To: <${to}>`,
    `Date: ${new Date(receivedAt).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${internetMessageId}`,
    `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text,
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns;${domain}`,
    ...about,
    `--${boundary}--`,
    '',
  ].join('\r\n');
}
