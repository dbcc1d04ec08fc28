/** Clients for the storage account: by managed identity as deployed, by connection string for an emulator. */

import { type TableServiceClientOptions, TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import type { Storage } from '../../config.ts';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { withoutRole } from '../missing-role.ts';
import { timeLimited } from '../time-limit.ts';
import { missingRoleIn } from './missing-role.ts';
import { tableHttp } from './table-http.ts';

export interface StorageClients {
  table(name: string): TableClient;
  queue(name: string): QueueClient;
  container(name: string): ContainerClient;
}

const usual: TableServiceClientOptions = { additionalPolicies: timeLimited, httpClient: tableHttp };

export function storageClients(storage: Storage, credential: TokenCredential): StorageClients {
  if (storage.kind === 'connectionString') {
    const { connectionString } = storage;
    // An emulator speaks plain http on loopback; an account key never needs to travel, so there is nothing to overhear.
    const options: TableServiceClientOptions = { allowInsecureConnection: true, ...usual };
    const queueService = QueueServiceClient.fromConnectionString(connectionString);
    const blobService = BlobServiceClient.fromConnectionString(connectionString);
    return {
      table: (name) => TableClient.fromConnectionString(connectionString, name, options),
      queue: (name) => queueService.getQueueClient(name),
      container: (name) => blobService.getContainerClient(name),
    };
  }
  const { urls } = storage;
  const queueService = new QueueServiceClient(urls.queue, credential);
  const blobService = new BlobServiceClient(urls.blob, credential);
  return {
    table: (name) => new TableClient(urls.table, name, credential, usual),
    queue: (name) => queueService.getQueueClient(name),
    container: (name) => blobService.getContainerClient(name),
  };
}

/**
 * @param attempted what was wanted, for example `read a tenant`.
 * @throws TenantpostError `STORAGE_UNAVAILABLE` for every failure of the service; statuses that mean something are the
 *   caller's to catch before, with `unless`.
 */
export async function storageCall<T>(attempted: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof TenantpostError) throw cause;
    const missing = missingRoleIn(cause);
    if (missing) throw withoutRole('STORAGE_UNAVAILABLE', `Storage refused to ${attempted}`, missing, cause);
    throw new TenantpostError('STORAGE_UNAVAILABLE', `Storage failed to ${attempted}.`, {
      cause,
      detail: { status: statusOf(cause) },
    });
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
type TableErrorCode = 'ResourceNotFound' | 'EntityAlreadyExists' | 'UpdateConditionNotSatisfied';

/** Runs a call on a table whose one expected failure is an answer of its own: told by code, as a missing table is 404 too. */
export async function unless<T, U>(code: TableErrorCode, otherwise: U, call: () => Promise<T>): Promise<T | U> {
  try {
    return await call();
  } catch (error) {
    const parsed = tableError.safeParse(error);
    if (parsed.success && parsed.data.details.odataError.code === code) return otherwise;
    throw error;
  }
}

const tableError = z.object({ details: z.object({ odataError: z.object({ code: z.string() }) }) });

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
