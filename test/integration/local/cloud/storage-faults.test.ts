/** The storage account under the fault panel: its own error bodies, lost answers, and a service that is down. */

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import { startTestCloud } from '../../../support/cloud.ts';
import { managedIdentity } from '../../../support/managed-identity.ts';
import { call, xmlError } from './storage-requests.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());
afterEach(() => cloud.faults.clear());
const { storage, urls } = cloud;
assert.ok(storage);
const credential = managedIdentity(cloud);

const once = { maxTries: 1 };
const queue = new QueueServiceClient(urls.queue, credential, { retryOptions: once }).getQueueClient('jobs');
const table = new TableClient(urls.table, 'rows', credential, { retryOptions: { maxRetries: 0 } });
/** Behind the front, where no fault reaches. */
const seen = QueueServiceClient.fromConnectionString(storage.azurite.connectionString).getQueueClient('jobs');
const messages = async (): Promise<number | undefined> => (await seen.getProperties()).approximateMessagesCount;

before(async () => {
  await queue.create();
  await table.createTable();
});
afterEach(() => seen.clearMessages());

test('503 is ServerBusy in each service, in its own form, with the Retry-After that the rule gives', async () => {
  const busy = { kind: 'answer', status: 503, retryAfter: { seconds: 3 } } as const;
  cloud.faults.add({ service: 'queue', fault: busy });
  cloud.faults.add({ service: 'blob', fault: busy });
  cloud.faults.add({ service: 'table', fault: busy });
  for (const service of ['queue', 'blob'] as const) {
    const response = await call(cloud, service, { path: '?comp=list' });
    assert.equal(response.headers.get('retry-after'), '3');
    assert.deepEqual(await xmlError(response), { status: 503, code: 'ServerBusy', message: 'The server is busy.' });
  }
  await assert.rejects(table.getEntity('p', 'r'), { statusCode: 503 });
});

test('a rule may name another code of the service', async () => {
  cloud.faults.add({
    service: 'queue',
    operation: 'putMessage',
    fault: { kind: 'answer', status: 500, code: 'OperationTimedOut' },
  });
  await assert.rejects(queue.sendMessage('lost'), { statusCode: 500, code: 'OperationTimedOut' });
  assert.equal(await messages(), 0);
  // The rule is for one operation alone.
  assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
});

describe('a message', () => {
  test('is there although its sender was told of a failure', async () => {
    cloud.faults.add({ service: 'queue', fault: { kind: 'answer', status: 500, when: 'after' }, times: 1 });
    await assert.rejects(queue.sendMessage('there'), { statusCode: 500, code: 'InternalError' });
    assert.equal(await messages(), 1);
  });

  test('is there although the connection was cut before the answer', async () => {
    cloud.faults.add({ service: 'queue', fault: { kind: 'cut', when: 'after' }, times: 1 });
    await assert.rejects(queue.sendMessage('there'), { code: 'ECONNRESET' });
    assert.equal(await messages(), 1);
    const [entry] = cloud.journal.entries.slice(-1);
    assert.deepEqual([entry?.operation, entry?.status, entry?.fault !== undefined], ['putMessage', 201, true]);
  });

  test('is not there when the connection was cut before the request was read', async () => {
    cloud.faults.add({ service: 'queue', fault: { kind: 'cut' }, times: 1 });
    await assert.rejects(queue.sendMessage('lost'), { code: 'ECONNRESET' });
    assert.equal(await messages(), 0);
  });

  test('arrives late through a slow service', async () => {
    cloud.faults.add({ service: 'queue', fault: { kind: 'slow', milliseconds: 300 }, times: 1 });
    const began = performance.now();
    await queue.sendMessage('late');
    assert.ok(performance.now() - began >= 300);
    assert.equal(await messages(), 1);
  });
});

test('a request that the service refuses does not use a rule up', async () => {
  cloud.faults.add({ service: 'queue', fault: { kind: 'cut', when: 'after' }, times: 1 });
  const response = await call(cloud, 'queue', { path: '/jobs/messages', authorization: 'Bearer no.real.token' });
  assert.equal(response.status, 401);
  assert.equal(cloud.faults.list()[0]?.hits, 0);
});

test('one service is down while the others answer, and comes back', async () => {
  const id = cloud.faults.add({ service: 'table', fault: { kind: 'down' } });
  await assert.rejects(table.getEntity('p', 'r'), { code: 'ECONNRESET' });
  await queue.sendMessage('still up');
  assert.equal(await messages(), 1);
  cloud.faults.remove(id);
  await assert.rejects(table.getEntity('p', 'r'), { statusCode: 404 });
});

test('by a clock that is ahead a good token has expired', async () => {
  cloud.faults.add({ service: 'queue', fault: { kind: 'clock', seconds: 2 * 24 * 60 * 60 } });
  await assert.rejects(queue.peekMessages(), { statusCode: 401, code: 'InvalidAuthenticationInfo' });
});

test('an answer that nothing closes is the client’s to give up on', async () => {
  cloud.faults.add({ service: 'queue', fault: { kind: 'silence' } });
  const gaveUp = queue.sendMessage('lost', { abortSignal: AbortSignal.timeout(300) });
  await assert.rejects(gaveUp, { name: 'AbortError' });
  assert.equal(await messages(), 0);
});
