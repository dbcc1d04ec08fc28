/** User delegation signatures: made with a key that Entra vouches for, and worth no more than the roles of who asked for it. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BlobSASPermissions, generateBlobSASQueryParameters } from '@azure/storage-blob';
import type { StorageRole } from '../../../../local/cloud/state.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { assignRoles, call, storageToken, xmlError } from './storage-requests.ts';

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());

const container = 'delegated';
async function readWith(...roles: StorageRole[]): Promise<Response> {
  assignRoles(cloud.state, 'Storage Blob Data Owner');
  const authorization = `Bearer ${await storageToken(cloud)}`;
  await call(cloud, 'blob', { method: 'PUT', path: `/${container}?restype=container` });
  await call(cloud, 'blob', {
    method: 'PUT',
    path: `/${container}/one`,
    headers: { 'x-ms-blob-type': 'BlockBlob' },
    body: 'content',
  });
  const [startsOn, expiresOn] = [new Date(Date.now() - 60_000), new Date(Date.now() + 600_000)];
  const time = (date: Date): string => date.toISOString().replace(/\.\d+/, '');
  const told = await call(cloud, 'blob', {
    method: 'POST',
    path: '?restype=service&comp=userdelegationkey',
    authorization,
    body: `<KeyInfo><Start>${time(startsOn)}</Start><Expiry>${time(expiresOn)}</Expiry></KeyInfo>`,
  });
  const key = await told.text();
  const of = (name: string): string => new RegExp(`<${name}>([^<]*)<`).exec(key)?.[1] ?? '';
  const query = generateBlobSASQueryParameters(
    {
      containerName: container,
      blobName: 'one',
      permissions: BlobSASPermissions.parse('r'),
      startsOn,
      expiresOn,
      version: '2020-12-06',
    },
    {
      signedObjectId: of('SignedOid'),
      signedTenantId: of('SignedTid'),
      signedStartsOn: new Date(of('SignedStart')),
      signedExpiresOn: new Date(of('SignedExpiry')),
      signedService: of('SignedService'),
      signedVersion: of('SignedVersion'),
      value: of('Value'),
    },
    'devstoreaccount1',
  );
  assignRoles(cloud.state, ...roles);
  return call(cloud, 'blob', { path: `/${container}/one?${query.toString()}`, authorization: null });
}

test('a user delegation signature is taken with shared keys off, and allows no more than its principal may do by then', async () => {
  cloud.state.storageAccount.allowSharedKeyAccess = false;
  const taken = await readWith('Storage Blob Data Reader');
  assert.deepEqual([taken.status, await taken.text()], [200, 'content']);
  const refused = await readWith('Storage Queue Data Reader');
  assert.equal((await xmlError(refused)).code, 'AuthorizationPermissionMismatch');
  assert.equal(refused.status, 403);
});
