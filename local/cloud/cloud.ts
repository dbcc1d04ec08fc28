/**
 * The local Microsoft cloud: Entra, Graph mail, Key Vault and the managed identity endpoint on loopback ports, strict
 * enough that what it accepts can be believed. It is never part of what is deployed.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeServerCertificate } from './certificate-authority.ts';
import { caFileIn } from './environment.ts';
import { FaultPanel } from './faults/fault-panel.ts';
import type { FaultRuleInput, ServiceName } from './faults/fault-rule.ts';
import { takeFolder } from './folder-lock.ts';
import { httpServices } from './http-services.ts';
import { Journal } from './journal.ts';
import { listenHttp, type ListenOptions, type ServerTls } from './listen.ts';
import { sweepContent } from './mail/content.ts';
import { startMailServers } from './mail-servers/mail-servers.ts';
import { type PortalOptions, startPortal } from './portal.ts';
import { resetTo } from './reset.ts';
import { type CloudState, loadState, saveState } from './state.ts';
import { type CloudStorage, startStorage, type StorageKept } from './storage/storage.ts';
import { type CloudUrls, noUrls, type Ports } from './urls.ts';
import type { JobOutcome } from './viewer/viewer.ts';

/** What every service of the cloud is given. Requests read `urls` when they run: ports are known by then. */
export interface CloudContext {
  readonly state: CloudState;
  readonly journal: Journal;
  readonly faults: FaultPanel;
  /** The time by a service's own clock, in epoch milliseconds: the fault panel can set one wrong. */
  now(service: ServiceName): number;
  readonly urls: CloudUrls;
  /** Where the state is kept, and beside it what is too large for it: attachments of many megabytes. */
  readonly folder: string;
  /** Shared secret of the managed identity endpoint (`X-IDENTITY-HEADER`). */
  readonly identityHeader: string;
}

export interface Cloud extends CloudContext {
  /** PEM file of the CA, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  /** PEM text of the same. */
  readonly ca: string;
  /** The same key pair that the cloud's own services use, for further TLS servers. */
  readonly tls: ServerTls;
  /** The storage account, if it was asked for. */
  readonly storage: CloudStorage | undefined;
  stop(): Promise<void>;
}

export interface CloudOptions {
  /** Folder for the CA, the server's key and the state. */
  folder: string;
  /** Makes the state of a cloud that has none kept in its folder yet. */
  seed: () => CloudState | Promise<CloudState>;
  /** Where the storage account keeps its data. Left out, there is none: Azurite takes two seconds and 200 MB. */
  storage?: StorageKept;
  ports?: Ports;
  /** Rules of the fault panel that are there from the start. */
  faults?: readonly FaultRuleInput[];
  /** Reads what became of an application's mail jobs, for a page of the portal. */
  outcomes?: () => Promise<JobOutcome[]>;
}

/**
 * How soon after a request the state is kept, so that a process that is killed loses little. What a test or the demo
 * assigns by itself is kept with the next request, or at the stop.
 */
const autosaveEvery = 2000;

/** @throws when a port is taken, or another cloud has the folder; nothing is left running then. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const leaveFolder = takeFolder(options.folder);
  try {
    return await startIn(options, leaveFolder);
  } catch (error) {
    leaveFolder();
    throw error;
  }
}

async function startIn(options: CloudOptions, leaveFolder: () => void): Promise<Cloud> {
  const stateFile = join(options.folder, 'cloud.json');
  const seedFile = join(options.folder, 'seed.json');
  const state = loadState(stateFile) ?? (await seedInto(seedFile, options));
  const tls = await serverTls(options.folder);
  const faults = new FaultPanel();
  const addFaults = (): void => options.faults?.forEach((rule) => faults.add(rule));
  addFaults();
  const context: CloudContext = {
    state,
    journal: new Journal(),
    faults,
    now: (service) => Date.now() + faults.skew(service),
    urls: noUrls(),
    folder: options.folder,
    identityHeader: crypto.randomUUID(),
  };
  sweepContent(context);
  let savedAt = 0;
  let restUntil = 0;
  const saveIfChanged = (): void => {
    const began = performance.now();
    if (context.journal.recorded === savedAt || began < restUntil) return;
    savedAt = context.journal.recorded;
    saveState(stateFile, state);
    // The whole is written while everybody waits: one part in twenty of the time, however much mail there is.
    restUntil = began + 20 * (performance.now() - began);
  };
  const { storage, stop: stopServices } = await startServices(context, options, {
    tls,
    ports: options.ports ?? {},
    changed: () => (savedAt = -1),
    reset: async () => {
      resetTo(loadState(seedFile) ?? (await seedInto(seedFile, options)), context);
      addFaults();
    },
  });
  const autosave = setInterval(saveIfChanged, autosaveEvery).unref();
  return {
    ...context,
    ca: tls.ca,
    caFile: caFileIn(options.folder),
    tls,
    storage,
    async stop() {
      clearInterval(autosave);
      await stopServices();
      // Only now, when no further request can change it.
      saveState(stateFile, state);
      leaveFolder();
    },
  };
}

async function seedInto(file: string, { seed }: CloudOptions): Promise<CloudState> {
  const state = await seed();
  saveState(file, state);
  return state;
}

/** None is left running when one cannot start. */
async function startServices(
  context: CloudContext,
  options: CloudOptions,
  listen: ListenOptions & Pick<PortalOptions, 'changed' | 'reset'>,
) {
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((one) => one.stop()));
  };
  try {
    for (const service of httpServices(context)) started.push(await listenHttp(context, service, listen));
    const mailServers = await startMailServers(context, listen);
    started.push(mailServers);
    const storage = options.storage && (await startStorage(context, options.storage, listen));
    if (storage) started.push(storage);
    started.push(await startPortal(context, { ...options, ...listen }, listen.ports.portal ?? 0));
    return { storage, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A key pair of its own for each start, also as files: for NODE_EXTRA_CA_CERTS and for Azurite. */
async function serverTls(folder: string): Promise<ServerTls> {
  const { ca, cert, key } = await makeServerCertificate();
  const certFile = join(folder, 'server.pem');
  const keyFile = join(folder, 'server.key');
  writeFileSync(caFileIn(folder), ca);
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  return { ca, cert, key, certFile, keyFile };
}
