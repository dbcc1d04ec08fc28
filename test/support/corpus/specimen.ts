/** One awkward mail of the corpus: a job as a producer writes it, and what becomes of it where a transport cannot carry it. */

import type { ErrorCode } from '../../../shared/errors.ts';
import { MemoryContentStore } from '../memory-content-store.ts';

/** Of a job, or of something in one. */
export type Fields = Readonly<Record<string, unknown>>;

interface Refusal {
  readonly code: ErrorCode;
  readonly field?: string;
}

export interface Specimen {
  /** What is awkward about it. */
  readonly title: string;
  /** Fields of the job; `undefined` leaves one out that a job usually has. */
  readonly job: Fields;
  readonly refused?: { readonly graph?: Refusal; readonly smtp?: Refusal };
  /** What of it Graph does not carry, and nobody refuses. */
  readonly lostByGraph?: readonly string[];
}

/** Holds what the jobs of the corpus name. */
export const corpusBlobs = new MemoryContentStore();

let named = 0;

/** Content too large for a job, or none that a test would want in one. */
export function blob(octets: Buffer | string): Fields {
  named += 1;
  return { ...corpusBlobs.hold(`jobs/corpus/${named}`, octets) };
}

/** Octets that look random and are the same each time. */
export function octets(bytes: number, seed = 1): Buffer {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed >>> 0;
  for (let at = 0; at < words.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = state ^ (state >>> 13);
  }
  return Buffer.from(words.buffer, 0, bytes);
}

export const file = (name: string, contentType: string, content: Buffer | string, contentId?: string): Fields => ({
  name,
  contentType,
  content: Buffer.from(content).toString('base64'),
  ...(contentId === undefined ? {} : { contentId }),
});
