/**
 * Makes a mail job small enough for a queue message: what is too large for one goes into blobs, and the job names them (claim
 * check). The same job always becomes the same message, as its fingerprint must stay what it was.
 */

import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import type { ContentRef } from './content-ref.ts';
import type { ContentStore } from './content-store.ts';

/** A queue message holds 64 KiB; the rest is for the postmark. */
const mostBytes = 63 * 1024;

/** A reference takes some 200 octets itself. */
const leastPieceLength = 512;

/** The job has been parsed by its own schema before: this one only finds what can be moved. */
const movable = z.looseObject({
  text: z.unknown().optional(),
  html: z.unknown().optional(),
  calendar: z.looseObject({ content: z.unknown() }).optional(),
  attachments: z.array(z.looseObject({ content: z.unknown() })).optional(),
});

interface Piece {
  readonly written: string;
  readonly encoding: 'utf8' | 'base64';
  readonly replace: (ref: ContentRef) => void;
}

export interface Fitted {
  readonly job: object;
  /** For the queue. */
  readonly text: string;
}

/** @throws TenantpostError `JOB_TOO_LARGE` when all else is too large as well: recipients, headers, names. */
export async function fitQueue(value: object, content: Pick<ContentStore, 'put'>): Promise<Fitted> {
  let text = queueText(value);
  if (fits(text)) return { job: value, text };
  const job = movable.parse(value);
  const pieces = piecesOf(job).filter(({ written }) => written.length > leastPieceLength);
  // The largest first, so that as little as possible has to be fetched again.
  for (const { written, encoding, replace } of pieces.sort((a, b) => b.written.length - a.written.length)) {
    replace(await content.put(Buffer.from(written, encoding)));
    text = queueText(job);
    if (fits(text)) return { job, text };
  }
  throw new TenantpostError(
    'JOB_TOO_LARGE',
    'The mail job is too large for a queue message, even without its content.',
    {
      detail: { field: '', expected: `at most ${mostBytes} bytes without content`, bytes: Buffer.byteLength(text) },
    },
  );
}

function piecesOf(job: z.infer<typeof movable>): Piece[] {
  const pieces: Piece[] = [];
  const add = (written: unknown, encoding: Piece['encoding'], replace: Piece['replace']): void => {
    if (typeof written === 'string') pieces.push({ written, encoding, replace });
  };
  add(job.text, 'utf8', (ref) => (job.text = ref));
  add(job.html, 'utf8', (ref) => (job.html = ref));
  const { calendar, attachments = [] } = job;
  if (calendar) add(calendar.content, 'utf8', (ref) => (calendar.content = ref));
  for (const attachment of attachments) {
    add(attachment.content, 'base64', (ref) => (attachment.content = ref));
  }
  return pieces;
}

/** These two are no characters of XML 1.0, in which the queue service takes messages: the queue would get them escaped. */
function queueText(job: object): string {
  return JSON.stringify(job).replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff');
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= mostBytes;
}
