/** Names of messages and what is in them: opaque, and safe in a URL, like Outlook's. */

import { randomBytes } from 'node:crypto';

const named = (kind: string): string => `${kind}${randomBytes(24).toString('base64url')}`;

export const newId = (): string => named('AAMk');

/** Told apart from the others by its beginning, as Outlook's are. */
export const newImmutableId = (): string => named('AAkA');

export const newAttachmentId = (): string => named('AAkB');

/** The `Message-ID` of RFC 5322 for a message that came without one. */
export const newMessageId = (address: string): string =>
  `<${crypto.randomUUID()}@${address.split('@')[1] ?? 'localhost'}>`;
