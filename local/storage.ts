/** The local storage account: what Bicep provisions in Azure is made here, from the same names. */

import { TableClient, TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { containers, queues, tables } from '../shared/names.ts';

export interface LocalStorage {
  readonly connectionString: string;
  table(name: string): TableClient;
  queue(name: string): QueueClient;
  container(name: string): ContainerClient;
  /** Makes every table, queue and container of shared/names.ts that is not there yet. */
  provision(): Promise<void>;
}

export function localStorage(connectionString: string): LocalStorage {
  // Azurite without TLS is plain http on loopback.
  const options = { allowInsecureConnection: true };
  const queueService = QueueServiceClient.fromConnectionString(connectionString);
  const blobService = BlobServiceClient.fromConnectionString(connectionString);
  const tableService = TableServiceClient.fromConnectionString(connectionString, options);
  return {
    connectionString,
    table: (name) => TableClient.fromConnectionString(connectionString, name, options),
    queue: (name) => queueService.getQueueClient(name),
    container: (name) => blobService.getContainerClient(name),
    async provision() {
      for (const name of Object.values(tables)) await tableService.createTable(name);
      for (const name of Object.values(queues)) await queueService.getQueueClient(name).createIfNotExists();
      for (const name of Object.values(containers)) await blobService.getContainerClient(name).createIfNotExists();
    },
  };
}
