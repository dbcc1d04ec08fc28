/** What each built-in role of Storage lets an identity do, tried on the real operations. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AssignedStorageRole, StorageRole } from '../../../../local/cloud/state.ts';
import type { StorageService } from '../../../../local/cloud/storage/storage-error.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { assignRoles, call, type StorageCall, xmlError } from './storage-requests.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());

const message = '<QueueMessage><MessageText>hello</MessageText></QueueMessage>';
const json = { accept: 'application/json', 'content-type': 'application/json' };
const entity = JSON.stringify({ PartitionKey: 'p', RowKey: 'r' });
const blob = { 'x-ms-blob-type': 'BlockBlob' };

/** Each by its name in the journal; all of them find what they need. */
const calls: Record<string, [StorageService, StorageCall]> = {
  listQueues: ['queue', { path: '?comp=list' }],
  createQueue: ['queue', { method: 'PUT', path: '/another' }],
  putMessage: ['queue', { method: 'POST', path: '/jobs/messages', body: message }],
  peekMessages: ['queue', { path: '/jobs/messages?peekonly=true' }],
  getMessages: ['queue', { path: '/jobs/messages' }],
  clearMessages: ['queue', { method: 'DELETE', path: '/jobs/messages' }],
  listContainers: ['blob', { path: '?comp=list' }],
  createContainer: ['blob', { method: 'PUT', path: '/another?restype=container' }],
  listBlobs: ['blob', { path: '/content?restype=container&comp=list' }],
  putBlob: ['blob', { method: 'PUT', path: '/content/b', headers: blob, body: 'x' }],
  getBlob: ['blob', { path: '/content/a' }],
  getBlobProperties: ['blob', { method: 'HEAD', path: '/content/a' }],
  getBlobTags: ['blob', { path: '/content/a?comp=tags' }],
  queryTables: ['table', { path: '/Tables', headers: json }],
  insertEntity: ['table', { method: 'POST', path: '/rows', headers: json, body: entity }],
  queryEntities: ['table', { path: '/rows()', headers: json }],
  insertOrMergeEntity: [
    'table',
    { method: 'PATCH', path: "/rows(PartitionKey='p',RowKey='s')", headers: json, body: '{}' },
  ],
};

const allowed: Record<StorageRole, string[]> = {
  'Storage Blob Data Owner': [
    'listContainers',
    'createContainer',
    'listBlobs',
    'putBlob',
    'getBlob',
    'getBlobProperties',
    'getBlobTags',
  ],
  'Storage Blob Data Contributor': [
    'listContainers',
    'createContainer',
    'listBlobs',
    'putBlob',
    'getBlob',
    'getBlobProperties',
  ],
  'Storage Blob Data Reader': ['listContainers', 'listBlobs', 'getBlob', 'getBlobProperties'],
  'Storage Queue Data Contributor': [
    'listQueues',
    'createQueue',
    'putMessage',
    'peekMessages',
    'getMessages',
    'clearMessages',
  ],
  'Storage Queue Data Reader': ['listQueues', 'peekMessages'],
  'Storage Queue Data Message Processor': ['peekMessages', 'getMessages'],
  'Storage Queue Data Message Sender': ['putMessage'],
  'Storage Table Data Contributor': ['queryTables', 'insertEntity', 'queryEntities', 'insertOrMergeEntity'],
  'Storage Table Data Reader': ['queryTables', 'queryEntities'],
};

before(async () => {
  const made = [
    await call(cloud, 'queue', { method: 'PUT', path: '/jobs' }),
    await call(cloud, 'blob', { method: 'PUT', path: '/content?restype=container' }),
    await call(cloud, 'blob', { method: 'PUT', path: '/content/a', headers: blob, body: 'a' }),
    await call(cloud, 'table', { method: 'POST', path: '/Tables', headers: json, body: '{"TableName":"rows"}' }),
  ];
  assert.deepEqual(
    made.map(({ status }) => status),
    [201, 201, 201, 201],
  );
});

