import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { TokenCredential } from '@azure/identity';
import { signAccessToken } from '../../../../../local/cloud/tokens.ts';
import { storageCall, storageClients, unless } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { containers, queues, tables } from '../../../../../shared/names.ts';
import { vendor } from '../../../../support/cloud.ts';
import { anError } from '../../../../support/failing.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { byKey, noCredential, startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const { cloud, byIdentity, byConnectionString } = accounts;
const identityUrls = { kind: 'identity', urls: byIdentity.azurite.urls, clientId: undefined } as const;

const failing = (call: () => Promise<unknown>) => failureOf(storageCall('do what a test wants', call));

/** A token whose claims are the managed identity's but for these. */
async function tokenWith(claims: Record<string, unknown>): Promise<TokenCredential> {
  const home = cloud.state.tenants.find(({ id }) => id === vendor.tenantId);
  assert.ok(home);
  const now = Math.floor(Date.now() / 1000);
  const token = await signAccessToken(home, {
    aud: 'https://storage.azure.com',
    iss: `https://sts.windows.net/${vendor.tenantId}/`,
    iat: now - 60,
    nbf: now - 60,
    exp: now + 3600,
    ...claims,
  });
  return { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
}

for (const { how, clients } of accounts.both) {
  test(`tables, queues and blobs answer over ${how}`, async () => {
    const { url } = clients.table(tables.tenants);
    assert.equal(new URL(url).protocol, how.startsWith('https') ? 'https:' : 'http:');
    await clients.table(tables.tenants).upsertEntity({ partitionKey: 'p', rowKey: 'r', word: 'kept' });
    assert.equal((await clients.table(tables.tenants).getEntity('p', 'r'))['word'], 'kept');
    await clients.queue(queues.mailGraph).sendMessage('kept');
    assert.equal((await clients.queue(queues.mailGraph).peekMessages()).peekedMessageItems[0]?.messageText, 'kept');
    const blob = clients.container(containers.mailContent).getBlockBlobClient('kept.txt');
    await blob.upload('kept', 4);
    assert.equal((await blob.downloadToBuffer()).toString(), 'kept');
  });
}

test('one token of the managed identity serves tables, queues and blobs', () => {
  assert.equal(cloud.journal.count('identity', 'token'), 1);
});

describe('storage that refuses', { concurrency: true }, () => {
  const refusals = [
    ['a token for another resource', () => tokenWith({ aud: 'https://vault.azure.net' })],
    ['a token that has expired', () => tokenWith({ exp: Math.floor(Date.now() / 1000) - 60 })],
  ] as const;
  for (const [what, credential] of refusals) {
    test(`${what} is STORAGE_UNAVAILABLE, with the status and the cause`, async () => {
      const clients = storageClients(identityUrls, await credential());
      const errors = await Promise.all([
        failing(() => clients.table(tables.tenants).getEntity('p', 'r')),
        failing(() => clients.queue(queues.mailGraph).sendMessage('no')),
        failing(() => clients.container(containers.mailContent).getBlockBlobClient('no').upload('no', 2)),
      ]);
      for (const { code, detail, cause, message } of errors) {
        assert.deepEqual([code, detail], ['STORAGE_UNAVAILABLE', { status: 403 }]);
        assert.equal(message, 'Storage failed to do what a test wants.');
        assert.ok(cause instanceof Error);
      }
    });
  }

  test('an account key that is wrong is STORAGE_UNAVAILABLE, and says nothing of the key', async () => {
    const wrong = Buffer.from('another key').toString('base64');
    const text = byConnectionString.azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${wrong}`);
    const clients = storageClients(byKey(text), noCredential);
    const error = await failing(() => clients.table(tables.tenants).getEntity('p', 'r'));
    assert.deepEqual([error.code, error.detail], ['STORAGE_UNAVAILABLE', { status: 403 }]);
    assert.equal(shownOf(error).includes(wrong), false);
  });

  test('a managed identity that gives no token is STORAGE_UNAVAILABLE, with the cause', async () => {
    const gone = new Error('no token today');
    const clients = storageClients(identityUrls, { getToken: () => Promise.reject(gone) });
    const error = await failing(() => clients.table(tables.tenants).getEntity('p', 'r'));
    assert.deepEqual([error.code, error.detail, error.cause], ['STORAGE_UNAVAILABLE', { status: undefined }, gone]);
  });
});

describe('a storage call', () => {
  const table = byConnectionString.clients.table(tables.tenants);

  test('gives what it was made for', async () => {
    assert.equal(await storageCall('ask', () => Promise.resolve('an answer')), 'an answer');
  });

  test('lets our own errors through as they are', async () => {
    const ours = anError('VAULT_REFUSED');
    await assert.rejects(
      storageCall('ask', () => Promise.reject(ours)),
      (error) => error === ours,
    );
  });

  test('whose one expected refusal came gives what stands for it, and throws every other', async () => {
    const absent = () => table.getEntity('p', crypto.randomUUID());
    assert.equal(await unless('ResourceNotFound', 'absent', absent), 'absent');
    await assert.rejects(unless('EntityAlreadyExists', 'taken', absent), { statusCode: 404 });
    await table.createEntity({ partitionKey: 'p', rowKey: 'taken' });
    const again = () => table.createEntity({ partitionKey: 'p', rowKey: 'taken' });
    assert.equal(await unless('EntityAlreadyExists', 'taken', again), 'taken');
    await assert.rejects(unless('ResourceNotFound', 'absent', again), { statusCode: 409 });
  });

  test('to a table that is missing is a failure, not a row that is absent', async () => {
    const nowhere = byConnectionString.clients.table('nosuchtable');
    await assert.rejects(unless('ResourceNotFound', 'absent', () => nowhere.getEntity('p', 'r')));
  });
});

test('a service that stops is STORAGE_UNAVAILABLE, with the cause', async () => {
  const table = byConnectionString.clients.table(tables.tenants);
  await byConnectionString.azurite.stop();
  const error = await failing(() => table.getEntity('p', 'r'));
  assert.deepEqual([error.code, error.detail], ['STORAGE_UNAVAILABLE', { status: undefined }]);
  assert.ok(error.cause instanceof Error && 'code' in error.cause);
  assert.equal(error.cause.code, 'ECONNREFUSED');
});
