/**
 * A queue message as the Functions host hands it over. With `messageEncoding: none` in host.json these reach a handler, seen
 * on host 4.1037: JSON text, already parsed (digits alone become a number); base64 of JSON, as a string that is ours to
 * decode; and anything else, as a string. With `base64` a plain message would go to poison without a word to us.
 */

import { createHash } from 'node:crypto';
import { TenantpostError } from '../../errors.ts';
import { type Postmark, readPostmark } from './postmark.ts';

export interface RawMessage {
  /** The text as near to the producer's as the host leaves it: this is what is put back or kept in poison. */
  readonly text: string;
  /** What we wrote before the text when we put it back. */
  readonly postmark: Postmark;
  /** Names a message that has no readable id of its own: the same text has the same name. */
  readonly digest: string;
}

/** What a queue message can hold at all: https://learn.microsoft.com/azure/storage/queues/storage-queues-introduction */
const mostBytes = 64 * 1024;

export function rawMessage(item: unknown): RawMessage {
  const message = typeof item === 'string' ? item : written(item);
  if (message === undefined) return { text: tooDeep, postmark: {}, digest: crypto.randomUUID() };
  const { text, postmark } = readPostmark(message);
  return { text, postmark, digest: createHash('sha256').update(text).digest('hex').slice(0, 32) };
}

/** The host has parsed it, so its text is gone; this stands for it, is no JSON, and is refused as that. */
const tooDeep = 'a JSON value that is nested too deep to be written again';

/** Nothing for a value nested some thousand levels deep, which fits into 10 KB. */
function written(item: unknown): string | undefined {
  try {
    return JSON.stringify(item) ?? '';
  } catch {
    return undefined;
  }
}

/**
 * The JSON object in a message, whether it was queued as JSON or as base64 of it.
 *
 * @throws TenantpostError `JOB_TOO_LARGE` or `JOB_NOT_JSON`.
 */
export function decodeMessage({ text }: RawMessage): object {
  if (Buffer.byteLength(text) > mostBytes) {
    throw new TenantpostError('JOB_TOO_LARGE', 'The queue message is larger than 64 KiB.', {
      detail: { field: '', expected: 'at most 65536 bytes', bytes: Buffer.byteLength(text) },
    });
  }
  // Some producers begin their JSON with a byte order mark.
  const value = parseObject(text.replace(/^\uFEFF/, '')) ?? parseObject(fromBase64(text));
  if (value !== undefined) return value;
  throw new TenantpostError('JOB_NOT_JSON', 'The queue message is neither a JSON object nor base64 of one.', {
    detail: { field: '', expected: 'a JSON object' },
  });
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Strict about UTF-8: base64 of another encoding would otherwise become a mail with other letters than the producer's. */
function fromBase64(text: string): string {
  try {
    return utf8.decode(Buffer.from(text, 'base64'));
  } catch {
    return '';
  }
}