for (const [role, names] of Object.entries(allowed)) {
  test(`${role} allows ${names.join(', ')} and nothing else`, async () => {
    const state = cloud.state;
    assignRoles(state, ...Object.keys(allowed).filter((one): one is StorageRole => one === role));
    const done: string[] = [];
    for (const [name, [service, request]] of Object.entries(calls)) {
      const response = await call(cloud, service, request);
      await response.arrayBuffer();
      const entry = cloud.journal.entries.at(-1);
      assert.equal(entry?.operation, name);
      if (response.headers.get('x-ms-error-code') !== 'AuthorizationPermissionMismatch') done.push(name);
      else assert.equal(response.status, 403);
    }
    assert.deepEqual(done, names);
  });
}

describe('the details of the queue roles', () => {
  async function received(): Promise<string> {
    assignRoles(cloud.state, 'Storage Queue Data Contributor');
    await call(cloud, 'queue', { method: 'POST', path: '/jobs/messages', body: message });
    const text = await (await call(cloud, 'queue', { path: '/jobs/messages?visibilitytimeout=1' })).text();
    const [, id, receipt] = /<MessageId>([^<]+)<.*<PopReceipt>([^<]+)</s.exec(text) ?? [];
    assert.ok(id !== undefined && receipt !== undefined, text);
    return `/jobs/messages/${id}?popreceipt=${encodeURIComponent(receipt)}`;
  }

  test('a Message Processor may delete a message and may not change one', async () => {
    const path = await received();
    assignRoles(cloud.state, 'Storage Queue Data Message Processor');
    const update = { method: 'PUT', path: `${path}&visibilitytimeout=30`, body: message };
    assert.equal((await xmlError(await call(cloud, 'queue', update))).code, 'AuthorizationPermissionMismatch');
    assert.equal((await call(cloud, 'queue', { method: 'DELETE', path })).status, 204);
  });

  test('two roles together allow what both do', async () => {
    assignRoles(cloud.state, 'Storage Queue Data Message Sender', 'Storage Queue Data Reader');
    for (const name of ['putMessage', 'peekMessages', 'listQueues']) {
      const [service, request] = calls[name] ?? assert.fail();
      assert.ok((await call(cloud, service, request)).ok, name);
    }
  });
});

