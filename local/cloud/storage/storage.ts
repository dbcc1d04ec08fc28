/** The storage account: Azurite, and before each of its services a front of ours that believes nobody unchecked. */

import { Agent } from 'node:https';
import { type Azurite, azuriteAccount, connectionStringOf, startAzurite, storageServices } from '../../azurite.ts';
import type { CloudContext } from '../cloud.ts';
import { listenHttp, type ListenOptions, type ServerTls } from '../listen.ts';
import { storageFaults } from './faults.ts';
import { forwardTo } from './forward.ts';
import { storageFront } from './front.ts';
import type { StorageService } from './storage-error.ts';

export interface CloudStorage {
  /** With the account, without a slash at the end: `https://127.0.0.1:PORT/devstoreaccount1`. */
  readonly urls: Readonly<Record<StorageService, string>>;
  readonly connectionString: string;
  /** Behind the front, for who looks on: neither faults nor journal nor roles concern it. */
  readonly azurite: Pick<Azurite, 'urls' | 'connectionString'>;
}

/** Where data is kept: in memory, gone at the stop, or in a folder. */
export type StorageKept = 'memory' | { folder: string };

/** @throws when Azurite or a port cannot be had; nothing is left running then. */
export async function startStorage(
  cloud: CloudContext,
  kept: StorageKept,
  options: ListenOptions & { tls: ServerTls },
): Promise<CloudStorage & { stop(): Promise<void> }> {
  const azurite = await startAzurite({ ...(kept !== 'memory' && kept), tls: options.tls });
  const agent = new Agent({ keepAlive: true, ca: options.tls.ca });
  const stops = [() => azurite.stop(), () => Promise.resolve(agent.destroy())];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    for (const name of storageServices) {
      const forward = forwardTo(new URL(azurite.urls[name]), agent);
      const front = await listenHttp(
        cloud,
        {
          name,
          origin: 'https://127.0.0.1',
          path: `/${azuriteAccount}`,
          respond: storageFront(cloud, name, azuriteAccount, forward),
          faults: storageFaults(cloud, name),
        },
        options,
      );
      stops.push(() => front.stop());
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const { blob, queue, table } = cloud.urls;
  return { urls: { blob, queue, table }, connectionString: connectionStringOf(cloud.urls), azurite, stop };
}
