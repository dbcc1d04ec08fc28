/** Flags of a message: two of them are properties that Graph has too, the others are IMAP's alone. */

import type { StoredMessage } from '../../state.ts';

/** All that Exchange keeps, as its SELECT response shows: https://github.com/RainLoop/rainloop-webmail/issues/686. */
export const keptFlags = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '$MDNSent'] as const;

export function flagsOf({ isRead, isDraft, flags }: StoredMessage): string[] {
  return keptFlags.filter(
    (flag) => (flag === '\\Seen' && isRead) || (flag === '\\Draft' && isDraft) || flags.includes(flag),
  );
}

export const hasFlag = (message: StoredMessage, flag: string): boolean => flagsOf(message).includes(flag);

/** Sets exactly these. What Exchange does not keep is passed over; \Draft stays as it is once a message lies in a folder. */
export function setFlags(message: StoredMessage, wanted: readonly string[]): void {
  const named = new Set(wanted.map((flag) => flag.toLowerCase()));
  const set = keptFlags.filter((flag) => named.has(flag.toLowerCase()));
  message.isRead = set.includes('\\Seen');
  message.flags = set.filter((flag) => flag !== '\\Seen' && flag !== '\\Draft');
}