describe('a role on one table, queue or container', () => {
  const contributors: AssignedStorageRole[] = [
    { role: 'Storage Table Data Contributor', scope: 'tables/rows' },
    { role: 'Storage Queue Data Contributor', scope: 'queues/jobs' },
    { role: 'Storage Blob Data Owner', scope: 'containers/content' },
  ];
  const refused = async (service: StorageService, request: StorageCall): Promise<string | undefined> => {
    const response = await call(cloud, service, request);
    await response.arrayBuffer();
    if (response.headers.get('x-ms-error-code') !== 'AuthorizationPermissionMismatch') return undefined;
    assert.equal(response.status, 403);
    return cloud.journal.entries.at(-1)?.reason ?? '';
  };

  test('allows everything there, whatever the case of its name', async () => {
    assignRoles(cloud.state, ...contributors);
    for (const name of ['putMessage', 'peekMessages', 'listBlobs', 'putBlob', 'getBlob', 'queryEntities'] as const) {
      const [service, request] = calls[name] ?? assert.fail();
      assert.equal(await refused(service, request), undefined, name);
    }
    assert.equal(await refused('table', { path: '/Rows()', headers: json }), undefined);
    assert.equal(await refused('queue', { method: 'PUT', path: '/jobs' }), undefined);
  });

  for (const [what, service, request, on] of [
    ['another table', 'table', { path: '/others()', headers: json }, 'tables/others'],
    [
      'a row of another table',
      'table',
      { path: "/others(PartitionKey='p',RowKey='r')", headers: json },
      'tables/others',
    ],
    ['another queue', 'queue', { path: '/others/messages' }, 'queues/others'],
    ['another container', 'blob', { path: '/others?restype=container&comp=list' }, 'containers/others'],
    ['a blob of another container', 'blob', { path: '/others/a' }, 'containers/others'],
    ['a blob of the root container', 'blob', { path: '/a' }, 'containers/$root'],
    ['the list of all tables', 'table', { path: '/Tables', headers: json }, 'the account'],
    [
      'a table to be made',
      'table',
      { method: 'POST', path: '/Tables', headers: json, body: '{"TableName":"rows"}' },
      'the account',
    ],
    ['the list of all queues', 'queue', { path: '?comp=list' }, 'the account'],
    [
      'a key for delegation',
      'blob',
      { method: 'POST', path: '?restype=service&comp=userdelegationkey' },
      'the account',
    ],
    ['the properties of a service', 'queue', { path: '?restype=service&comp=properties' }, 'the account'],
  ] as const) {
    test(`does not reach ${what}`, async () => {
      assignRoles(cloud.state, ...contributors);
      assert.match((await refused(service, request)) ?? 'allowed', new RegExp(` on ${on.replace('$', '\\$')}: `));
    });
  }

  test('is for each part of a transaction by itself', async () => {
    const part = (method: string, path: string): string =>
      `--c\r\ncontent-type: application/http\r\n\r\n${method} ${cloud.urls.table}/${path} HTTP/1.1\r\naccept: application/json\r\n\r\n{}\r\n`;
    const transaction = (...parts: string[]): StorageCall => ({
      ...{ method: 'POST', path: '/$batch', headers: { 'content-type': 'multipart/mixed; boundary=b' } },
      body: `--b\r\ncontent-type: multipart/mixed; boundary=c\r\n\r\n${parts.join('')}--c--\r\n--b--\r\n`,
    });
    const [here, there] = [part('POST', 'rows'), part('POST', 'others')];
    const removal = part('DELETE', "rows(PartitionKey='p',RowKey='r')");
    assignRoles(cloud.state, ...contributors);
    assert.equal(await refused('table', transaction(here, removal)), undefined);
    assert.match(
      (await refused('table', transaction(here, there))) ?? '',
      /^no role allows insertEntity on tables\/others: /,
    );
    assignRoles(cloud.state, { role: 'Storage Table Data Reader', scope: 'tables/rows' });
    assert.match(
      (await refused('table', transaction(removal))) ?? '',
      /^no role allows deleteEntity on tables\/rows: /,
    );
  });

  test('a transaction of more than 4 MB is refused, since what is in it cannot be known', async () => {
    assignRoles(cloud.state, ...contributors);
    const response = await call(cloud, 'table', { method: 'POST', path: '/$batch', body: 'x'.repeat(4_200_000) });
    assert.deepEqual([response.status, response.headers.get('x-ms-error-code')], [413, 'RequestBodyTooLarge']);
  });
});

test('a refusal names no right to the caller, and all that would do to the journal', async () => {
  assignRoles(cloud.state, 'Storage Queue Data Reader');
  const response = await call(cloud, 'queue', { path: '/jobs/messages' });
  assert.deepEqual(await xmlError(response), {
    status: 403,
    code: 'AuthorizationPermissionMismatch',
    message: 'This request is not authorized to perform this operation using this permission.',
  });
  const messages = 'queueServices/queues/messages';
  assert.equal(
    cloud.journal.entries.at(-1)?.reason,
    `no role allows getMessages on queues/jobs: it takes ${messages}/process/action, or ${messages}/delete and ${messages}/read`,
  );
});

test('a reader cannot change entities by putting them into a transaction', async () => {
  assignRoles(cloud.state, 'Storage Table Data Reader');
  const response = await call(cloud, 'table', { method: 'POST', path: '/$batch', body: '--batch_1--' });
  assert.equal(response.status, 403);
  assert.equal(cloud.journal.entries.at(-1)?.operation, 'entityGroupTransaction');
});

test('what is no operation is told by the service only to who may change it', async () => {
  assignRoles(cloud.state, 'Storage Queue Data Reader');
  const unknown = { method: 'PATCH', path: '/jobs/messages' };
  assert.equal((await call(cloud, 'queue', unknown)).headers.get('server'), null);
  assignRoles(cloud.state, 'Storage Queue Data Contributor');
  const response = await call(cloud, 'queue', unknown);
  assert.match(response.headers.get('server') ?? '', /^Azurite-Queue/);
  assert.ok(response.status >= 400 && response.status < 500, `${response.status}`);
});
