/**
 * The two kinds of ids that Outlook has for a message: one that changes with every move, and one that stays, which a
 * request asks for with `Prefer: IdType="ImmutableId"`: https://learn.microsoft.com/graph/outlook-immutable-id.
 */

import { findMessage } from '../mail/folders.ts';
import type { Mailbox, StoredAttachment, StoredMessage } from '../state.ts';
import { type GraphCall, keyOf } from './call.ts';
import { GraphRefusal, itemNotFound } from './refusal.ts';

/** Whether the request's ids are the immutable ones. It holds for the one request that it stands in. */
export function prefersImmutable({ headers }: GraphCall): boolean {
  return /(?:^|[,;\s])IdType\s*=\s*"?ImmutableId"?/i.test(headers.get('prefer') ?? '');
}

export const idOf = (call: GraphCall, message: StoredMessage): string =>
  prefersImmutable(call) ? message.immutableId : message.id;

/** An attachment is found in its message, so its ordinary id moves with the message's. */
export const attachmentIdOf = (call: GraphCall, message: StoredMessage, { id }: StoredAttachment): string =>
  prefersImmutable(call) ? id : `${message.id}BEgAQ${id}`;

/**
 * The message that the path names. An immutable id is taken only with the header, since the header has to be "included
 * with every API request"; no source tells what the real Graph does without it, so a caller must not count on it.
 *
 * @throws GraphRefusal 400 `ErrorInvalidIdMalformed` or 404 `ErrorItemNotFound`.
 */
export function messageOf(call: GraphCall, mailbox: Mailbox): StoredMessage {
  const id = keyOf(call, 'message');
  if (!isId(id)) throw malformedId();
  const message = findMessage(call.cloud, mailbox.address, id);
  if (message === undefined || (message.immutableId === id && !prefersImmutable(call))) throw itemNotFound('message');
  return message;
}

/** @throws GraphRefusal 404 `ErrorItemNotFound`. */
export function attachmentOf(call: GraphCall, message: StoredMessage): StoredAttachment {
  const id = keyOf(call, 'attachment');
  const found = message.attachments.find(
    (one) => `${message.id}BEgAQ${one.id}` === id || (one.id === id && prefersImmutable(call)),
  );
  if (found === undefined) throw itemNotFound('attachment');
  return found;
}

/** Whether a text has the form of an Outlook id. */
export const isId = (text: string): boolean => /^A[AQ][A-Za-z][A-Za-z0-9_=-]{17,}$/.test(text);

/** https://github.com/mguessan/davmail/issues/459 */
export function malformedId(): GraphRefusal {
  return new GraphRefusal({
    status: 400,
    code: 'ErrorInvalidIdMalformed',
    message: 'Id is malformed.',
    reason: 'malformed id',
  });
}
