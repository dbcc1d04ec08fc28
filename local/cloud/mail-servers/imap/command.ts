/** Reads IMAP commands off a connection: the line, and the literals that it announces (RFC 3501 section 4.3, RFC 7888). */

import { type LineConnection, LineTooLongError } from '../line-connection.ts';
import type { Piece } from './tokens.ts';

export interface ImapCommand {
  tag: string;
  /** In capitals; with `UID ` before it where it was asked for by unique identifiers. */
  name: string;
  pieces: Piece[];
}

/** A command that cannot be carried out and need not: whoever reads commands answers it. */
export interface UnreadableCommand {
  tag: string;
  /** The client cannot be followed any more: where its next command begins is unknown. */
  isLost: boolean;
}

/** `MaxCommandSize` of a new server: https://learn.microsoft.com/powershell/module/exchangepowershell/set-imapsettings. */
const LONGEST_COMMAND = 10_240;
/** A literal that a client sends unasked is read to its end up to this size. Beyond, the connection is given up. */
const LONGEST_DISCARDED_LITERAL = 256 * 1024 * 1024;

/**
 * The next command, or nothing when the client has gone.
 *
 * @param longestMessage how long the message of an APPEND may be; all else is bounded by the length of a command.
 */
export async function readCommand(
  connection: LineConnection,
  longestMessage: number,
): Promise<ImapCommand | UnreadableCommand | undefined> {
  const pieces: Piece[] = [];
  let left = LONGEST_COMMAND;
  let tag = '*';
  let isTooLarge = false;
  try {
    for (;;) {
      const line = await connection.readLine(left);
      if (line === undefined) return undefined;
      left -= line.length;
      const text = line.toString('latin1');
      if (pieces.length === 0) tag = /^[^\x00-\x20\x7f()"%*+\\{]+(?= |$)/.exec(text)?.[0] ?? tag;
      const announced = /~?\{(\d{1,12})(\+?)\}$/.exec(text);
      pieces.push(announced ? text.slice(0, announced.index) : text);
      if (announced === null) return isTooLarge ? { tag, isLost: false } : command(tag, pieces);

      const size = Number(announced[1]);
      const isUnasked = announced[2] === '+';
      const most = /^\S+ append /i.test(String(pieces[0])) ? longestMessage : left;
      if (size > most || isTooLarge) {
        // A client that waits to be asked is simply not asked: it reads the answer and does not send the literal.
        if (!isUnasked) return { tag, isLost: false };
        if (size > LONGEST_DISCARDED_LITERAL) return { tag, isLost: true };
        await connection.discardBytes(size);
        isTooLarge = true;
        continue;
      }
      if (!isUnasked) await connection.write('+ Ready for additional command text.\r\n');
      const literal = await connection.readBytes(size);
      if (literal === undefined) return undefined;
      if (most === left) left -= size;
      pieces.push(literal);
    }
  } catch (error) {
    if (error instanceof LineTooLongError) return { tag, isLost: true };
    throw error;
  }
}

function command(tag: string, pieces: readonly Piece[]): ImapCommand | UnreadableCommand {
  const [first, ...others] = pieces;
  const [found, name] = /^\S+ +((?:uid +)?[a-z]+)(?= |$)/i.exec(String(first)) ?? [];
  if (tag === '*' || found === undefined || name === undefined) return { tag, isLost: false };
  return {
    tag,
    name: name.replace(/ +/, ' ').toUpperCase(),
    pieces: [String(first).slice(found.length), ...others],
  };
}
