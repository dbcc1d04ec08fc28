/** Small text blobs, where the host keeps what must outlive it. */

import { text } from 'node:stream/consumers';
import { type BlockBlobClient, RestError } from '@azure/storage-blob';

/** One request: a download in parts could mix two versions of a blob that another host is writing. */
export async function readTextBlob(blob: BlockBlobClient): Promise<string | undefined> {
  try {
    const { readableStreamBody } = await blob.download();
    return readableStreamBody ? await text(readableStreamBody) : undefined;
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}

export async function writeTextBlob(blob: BlockBlobClient, content: string): Promise<void> {
  await blob.upload(content, Buffer.byteLength(content));
}

/** Leaves a blob that exists as it is, so that of two hosts that start together both go on with the first one's. */
export async function createTextBlob(blob: BlockBlobClient, content: string): Promise<void> {
  try {
    await blob.upload(content, Buffer.byteLength(content), { conditions: { ifNoneMatch: '*' } });
  } catch (error) {
    // It exists (409), or it exists and is leased (412).
    if (!(error instanceof RestError) || (error.statusCode !== 409 && error.statusCode !== 412)) throw error;
  }
}
