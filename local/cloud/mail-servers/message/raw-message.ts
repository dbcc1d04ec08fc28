/** The bytes of a message, as IMAP and POP give them out. */

import type { CloudContext } from '../../cloud.ts';
import { composeMime } from '../../mail/mime.ts';
import type { StoredMessage } from '../../state.ts';

/**
 * A message under a UID never changes (RFC 3501 section 2.3.1.1), but one that Graph made gets new boundaries whenever
 * it is composed. So what was composed is kept as long as the message, within this process, unless it is changed.
 */
const composed = new WeakMap<StoredMessage, { modifiedAt: number; raw: Promise<Buffer> }>();

export function rawMessage(cloud: CloudContext, message: StoredMessage): Promise<Buffer> {
  // What was submitted as MIME lies ready, and may be large.
  if (message.mime !== undefined) return composeMime(cloud, message);
  const kept = composed.get(message);
  if (kept?.modifiedAt === message.modifiedAt) return kept.raw;
  const raw = composeMime(cloud, message);
  composed.set(message, { modifiedAt: message.modifiedAt, raw });
  return raw;
}
