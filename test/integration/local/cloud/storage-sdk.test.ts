/** Microsoft's own clients, unmodified, with the managed identity of the cloud and with the account's key. */

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { startTestCloud } from '../../../support/cloud.ts';
import { managedIdentity } from '../../../support/managed-identity.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());
const { storage, urls } = cloud;
assert.ok(storage);
const credential = managedIdentity(cloud);

/** What the journal says of one service, and with what each request came. */
const noted = (service: string) =>
  cloud.journal.entries
    .filter((entry) => entry.service === service)
    .map(({ operation, status, request }) => `${operation} ${status} ${request?.authorization}`);

test('a queue is made, filled, read, changed and emptied by the identity', async () => {
  const queue = new QueueServiceClient(urls.queue, credential).getQueueClient('work');
  await queue.create();
  await queue.sendMessage('ünïcode & <xml>');
  const [received] = (await queue.receiveMessages()).receivedMessageItems;
  assert.equal(received?.messageText, 'ünïcode & <xml>');
  const updated = await queue.updateMessage(received.messageId, received.popReceipt, 'changed', 0);
  const [again] = (await queue.receiveMessages()).receivedMessageItems;
  assert.equal(again?.messageText, 'changed');
  assert.notEqual(again.popReceipt, updated.popReceipt);
  await queue.deleteMessage(again.messageId, again.popReceipt);
  assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
  assert.deepEqual(noted('queue'), [
    'createQueue 201 bearer',
    'putMessage 201 bearer',
    'getMessages 200 bearer',
    'updateMessage 204 bearer',
    'getMessages 200 bearer',
    'deleteMessage 204 bearer',
    'getQueueMetadata 200 bearer',
  ]);
});

test('blobs of any size and name come back byte for byte, with their properties', async () => {
  const container = new BlobServiceClient(urls.blob, credential).getContainerClient('content');
  await container.create();
  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, place) => (place * 7) % 256));
  const blob = container.getBlockBlobClient('a folder/ünïcode %20 & more.bin');
  await blob.uploadStream(Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)]), 1_000_000, 2);
  assert.deepEqual(await blob.downloadToBuffer(), bytes);
  assert.equal((await blob.getProperties()).contentLength, bytes.length);
  assert.deepEqual(await blob.downloadToBuffer(10, 5), bytes.subarray(10, 15));
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat()) names.push(name);
  assert.deepEqual(names, [blob.name]);
  await blob.delete();
  assert.equal(await blob.exists(), false);
});

test('tables take entities, changes, queries and transactions from the identity', async () => {
  const table = new TableClient(urls.table, 'rows', credential);
  await table.createTable();
  await table.createEntity({ partitionKey: "it's", rowKey: 'ü', count: 1 });
  const { etag } = await table.getEntity("it's", 'ü');
  await table.updateEntity({ partitionKey: "it's", rowKey: 'ü', count: 2 }, 'Merge', { etag });
  await assert.rejects(table.updateEntity({ partitionKey: "it's", rowKey: 'ü', count: 3 }, 'Replace', { etag }), {
    statusCode: 412,
  });
  await table.upsertEntity({ partitionKey: "it's", rowKey: 'v', count: 4 }, 'Replace');
  await table.submitTransaction([
    ['create', { partitionKey: "it's", rowKey: 'w', count: 5 }],
    ['delete', { partitionKey: "it's", rowKey: 'v' }],
  ]);
  const counts: unknown[] = [];
  for await (const { count } of table.listEntities({ queryOptions: { filter: 'count gt 1' } })) counts.push(count);
  assert.deepEqual(counts, [5, 2]);
  assert.deepEqual(noted('table'), [
    'createTable 201 bearer',
    'insertEntity 204 bearer',
    'queryEntities 200 bearer',
    'mergeEntity 204 bearer',
    'updateEntity 412 bearer',
    'insertOrReplaceEntity 204 bearer',
    'entityGroupTransaction 202 bearer',
    'queryEntities 200 bearer',
  ]);
});

test('the connection string of the cloud opens all three services', async () => {
  const { connectionString } = storage;
  await QueueServiceClient.fromConnectionString(connectionString).createQueue('by-key');
  await BlobServiceClient.fromConnectionString(connectionString).createContainer('by-key');
  await TableServiceClient.fromConnectionString(connectionString).createTable('bykey');
  const last = cloud.journal.entries.slice(-3).map(({ operation, status }) => `${operation} ${status}`);
  assert.deepEqual(last, ['createQueue 201', 'createContainer 201', 'createTable 201']);
});

test('whoever looks on from behind the front is not noted', async () => {
  const before = cloud.journal.recorded;
  const queues = QueueServiceClient.fromConnectionString(storage.azurite.connectionString);
  assert.equal(await queues.getQueueClient('work').exists(), true);
  assert.equal(cloud.journal.recorded, before);
});

test('tokens are asked for once, and no content is noted', () => {
  assert.equal(cloud.journal.count('identity', 'token'), 1);
  const text = JSON.stringify(cloud.journal.entries);
  for (const content of ['ünïcode', 'changed', 'a folder', "it's", 'devstoreaccount1']) {
    assert.ok(!text.includes(content), content);
  }
});
