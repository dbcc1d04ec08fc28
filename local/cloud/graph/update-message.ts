/** `PATCH /users/{user}/messages/{id}`: https://learn.microsoft.com/graph/api/message-update. */

import { forgetMime } from '../mail/content.ts';
import type { StoredMessage } from '../state.ts';
import { mailboxFor } from './authorize.ts';
import { type GraphAnswer, type GraphCall, jsonBody } from './call.ts';
import { mergeProperties } from './extended-properties.ts';
import { messageOf } from './ids.ts';
import { type MessageBody, readMessage, setByGraph } from './message-body.ts';
import { entity, preferenceApplied } from './messages.ts';
import { cannotSet, notImplemented } from './refusal.ts';
import { jsonObject } from './odata.ts';

type Change = (message: StoredMessage, read: MessageBody['message']) => void;

/** "Updatable only if isDraft = true." The real Graph has been seen to let some through all the same. */
const ofDrafts: Readonly<Record<string, Change>> = {
  subject: (message, { subject }) => (message.subject = subject),
  body: (message, { body }) => (message.body = body),
  toRecipients: (message, { to }) => (message.to = [...to]),
  ccRecipients: (message, { cc }) => (message.cc = [...cc]),
  bccRecipients: (message, { bcc }) => (message.bcc = [...bcc]),
  replyTo: (message, { replyTo }) => (message.replyTo = [...replyTo]),
  internetMessageId: (message, { internetMessageId }) => {
    if (internetMessageId !== undefined) message.internetMessageId = internetMessageId;
  },
  from: (message, { from }) => (message.from = from ?? { address: message.mailbox }),
  sender: (message, { sender }) => {
    if (sender === undefined) delete message.sender;
    else message.sender = sender;
  },
};

const ofAny: Readonly<Record<string, Change>> = {
  importance: (message, { importance = 'normal' }) => (message.importance = importance),
  isRead: (message, { isRead }) => (message.isRead = isRead ?? message.isRead),
  singleValueExtendedProperties: (message, { extendedProperties = [] }) =>
    (message.extendedProperties = mergeProperties(message.extendedProperties, extendedProperties)),
};

/** Changes everything that is named or, when one property cannot be set, nothing. */
export function updateMessage(call: GraphCall): GraphAnswer {
  const message = messageOf(call, mailboxFor(call, 'Mail.ReadWrite'));
  const body = jsonBody(call);
  const readOnly = Object.keys(jsonObject.safeParse(body).data ?? {}).find((name) => setByGraph.has(name));
  if (readOnly !== undefined) throw cannotSet(readOnly);
  const { message: read, given } = readMessage(call.cloud, body);
  const changes = [...given].filter((name) => !name.startsWith('@')).map((name) => changeOf(name, message));
  for (const change of changes) change(message, read);
  if ([...given].some((name) => Object.hasOwn(ofDrafts, name))) forgetMime(call.cloud, message);
  message.modifiedAt = call.cloud.now('graph');
  return { status: 200, headers: preferenceApplied(call), json: entity(call, message, {}) };
}

function changeOf(name: string, { isDraft }: StoredMessage): Change {
  const change = ofAny[name];
  if (change) return change;
  const draftChange = ofDrafts[name];
  // Attachments have requests of their own, and headers are set when the message is made.
  if (!draftChange) throw notImplemented(`a change of '${name}'`);
  if (!isDraft) throw cannotSet(name);
  return draftChange;
}
