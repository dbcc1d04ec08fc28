/** Content in blobs, by @azure/storage-blob: checked and read in ranges, so that 150 MB take the memory of one range. */

import { createHash, type Hash } from 'node:crypto';
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { type ContentRef, mostContentBytes } from '../../mail/job/content-ref.ts';
import { type ContentStore, heldContent } from '../../mail/job/content-store.ts';
import type { Content } from '../../mail/job/mail.ts';
import { storageCall } from './storage-clients.ts';
import { timeLimitOfCall } from '../time-limit.ts';

/** One request's worth: the time limit of a call is for one of these. */
const rangeBytes = 4 * 1024 * 1024;

/** What is kept in memory once it has been read to be checked. A mail has a hundred attachments at most. */
const heldBytes = 256 * 1024;

/** How many large blobs this process remembers to have checked. */
const mostRemembered = 1000;

/** Another writer met while one blob was read: touched by a job that waits, most likely. */
const mostChanges = 5;

export class BlobContentStore implements ContentStore {
  readonly #container: ContainerClient;
  /** Name and version of blobs, with the hash that they were found to have. */
  readonly #checked = new Map<string, string>();

  constructor(container: ContainerClient) {
    this.#container = container;
  }

  async open(ref: ContentRef): Promise<Content> {
    if (ref.bytes <= heldBytes) {
      const octets = await this.#atOneVersion(ref, (version) => this.#read(ref, version, 0, ref.bytes));
      requireHash(ref, createHash('sha256').update(octets));
      return heldContent(octets);
    }
    let version = await this.#atOneVersion(ref, (at) => this.#check(ref, at));
    const range = async (start: number, end: number): Promise<Buffer> => {
      const octets = await this.#read(ref, version, start, Math.min(end, ref.bytes));
      if (octets) return octets;
      version = await this.#atOneVersion(ref, (at) => this.#check(ref, at));
      return range(start, end);
    };
    return { bytes: ref.bytes, range, whole: () => range(0, ref.bytes) };
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<ContentRef> {
    const name = `jobs/${content instanceof Uint8Array ? sha256(content) : crypto.randomUUID()}`;
    const blob = this.#container.getBlockBlobClient(name);
    const hash = createHash('sha256');
    const blocks: string[] = [];
    let bytes = 0;
    for await (const block of blocksOf(content instanceof Uint8Array ? [content] : content)) {
      bytes += block.length;
      if (bytes > mostContentBytes) throw tooLarge();
      hash.update(block);
      const id = Buffer.from(String(blocks.length).padStart(6, '0')).toString('base64');
      await storageCall('keep content', () => blob.stageBlock(id, block, block.length, timeLimitOfCall()));
      blocks.push(id);
    }
    // Only now is there a blob: what was staged and never committed is the service's to throw away, after a week.
    await storageCall('keep content', () => blob.commitBlockList(blocks, timeLimitOfCall()));
    return { blob: name, sha256: hash.digest('hex'), bytes };
  }

  async touch(ref: ContentRef): Promise<void> {
    await storageCall('keep content for a job that waits', () =>
      unless(['BlobNotFound'], undefined, () => this.#blob(ref).setMetadata({ wanted: 'true' }, timeLimitOfCall())),
    );
  }

  #blob({ blob }: ContentRef): BlockBlobClient {
    return this.#container.getBlockBlobClient(blob);
  }

  /** Does all of it with one version of the blob; with the next one when it is changed meanwhile. */
  async #atOneVersion<T>(ref: ContentRef, use: (version: string) => Promise<T | undefined>): Promise<T> {
    for (let change = 0; change < mostChanges; change++) {
      const done = await use(await this.#version(ref));
      if (done !== undefined) return done;
    }
    throw new TenantpostError('STORAGE_UNAVAILABLE', 'Content changed again and again while it was read.');
  }

  /** @returns the version, whose size is right. */
  async #version(ref: ContentRef): Promise<string> {
    const found = await storageCall('look at content', () =>
      unless(['BlobNotFound'], undefined, () => this.#blob(ref).getProperties(timeLimitOfCall())),
    );
    if (!found) throw new TenantpostError('CONTENT_MISSING', 'A blob that the mail job names does not exist.');
    if (found.contentLength !== ref.bytes) throw wrong('a blob of the size that the job names');
    if (found.etag === undefined) throw new TenantpostError('STORAGE_UNAVAILABLE', 'A blob came without its version.');
    return found.etag;
  }

  /** @returns the version, once its hash is known to be right; nothing when it is no longer there. */
  async #check(ref: ContentRef, version: string): Promise<string | undefined> {
    const key = `${version} ${ref.blob}`;
    if (this.#checked.get(key) === ref.sha256) return version;
    const hash = createHash('sha256');
    for (let start = 0; start < ref.bytes; start += rangeBytes) {
      const octets = await this.#read(ref, version, start, Math.min(start + rangeBytes, ref.bytes));
      if (!octets) return undefined;
      hash.update(octets);
    }
    requireHash(ref, hash);
    this.#remember(key, ref.sha256);
    return version;
  }

  #remember(key: string, sha256: string): void {
    this.#checked.set(key, sha256);
    const [oldest] = this.#checked.keys();
    if (this.#checked.size > mostRemembered && oldest !== undefined) this.#checked.delete(oldest);
  }

  /** @returns nothing when that version is no longer there. */
  async #read(ref: ContentRef, version: string, start: number, end: number): Promise<Buffer | undefined> {
    const octets = Buffer.alloc(Math.max(end - start, 0));
    for (let at = 0; at < octets.length; at += rangeBytes) {
      const part = octets.subarray(at, at + rangeBytes);
      const options = { conditions: { ifMatch: version }, blockSize: rangeBytes, ...timeLimitOfCall() };
      const read = await storageCall('read content', () =>
        unless(['ConditionNotMet', 'BlobNotFound'], undefined, () =>
          this.#blob(ref).downloadToBuffer(part, start + at, part.length, options),
        ),
      );
      if (!read) return undefined;
    }
    return octets;
  }
}

