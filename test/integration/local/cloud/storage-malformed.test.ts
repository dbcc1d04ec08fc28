/** Requests to the storage account that break off or cannot be read. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import { startTestCloud } from '../../../support/cloud.ts';
import { until } from '../../../support/line-dialog.ts';
import { call, storageToken, version, xmlError } from './storage-requests.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());

test('a path that cannot be decoded is refused with 400', async () => {
  for (const service of ['blob', 'queue'] as const) {
    const error = await xmlError(await call(cloud, service, { path: '/%zz' }));
    assert.deepEqual([error.status, error.code], [400, 'InvalidUri']);
  }
});

test('a caller that goes away in the middle of its body is noted as such, and is no fault of the service', async () => {
  const authorization = `Bearer ${await storageToken(cloud)}`;
  await call(cloud, 'blob', { method: 'PUT', path: '/half?restype=container' });
  cloud.journal.clear();
  const sent = request(`${cloud.urls.blob}/half/one`, {
    method: 'PUT',
    ca: cloud.ca,
    headers: { authorization, 'x-ms-version': version, 'x-ms-blob-type': 'BlockBlob', 'content-length': 1000 },
  });
  sent.on('error', () => {});
  const [socket] = (await once(sent, 'socket')) as [Socket];
  await once(socket, 'secureConnect');
  await new Promise<void>((flushed) => sent.write('first', () => flushed()));
  sent.destroy();
  await until(() => cloud.journal.entries.length > 0);
  const [entry] = cloud.journal.entries;
  assert.deepEqual([entry?.operation, entry?.status, entry?.reason], ['putBlob', 0, 'the caller went away']);
});
