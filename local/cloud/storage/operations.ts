/** What a request to one of the three services asks for. */

import { blobOperation } from './blob-operations.ts';
import { type StorageOperation, type StorageRequest, storageRequest } from './operation.ts';
import { queueOperation } from './queue-operations.ts';
import type { StorageService } from './storage-error.ts';
import { tableOperation } from './table-operations.ts';

const byService: Record<StorageService, (request: StorageRequest) => StorageOperation> = {
  blob: blobOperation,
  queue: queueOperation,
  table: tableOperation,
};

export const operationOf = (service: StorageService, request: Request): StorageOperation =>
  byService[service](storageRequest(request));
