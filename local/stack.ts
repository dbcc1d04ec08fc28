/**
 * Everything on one machine: the local Microsoft cloud with its storage, and the built app in the local function
 * host. The demo, `npm start` and the end-to-end tests are this, each with other settings.
 */

import { join } from 'node:path';
import { routePrefix, routes } from '../shared/names.ts';
import { buildApp } from './build.ts';
import { type Cloud, startCloud } from './cloud/cloud.ts';
import { demoState, vendor } from './cloud/seed.ts';
import { portsInARow } from './cloud/urls.ts';
import { freePort } from './free-port.ts';
import { type Host, startHost } from './host/start-host.ts';
import { readOutcomes } from './outcomes.ts';
import { type LocalStorage, localStorage } from './storage.ts';
import { trust } from './trust.ts';

export interface Stack {
  readonly cloud: Cloud;
  readonly storage: LocalStorage;
  readonly host: Host;
  /** The environment that the app was started with. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Where state, CA and storage are kept. */
  readonly folder: string;
  /** Whether storage outlives the stack. */
  readonly keepStorage: boolean;
  /** The host's port; the cloud's follow it in a row. 0 takes free ones. */
  readonly firstPort: number;
  /** Settings of the app beside those that point it at the local cloud. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onProgress?: (line: string) => void;
  readonly onHostLine?: (line: string) => void;
}

export const root = join(import.meta.dirname, '..');

/** Entra does not compare the port of a loopback redirect URI, so one registration serves whichever port is free. */
const redirectUri = `http://localhost/${routePrefix}/${routes.consentCallback}`;

export async function startStack(options: StackOptions): Promise<Stack> {
  const say = options.onProgress ?? (() => {});
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    say('building the app');
    await buildApp();

    say('starting the local Microsoft cloud and its storage (Azurite)');
    let storage: LocalStorage | undefined;
    const cloud = await startCloud({
      folder: join(options.folder, 'cloud'),
      seed: () => demoState(redirectUri),
      storage: options.keepStorage ? { folder: join(options.folder, 'storage') } : 'memory',
      ports: portsInARow(options.firstPort === 0 ? 0 : options.firstPort + 1),
      outcomes: async () => (storage === undefined ? [] : readOutcomes(storage)),
    });
    stops.push(() => cloud.stop());
    trust(cloud.ca);
    if (cloud.storage === undefined) throw new Error('The local cloud has no storage.');
    // Who looks on goes in by the back: faults are for the app.
    storage = localStorage(cloud.storage.azurite.connectionString);
    await storage.provision();

    say('starting the function host');
    const hostPort = options.firstPort === 0 ? await freePort() : options.firstPort;
    const settings = { ...appSettings(cloud, hostPort), ...options.settings };
    const host = await startHost({
      root,
      settings,
      port: hostPort,
      environment: 'Development',
      ...(options.onHostLine ? { onLine: options.onHostLine } : {}),
    });
    stops.push(() => host.stop());
    return { cloud, storage, host, settings, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What local.settings.json holds for a real deployment, pointed at the local cloud instead. */
export function appSettings(cloud: Cloud, hostPort: number): Record<string, string> {
  return {
    AzureWebJobsStorage__credential: 'managedidentity',
    AzureWebJobsStorage__clientId: vendor.identityClientId,
    AzureWebJobsStorage__blobServiceUri: cloud.urls.blob,
    AzureWebJobsStorage__queueServiceUri: cloud.urls.queue,
    AzureWebJobsStorage__tableServiceUri: cloud.urls.table,
    AZURE_CLIENT_ID: vendor.identityClientId,
    TENANTPOST_CLIENT_ID: vendor.appId,
    TENANTPOST_PUBLIC_URL: `http://localhost:${hostPort}`,
    TENANTPOST_AUTHORITY_URL: cloud.urls.entra,
    TENANTPOST_GRAPH_URL: cloud.urls.graph,
    TENANTPOST_SMTP_HOST: new URL(cloud.urls.smtp).host,
    TENANTPOST_IMAP_HOST: new URL(cloud.urls.imap).host,
    TENANTPOST_POP_HOST: new URL(cloud.urls.pop).host,
    TENANTPOST_VAULT_URL: cloud.urls.vault,
    TENANTPOST_CERTIFICATE_NAME: vendor.certificateName,
    TENANTPOST_WRAPPING_KEY_NAME: vendor.wrappingKeyName,
    // What App Service sets on an instance that has a managed identity.
    IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
    IDENTITY_HEADER: cloud.identityHeader,
    NODE_EXTRA_CA_CERTS: cloud.caFile,
  };
}
