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

/** Both digests and tokens name files: nothing else may lead to one. */
const hexOf256Bits = z.string().regex(/^[0-9a-f]{64}$/);

/** Bytes as base64, or in a file of the cloud's folder where they are many (see mail/content.ts). */
const storedContent = z.union([z.string(), z.strictObject({ file: hexOf256Bits, bytes: z.number() })]);

const storedAttachment = z.strictObject({
  id: z.string(),
  name: z.string(),
  contentType: z.string(),
  content: storedContent,
  isInline: z.boolean(),
  contentId: z.string().exactOptional(),
});

/** https://learn.microsoft.com/graph/api/resources/mailfolder, as far as the cloud has them. */
const folderName = z.enum(['inbox', 'drafts', 'sentitems', 'deleteditems', 'junkemail', 'outbox', 'archive']);

/** One copy of a message in one mailbox: the sender's copy in Sent Items, or a recipient's in Inbox. */
const storedMessage = z.strictObject({
  /** Another one after every move to another folder, as Outlook's is by default. */
  id: z.string(),
  /** Stays as long as the message stays in the mailbox. */
  immutableId: z.string(),
  /** Unique identifier of RFC 9051 section 2.3.1.1: grows with every message that is put into a folder. */
  uid: z.number(),
  /** The mailbox's address. For recipients outside of the cloud's tenants this is the recipient's address. */
  mailbox: z.string(),
  folder: folderName,
  isDraft: z.boolean(),
  isRead: z.boolean(),
  /** What IMAP clients have set beside \Seen and \Draft, which are `isRead` and `isDraft`. */
  flags: z.array(z.string()),
  internetMessageId: z.string(),
  subject: z.string(),
  from: emailAddress,
  /** The mailbox that submitted it, where that is not the one it is from. */
  sender: emailAddress.exactOptional(),
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
  /** MAPI properties of the sender's copy: `String {GUID} Name JobId`. They do not travel with the message. */
  extendedProperties: z.array(z.strictObject({ id: z.string(), value: z.string() })),
  /** The message as it was submitted, where that was MIME, without its Bcc field. */
  mime: storedContent.exactOptional(),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  /** Epoch milliseconds. */
  modifiedAt: z.number(),
  /** Epoch milliseconds. Of a draft: when it was made. */
  receivedAt: z.number(),
});

/** A message that was handed to transport and still lies in Drafts. */
const settlingMessage = z.strictObject({
  immutableId: z.string(),
  /** When it moves, in epoch milliseconds. */
  settlesAt: z.number(),
  /** To Sent Items if so, else out of the mailbox. */
  saved: z.boolean(),
});

/** https://learn.microsoft.com/graph/outlook-large-attachments. What has arrived lies in a file of the cloud's folder. */
const uploadSession = z.strictObject({
  /** The secret part of the upload URL: whoever has it may upload. */
  token: hexOf256Bits,
  tenantId: z.string(),
  /** The app that opened it: what is uploaded counts towards its limit. */
  appId: z.string(),
  mailbox: z.string(),
  /** Immutable id of the draft. */
  message: z.string(),
  name: z.string(),
  contentType: z.string(),
  isInline: z.boolean(),
  contentId: z.string().exactOptional(),
  /** Whether it was asked for with immutable ids: the answers to its ranges name the attachment by the same kind. */
  immutableIds: z.boolean(),
  size: z.number(),
  received: z.number(),
  /** Epoch milliseconds. */
  expiresAt: z.number(),
});

export const mailState = {
  mailboxes: z.array(mailbox),
  messages: z.array(storedMessage),
  /** How long a message that was submitted still looks unsent in its sender's Drafts, in milliseconds. */
  settling: z.number(),
  settlingMessages: z.array(settlingMessage),
  /**
   * Whether the message in Sent Items has the draft's immutable id, as https://learn.microsoft.com/graph/outlook-immutable-id
   * says it has. Users have reported that it has not (https://github.com/microsoftgraph/microsoft-graph-docs/issues/11969).
   */
  sendingKeepsImmutableIds: z.boolean(),
  uploadSessions: z.array(uploadSession),
  /** The next message's `uid`. */
  nextUid: z.number(),
  /** RFC 9051 section 2.3.1.1: tells these uids from those of an earlier state. */
  uidValidity: z.number(),
};

export const emptyMail = () => ({
  mailboxes: [],
  messages: [],
  settling: 0,
  settlingMessages: [],
  sendingKeepsImmutableIds: true,
  uploadSessions: [],
  nextUid: 1,
  uidValidity: Math.floor(Date.now() / 1000),
});

export type Mailbox = z.infer<typeof mailbox>;
export type EmailAddress = z.infer<typeof emailAddress>;
export type StoredAttachment = z.infer<typeof storedAttachment>;
export type StoredMessage = z.infer<typeof storedMessage>;
export type StoredContent = z.infer<typeof storedContent>;
export type FolderName = z.infer<typeof folderName>;
export type UploadSession = z.infer<typeof uploadSession>;
