/**
 * The local Microsoft cloud for tests and tools of any Node project, imported by its path:
 *
 *     import { startCloud } from '../tenantpost/local/cloud/index.ts';
 *
 *     const cloud = await startCloud({
 *       seed: {
 *         version: 1,
 *         tenants: [{ domain: 'contoso.example', mailboxes: ['post'], consents: ['My app'] }],
 *         registrations: [{ displayName: 'My app', secrets: [{ value: 'a secret of mine' }] }],
 *       },
 *     });
 *     after(() => cloud.stop());
 *
 *     const credential = new ClientSecretCredential('contoso.example', cloud.appId('My app'), 'a secret of mine', {
 *       authorityHost: cloud.urls.entra,
 *       disableInstanceDiscovery: true,
 *     });
 *     const { token } = await credential.getToken('https://graph.microsoft.com/.default');
 *     await fetch(`${cloud.urls.graph}/v1.0/users/post@contoso.example/sendMail`, { method: 'POST', ... });
 *     assert.equal(cloud.journal.count('graph', 'sendMail'), 1);
 *
 * Node runs this folder's TypeScript as it is, from 22.18 on, but not inside of a `node_modules` folder.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trust } from '../trust.ts';
import type { Cloud } from './cloud.ts';
import { startCloud as startCloudIn } from './cloud.ts';
import { environmentOf } from './environment.ts';
import { readSeed, readSeedFile } from './seed-file/read-seed.ts';
import type { Seed, SeedFile } from './seed-file/seed-file.ts';
import { stateOf } from './seed-file/state-of.ts';
import type { Ports } from './urls.ts';

export type { CloudState } from './state.ts';
export type { FaultRuleInput } from './faults/fault-rule.ts';
export type { JournalEntry } from './journal.ts';
export { exampleSeed } from './seed-file/example-seed.ts';
export { InvalidSeedError } from './seed-file/read-seed.ts';
export type { SeedFile } from './seed-file/seed-file.ts';

export interface LocalCloudOptions {
  /** A seed file's content, or the path of one. Left out, the cloud is empty: no tenant, no app. */
  seed?: SeedFile | string;
  /** Where state and storage are kept for the next start. Left out, a temporary folder that is deleted at the stop. */
  folder?: string;
  /** Whether there is a storage account. It takes two seconds to start, so it is off unless asked for. */
  storage?: boolean;
  /** Fixed ports by service; the system chooses the others. */
  ports?: Ports;
  /** Whether `fetch` and every other TLS client of this process trusts the cloud from now on. True if left out. */
  trust?: boolean;
}

export interface LocalCloud extends Omit<Cloud, 'tls' | 'folder'> {
  /** What to start another process with, so that Azure's SDKs find the cloud. */
  readonly environment: Readonly<Record<string, string>>;
  /** Client id of a registration by its display name. @throws when there is none. */
  appId(displayName: string): string;
  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a cloud of its own, on loopback only.
 *
 * @throws InvalidSeedError naming every wrong field of the seed.
 * @throws when a port is taken, or another cloud has the folder.
 */
export async function startCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const seed = await seedOf(options.seed);
  const temporary = options.folder === undefined ? mkdtempSync(join(tmpdir(), 'local-cloud-')) : undefined;
  const forget = (): void => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  const folder = options.folder ?? temporary ?? '';
  try {
    const cloud = await startCloudIn({
      folder,
      seed: () => stateOf(seed),
      faults: seed.faults,
      ...(options.storage === true && {
        storage: temporary === undefined ? { folder: join(folder, 'storage') } : 'memory',
      }),
      ...(options.ports !== undefined && { ports: options.ports }),
    });
    if (options.trust !== false) trust(cloud.ca);
    let stopped: Promise<void> | undefined;
    // Once, however often it is asked for: by the test, and at the end of `await using`.
    const stop = (): Promise<void> => (stopped ??= cloud.stop().then(forget));
    return {
      ...cloud,
      environment: environmentOf(cloud),
      appId: (displayName) => appIdOf(cloud, displayName),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    forget();
    throw error;
  }
}

async function seedOf(seed: LocalCloudOptions['seed']): Promise<Seed> {
  if (typeof seed === 'string') return readSeedFile(seed);
  return readSeed(seed ?? { version: 1 });
}

function appIdOf({ state }: Cloud, displayName: string): string {
  const registration = state.registrations.find((one) => one.displayName === displayName);
  if (registration === undefined) throw new Error(`The local cloud has no registration named "${displayName}".`);
  return registration.appId;
}
