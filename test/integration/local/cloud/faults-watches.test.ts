/** Requests that a test is told of while they are under way. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { odata, TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import type { WatchedRequest } from '../../../../local/cloud/faults/watches.ts';
import { waitFor } from '../../../../local/wait.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { managedIdentity } from '../../../support/managed-identity.ts';
import { askOn, connectionTo } from './fault-requests.ts';
import { aMessage, send, sender } from './graph-requests.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.state.messages.length = 0;
});
const credential = managedIdentity(cloud);
const queue = new QueueServiceClient(cloud.urls.queue, credential).getQueueClient('jobs');
const table = new TableClient(cloud.urls.table, 'rows', credential);
before(async () => {
  await queue.create();
  await table.createTable();
});

const sendMail = { service: 'graph', operations: ['sendMail'] } as const;

test('tells of a request before the service sees it, and after it has done its work while the caller still waits', async () => {
  const told: { request: WatchedRequest; messages: number }[] = [];
  const held = Promise.withResolvers<undefined>();
  const seen = (request: WatchedRequest): void => void told.push({ request, messages: cloud.state.messages.length });
  const endBefore = cloud.faults.watches.add({ ...sendMail, when: 'before', seen });
  const endAfter = cloud.faults.watches.add({
    ...sendMail,
    when: 'after',
    seen: (request) => (seen(request), held.promise),
  });
  const connection = await connectionTo(cloud, 'graph');
  let answered = false;
  const answer = askOn(connection).finally(() => (answered = true));
  await waitFor('the second word', () => told.length === 2 || undefined);
  // Whoever answers without waiting has done so by then.
  await new Promise((done) => setTimeout(done, 200));
  assert.equal(answered, false);
  const [port] = Object.values(connection.agent.sockets).flatMap((sockets) => sockets?.map((one) => one.localPort));
  held.resolve(undefined);
  assert.equal((await answer).status, 202);
  connection.close();

  const { tenantId } = told[0]?.request ?? {};
  const request = { service: 'graph', operation: 'sendMail', tenantId, mailbox: sender, remotePort: port };
  assert.deepEqual(told, [
    { request, messages: 0 },
    { request: { ...request, status: 202 }, messages: 2 },
  ]);
  assert.equal(typeof port, 'number');

  endBefore();
  endAfter();
  await send(cloud, { message: aMessage() });
  assert.equal(told.length, 2);
});

test('does not tell of what a fault keeps from the service, and does tell of what it only keeps from the caller', async () => {
  const told: (number | undefined)[] = [];
  const end = cloud.faults.watches.add({ ...sendMail, when: 'after', seen: ({ status }) => told.push(status) });
  cloud.faults.add({ service: 'graph', times: 1, fault: { kind: 'answer', status: 503 } });
  cloud.faults.add({ service: 'graph', times: 1, fault: { kind: 'answer', status: 504, when: 'after' } });
  assert.equal((await send(cloud, { message: aMessage() })).status, 503);
  assert.deepEqual(told, []);
  assert.equal((await send(cloud, { message: aMessage() })).status, 504);
  assert.deepEqual(told, [202]);
  end();
});

test('tells requests to storage apart by their content, which reaches the service whole', async () => {
  const told: string[] = [];
  const ends = [
    cloud.faults.watches.add({
      service: 'queue',
      operations: ['putMessage'],
      when: 'before',
      content: (text) => text.includes('second'),
      seen: ({ operation }) => told.push(operation),
    }),
    cloud.faults.watches.add({
      service: 'table',
      operations: ['entityGroupTransaction'],
      when: 'after',
      content: (text) => /"state":"sent"/.test(text),
      seen: ({ operation, status }) => told.push(`${operation} ${status}`),
    }),
  ];
  for (const text of ['first ✓', 'second ✓']) await queue.sendMessage(text);
  for (const state of ['sending', 'sent']) {
    const row = { partitionKey: 'p', rowKey: state, state };
    await table.submitTransaction([
      ['create', row],
      ['create', { ...row, rowKey: `${state} too` }],
    ]);
  }
  for (const end of ends) end();
  assert.deepEqual(told, ['putMessage', 'entityGroupTransaction 202']);
  const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 8 });
  assert.deepEqual(receivedMessageItems.map(({ messageText }) => messageText).sort(), ['first ✓', 'second ✓']);
  const rows: string[] = [];
  const queryOptions = { filter: odata`PartitionKey eq ${'p'}` };
  for await (const { rowKey } of table.listEntities({ queryOptions })) rows.push(rowKey ?? '');
  assert.deepEqual(rows, ['sending', 'sending too', 'sent', 'sent too']);
});
