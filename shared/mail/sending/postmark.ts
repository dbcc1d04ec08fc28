/**
 * A line before a queue message that we put there, with what the next worker would otherwise have to read from the table: the
 * turn that the mailbox's gate has given the job, and its row.
 *
 * The Functions host hands a message that is no JSON over as the text that it is (seen on host 4.1037), so the line reaches
 * us. A producer gains nothing by writing one: a false version costs a read, and Microsoft's own limits stand behind the gate.
 */

import type { StoredOutcome } from '../outcome.ts';

export interface Postmark {
  /** When it is the job's turn at its mailbox: epoch milliseconds. */
  readonly turn?: number | undefined;
  /** Its row as it was when the message was put on the queue: `scheduled`, and nothing else of note in it. */
  readonly row?: { readonly etag: string; readonly tries: number; readonly createdAt: number } | undefined;
}

/** A row with more in it than that has to be read. */
export function rowMark({ outcome, etag }: StoredOutcome): Postmark['row'] {
  const { state, tries, createdAt, progress, resends, hadFailed } = outcome;
  const isPlain = progress === undefined && resends === undefined && hadFailed === undefined;
  return state === 'scheduled' && isPlain ? { etag, tries, createdAt } : undefined;
}

const form = /^tenantpost turn=(\d{1,16}|-) row=(?:-|(\d{1,9}),(\d{1,16}),(\S{1,200}))\n/;

/** Left out where the message would no longer fit the queue: the row has all of it, at the price of a read. */
const mostBytes = 64 * 1024;

export function postmarked(text: string, { turn, row }: Postmark): string {
  const facts = row === undefined ? '-' : `${row.tries},${row.createdAt},${encodeURIComponent(row.etag)}`;
  const marked = `tenantpost turn=${turn === undefined ? '-' : Math.round(turn)} row=${facts}\n${text}`;
  return Buffer.byteLength(marked) > mostBytes ? text : marked;
}

export function readPostmark(message: string): { readonly postmark: Postmark; readonly text: string } {
  const found = form.exec(message);
  if (!found) return { postmark: {}, text: message };
  const [line, turn, tries, createdAt, etag] = found;
  return {
    postmark: {
      turn: turn === '-' ? undefined : Number(turn),
      row: etag === undefined ? undefined : { etag: decoded(etag), tries: Number(tries), createdAt: Number(createdAt) },
    },
    text: message.slice(line.length),
  };
}

/** What is no version of a row fits no row, and costs a read. */
function decoded(etag: string): string {
  try {
    return decodeURIComponent(etag);
  } catch {
    return etag;
  }
}
