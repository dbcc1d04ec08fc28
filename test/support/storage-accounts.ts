/**
 * The storage account in both forms that the settings know, each with all its tables, queues and containers: as deployed,
 * over https by tokens of the managed identity, and as an emulator, over http by connection string.
 *
 *     const accounts = await startStorageAccounts();
 *     after(() => accounts.stop());
 *     for (const { how, clients } of accounts.both) describe(`over ${how}`, () => ...);
 */

import type { TokenCredential } from '@azure/identity';
import { type Azurite, startAzurite } from '../../local/azurite.ts';
import { freePort } from '../../local/free-port.ts';
import { localStorage } from '../../local/storage.ts';
import { type StorageClients, storageClients } from '../../shared/adapters/storage/storage-clients.ts';
import type { Storage } from '../../shared/config.ts';
import { containers, queues, tables } from '../../shared/names.ts';
import { startTestCloud, type TestCloud } from './cloud.ts';
import { managedIdentity } from './managed-identity.ts';

interface StorageAccount {
  /** For titles: `over ${how}`. */
  readonly how: string;
  readonly azurite: Azurite;
  readonly clients: StorageClients;
}

export interface StorageAccounts {
  readonly cloud: TestCloud;
  readonly byIdentity: StorageAccount;
  readonly byConnectionString: StorageAccount;
  readonly both: readonly StorageAccount[];
  stop(): Promise<void>;
}

/** Never asked for anything: a connection string holds the key. */
export const noCredential: TokenCredential = {
  getToken: () => Promise.reject(new Error('A connection string needs no token.')),
};

export async function startStorageAccounts(): Promise<StorageAccounts> {
  const cloud = await startTestCloud();
  const [secure, plain] = await Promise.all([startAzurite({ tls: cloud.tls }), startAzurite()]);
  const byIdentity = {
    how: 'https with tokens of the managed identity',
    azurite: secure,
    clients: storageClients({ kind: 'identity', urls: secure.urls, clientId: undefined }, managedIdentity(cloud)),
  };
  const byConnectionString = {
    how: 'http with a connection string',
    azurite: plain,
    clients: storageClients(byKey(plain.connectionString), noCredential),
  };
  await Promise.all([localStorage(secure.connectionString).provision(), provision(byConnectionString.clients)]);
  return {
    cloud,
    byIdentity,
    byConnectionString,
    both: [byIdentity, byConnectionString],
    async stop() {
      await Promise.all([secure.stop(), plain.stop()]);
      await cloud.stop();
    },
  };
}

export function byKey(connectionString: string): Storage {
  return { kind: 'connectionString', connectionString };
}

/** Clients of an account that nobody serves: every connection is refused. */
export async function storageThatIsDown(): Promise<StorageClients> {
  const port = await freePort();
  const endpoints = ['Blob', 'Queue', 'Table'].map((name) => `${name}Endpoint=http://127.0.0.1:${port}/down;`).join('');
  const key = Buffer.from('no key of anything').toString('base64');
  const text = `DefaultEndpointsProtocol=http;AccountName=down;AccountKey=${key};${endpoints}`;
  return storageClients(byKey(text), noCredential);
}

async function provision(clients: StorageClients): Promise<void> {
  for (const name of Object.values(tables)) await clients.table(name).createTable();
  for (const name of Object.values(queues)) await clients.queue(name).create();
  for (const name of Object.values(containers)) await clients.container(name).create();
}
