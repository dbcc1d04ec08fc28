/** Mailboxes and the messages in them. */

import { z } from 'zod';
import { mailboxExchange } from './exchange.ts';

const mailbox = z.strictObject({
  tenantId: z.string(),
  /** User id, a GUID. */
  id: z.string(),
  /** User principal name and primary SMTP address. */
  address: z.string(),
  displayName: z.string(),
  /** False for a user without an Exchange licence: known to Entra, without a mailbox. */
  licensed: z.boolean().exactOptional(),
  /** What a new mailbox has when absent. */
  exchange: mailboxExchange.exactOptional(),
});

const emailAddress = z.strictObject({ address: z.string(), name: z.string().exactOptional() });

const storedAttachment = z.strictObject({
  name: z.string(),
  contentType: z.string(),
  /** base64. */
  content: z.string(),
  isInline: z.boolean(),
  contentId: z.string().exactOptional(),
});

/** One copy of a message in one mailbox: the sender's copy in Sent Items, or a recipient's in Inbox. */
const storedMessage = z.strictObject({
  id: z.string(),
  /** The mailbox's address. For recipients outside of the cloud's tenants this is the recipient's address. */
  mailbox: z.string(),
  folder: z.enum(['inbox', 'sentitems']),
  internetMessageId: z.string(),
  subject: z.string(),
  from: emailAddress,
  to: z.array(emailAddress),
  cc: z.array(emailAddress),
  /** Only on the sender's copy, and on the copy of the bcc recipient concerned. */
  bcc: z.array(emailAddress),
  replyTo: z.array(emailAddress),
  body: z.strictObject({ contentType: z.enum(['text', 'html']), content: z.string() }),
  /** Absent means normal. */
  importance: z.enum(['low', 'normal', 'high']).exactOptional(),
  headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  attachments: z.array(storedAttachment),
  /** Epoch milliseconds. */
  receivedAt: z.number(),
});

export const mailState = {
  mailboxes: z.array(mailbox),
  messages: z.array(storedMessage),
};

export const emptyMail = () => ({ mailboxes: [], messages: [] });

export type Mailbox = z.infer<typeof mailbox>;
export type EmailAddress = z.infer<typeof emailAddress>;
export type StoredAttachment = z.infer<typeof storedAttachment>;
export type StoredMessage = z.infer<typeof storedMessage>;
