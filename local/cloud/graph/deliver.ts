/** Puts an accepted message into mailboxes: the sender's Sent Items and every recipient's Inbox. */

import { randomBytes } from 'node:crypto';
import type { CloudContext } from '../cloud.ts';
import type { EmailAddress, Mailbox, StoredMessage } from '../state.ts';
import type { SendMail } from './message.ts';
import type { Recipients } from './recipients.ts';

export function deliver(cloud: CloudContext, sender: Mailbox, mail: SendMail, recipients: Recipients): void {
  const { message, saveToSentItems } = mail;
  const { to, cc, bcc, replyTo } = recipients;
  const content = {
    internetMessageId: `<${crypto.randomUUID()}@${sender.address.split('@')[1]}>`,
    subject: message.subject ?? '',
    // The name of the sender is the directory's, whatever the request says.
    from: { address: sender.address, name: sender.displayName },
    to,
    cc,
    replyTo,
    body: { contentType: message.body?.contentType ?? 'text', content: message.body?.content ?? '' },
    importance: message.importance ?? 'normal',
    headers: message.internetMessageHeaders.map(({ name, value }) => ({ name, value })),
    attachments: message.attachments,
    receivedAt: Date.now(),
  } as const satisfies Partial<StoredMessage>;
  const put = (mailbox: string, folder: StoredMessage['folder'], shown: EmailAddress[]): void => {
    cloud.state.messages.push({ ...content, id: newId(), mailbox, folder, bcc: shown });
  };

  if (saveToSentItems) put(sender.address, 'sentitems', bcc);
  const reached = new Set<string>();
  for (const { address } of [...to, ...cc, ...bcc]) {
    const key = address.toLowerCase();
    // Exchange delivers one copy however often an address is named.
    if (reached.has(key)) continue;
    reached.add(key);
    const known = cloud.state.mailboxes.find((mailbox) => mailbox.address.toLowerCase() === key);
    const own = bcc.filter((one) => one.address.toLowerCase() === key);
    put(known?.address ?? key, 'inbox', own);
  }
}

/** Opaque and safe in a URL, like Outlook's. */
function newId(): string {
  return `AAMk${randomBytes(24).toString('base64url')}`;
}
