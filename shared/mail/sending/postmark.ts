/**
 * A line before a queue message that we put there, with what the next worker would otherwise have to read from the table: the
 * turn that the mailbox's gate has given the job, its row, and the trace that it belongs to.
 *
 * The Functions host hands a message that is no JSON over as the text that it is (seen on host 4.1037), so the line reaches
 * us. A producer gains nothing by writing one: a false version costs a read, and Microsoft's own limits stand behind the gate.
 */

import { traceParentForm } from '../../tracing.ts';
import type { StoredOutcome } from '../outcome.ts';

export interface Postmark {
  /** When it is the job's turn at its mailbox: epoch milliseconds. */
  readonly turn?: number | undefined;
  /** Its row as it was when the message was put on the queue: `scheduled`, and nothing else of note in it. */
  readonly row?: { readonly etag: string; readonly tries: number; readonly createdAt: number } | undefined;
  /** A `traceparent`; only where traces are kept at all. */
  readonly trace?: string | undefined;
}

/** A row with more in it than that has to be read. */
export function rowMark({ outcome, etag }: StoredOutcome): Postmark['row'] {
  const { state, tries, createdAt, progress, resends, hadFailed } = outcome;
  const isPlain = progress === undefined && resends === undefined && hadFailed === undefined;
  return state === 'scheduled' && isPlain ? { etag, tries, createdAt } : undefined;
}

/** Further words are passed over: a later version may write some, and its messages may come back to this one. */
const form =
  /^tenantpost turn=(\d{1,16}|-) row=(?:-|(\d{1,9}),(\d{1,16}),(\S{1,200}))((?: [a-z]{1,20}=\S{1,200}){0,8})\n/;

/** Left out where the message would no longer fit the queue: the row has all of it, at the price of a read. */
const mostBytes = 64 * 1024;

export function postmarked(text: string, { turn, row, trace }: Postmark): string {
  const facts = row === undefined ? '-' : `${row.tries},${row.createdAt},${encodeURIComponent(row.etag)}`;
  const line = `tenantpost turn=${turn === undefined ? '-' : Math.round(turn)} row=${facts}`;
  const whole = trace === undefined ? [] : [`${line} trace=${trace}\n${text}`];
  return [...whole, `${line}\n${text}`].find((marked) => Buffer.byteLength(marked) <= mostBytes) ?? text;
}

export function readPostmark(message: string): { readonly postmark: Postmark; readonly text: string } {
  const found = form.exec(message);
  if (!found) return { postmark: {}, text: message };
  const [line, turn, tries, createdAt, etag, more = ''] = found;
  const [, trace = ''] = / trace=(\S+)/.exec(more) ?? [];
  return {
    postmark: {
      turn: turn === '-' ? undefined : Number(turn),
      row: etag === undefined ? undefined : { etag: decoded(etag), tries: Number(tries), createdAt: Number(createdAt) },
      ...(traceParentForm.test(trace) ? { trace } : {}),
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
