/** What the app says when its identity lacks a role in the storage account: which one, and on what. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { isRestError } from '@azure/storage-queue';
import { missingRoleIn } from '../../../../../shared/adapters/storage/missing-role.ts';
import { storageCall, storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { containers, queues, tables } from '../../../../../shared/names.ts';
import { startTestCloud } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());
const [identity] = cloud.state.identities;
assert.ok(identity);
identity.storageRoles = [];

const { blob, queue, table } = cloud.urls;
const clients = storageClients(
  { kind: 'identity', urls: { blob, queue, table }, clientId: undefined },
  managedIdentity(cloud),
);
const mailTable = clients.table(tables.mail);
const row = { partitionKey: 'p', rowKey: 'r' };

const tableRole = 'Storage Table Data Contributor';
const queueRole = 'Storage Queue Data Contributor';
const blobRole = 'Storage Blob Data Owner';

/** Each with the address that it has in Azure, where the account is in the host's name. */
const calls: [what: string, on: string, role: string, inAzure: string, call: () => Promise<unknown>][] = [
  [
    'a row',
    'table mail',
    tableRole,
    "st.table.core.windows.net/mail(PartitionKey='p',RowKey='r')",
    () => mailTable.getEntity('p', 'r'),
  ],
  ['a new row', 'table mail', tableRole, 'st.table.core.windows.net/mail', () => mailTable.createEntity(row)],
  [
    'a page of rows',
    'table mail',
    tableRole,
    'st.table.core.windows.net/mail()?$top=1',
    () => mailTable.listEntities().byPage().next(),
  ],
  [
    'a transaction',
    'table mail',
    tableRole,
    'st.table.core.windows.net/$batch',
    () => mailTable.submitTransaction([['create', row]]),
  ],
  [
    'a message to be sent',
    'queue mail-graph',
    queueRole,
    'st.queue.core.chinacloudapi.cn/mail-graph/messages',
    () => clients.queue(queues.mailGraph).sendMessage('x'),
  ],
  [
    'the length of a queue',
    'queue mail-graph',
    queueRole,
    'st.queue.core.windows.net/mail-graph?comp=metadata',
    () => clients.queue(queues.mailGraph).getProperties(),
  ],
  [
    'an event',
    'queue mail-ended',
    'Storage Queue Data Message Sender',
    'st.queue.core.windows.net/mail-ended/messages',
    () => clients.queue('mail-ended').sendMessage('x'),
  ],
  [
    'the number of events',
    'queue mail-ended',
    'Storage Queue Data Reader',
    'st.queue.core.windows.net/mail-ended?comp=metadata',
    () => clients.queue('mail-ended').getProperties(),
  ],
  [
    'a container',
    'container mail-content',
    blobRole,
    'st.blob.core.windows.net/mail-content?restype=container',
    () => clients.container(containers.mailContent).getProperties(),
  ],
  [
    'a blob',
    'container mail-content',
    blobRole,
    'st.blob.core.usgovcloudapi.net/mail-content/jobs/a',
    () => clients.container(containers.mailContent).getBlobClient('jobs/a').getProperties(),
  ],
];

describe('for want of a role', () => {
  for (const [what, on, role, inAzure, call] of calls) {
    test(`${what} is STORAGE_UNAVAILABLE, with ${role} on ${on}`, async () => {
      const error = await failureOf(storageCall('do what a test wants', call));
      assert.deepEqual(
        [error.code, error.detail],
        ['STORAGE_UNAVAILABLE', { status: 403, missingRole: role, missingOn: on }],
      );
      assert.equal(
        error.message,
        `Storage refused to do what a test wants: no role of the managed identity allows it on ${on}.`,
      );
      assert.match(error.remedy, new RegExp(`^Assign the role ${role} to the managed identity, on ${on} `));
      assert.ok(isRestError(error.cause) && error.cause.request);
      error.cause.request.url = `https://${inAzure}`;
      assert.deepEqual(missingRoleIn(error.cause), { on, role });
    });
  }

  test('a refusal of the firewall names no role', async (t) => {
    t.after(() => cloud.faults.remove(rule));
    const rule = cloud.faults.add({ service: 'queue', fault: { kind: 'answer', status: 403 } });
    const error = await failureOf(storageCall('ask', () => clients.queue('walled').getProperties()));
    assert.deepEqual([error.code, error.detail], ['STORAGE_UNAVAILABLE', { status: 403 }]);
    assert.equal(error.remedy, error.meaning.remedy);
  });
});