/** What is submitted twice has one name: a job that names it stays the same job. */
function sha256(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

function requireHash(ref: ContentRef, hash: Hash): void {
  if (hash.digest('hex') !== ref.sha256) throw wrong('a blob with the SHA-256 that the job names');
}

function wrong(expected: string): TenantpostError {
  return new TenantpostError('CONTENT_WRONG', `A blob that the mail job names is not ${expected}.`, {
    detail: { expected },
  });
}

function tooLarge(): TenantpostError {
  return new TenantpostError('REQUEST_INVALID', 'The content is larger than a mail can be.', {
    detail: { field: '', expected: `at most ${mostContentBytes} bytes` },
  });
}

/** In pieces of one size, whatever the pieces that come. */
async function* blocksOf(content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    for (let rest = piece; rest.length > 0;) {
      const taken = rest.subarray(0, rangeBytes - bytes);
      pieces.push(taken);
      bytes += taken.length;
      rest = rest.subarray(taken.length);
      if (bytes < rangeBytes) continue;
      yield Buffer.concat(pieces);
      [pieces, bytes] = [[], 0];
    }
  }
  if (bytes > 0) yield Buffer.concat(pieces);
}

/** https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
type BlobErrorCode = 'BlobNotFound' | 'ConditionNotMet';

/** Told by code, as a missing container is 404 too. */
async function unless<T, U>(codes: readonly BlobErrorCode[], otherwise: U, call: () => Promise<T>): Promise<T | U> {
  try {
    return await call();
  } catch (error) {
    if (blobError(codes).safeParse(error).success) return otherwise;
    throw error;
  }
}

/** The answer to a HEAD has no body, and its code in a header. */
const blobError = (codes: readonly BlobErrorCode[]) => z.object({ details: z.object({ errorCode: z.enum(codes) }) });
