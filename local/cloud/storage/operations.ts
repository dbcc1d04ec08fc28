/** What a request to one of the three services asks for, and of what. */

import { blobOperation } from './blob-operations.ts';
import { type StorageOperation, type StorageRequest, storageRequest } from './operation.ts';
import { queueOperation } from './queue-operations.ts';
import type { StorageService } from './storage-error.ts';
import { tableOperation } from './table-operations.ts';
import { type StorageTarget, targetOf } from './target.ts';
import { transactionParts } from './transaction.ts';

const byService: Record<StorageService, (request: StorageRequest) => StorageOperation> = {
  blob: blobOperation,
  queue: queueOperation,
  table: tableOperation,
};

export const operationOf = (service: StorageService, request: Request): StorageOperation =>
  byService[service](storageRequest(request));

export interface Asked {
  operation: StorageOperation;
  target: StorageTarget;
}

/** All that has to be allowed: of a transaction each of its parts, each on its own. */
export function askedOf(service: StorageService, request: Request, transaction: Buffer | undefined): Asked[] {
  const parts = transaction === undefined ? [] : transactionParts(transaction);
  const requests = parts.length === 0 ? [storageRequest(request)] : parts;
  return requests.map((one) => ({ operation: byService[service](one), target: targetOf(service, one) }));
}
