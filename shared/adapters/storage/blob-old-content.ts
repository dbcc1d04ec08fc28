/** Content that no job needs any more, by @azure/storage-blob: told by when a blob was last written, or touched by a job that waits. */

import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import type { OldContent, Sweep } from '../../mail/operating/retention.ts';
import { removeAll } from './remove-all.ts';
import { storageCall } from './storage-clients.ts';
import { timeLimitOfCall } from '../time-limit.ts';

const pageSize = 500;

export class BlobOldContent implements OldContent {
  readonly #container: ContainerClient;

  constructor(container: ContainerClient) {
    this.#container = container;
  }

  async sweep(before: number, position: string | undefined): Promise<Sweep> {
    const page = await storageCall('list content', async () => {
      const pages = this.#container
        .listBlobsFlat(timeLimitOfCall())
        .byPage({ maxPageSize: pageSize, ...(position === undefined ? {} : { continuationToken: position }) });
      return (await pages.next()).value;
    });
    const blobs: readonly BlobItem[] = page?.segment.blobItems ?? [];
    const old = blobs.filter(({ properties }) => properties.lastModified.getTime() < before);
    const done = await removeAll(old, (blob) => this.#remove(blob));
    return { ...done, position: page?.continuationToken || undefined };
  }

  /** Only as it was listed: a job may have touched it since. */
  async #remove({ name, properties }: BlobItem): Promise<boolean> {
    const conditions = { ifMatch: properties.etag };
    try {
      await this.#container.deleteBlob(name, { conditions, deleteSnapshots: 'include', ...timeLimitOfCall() });
      return true;
    } catch (error) {
      if (goneOrWanted.safeParse(error).success) return false;
      throw error;
    }
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
const goneOrWanted = z.object({ code: z.enum(['BlobNotFound', 'ConditionNotMet']) });
