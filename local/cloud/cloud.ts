/**
 * The local Microsoft cloud: Entra, Graph mail, Key Vault and the managed identity endpoint on loopback ports, strict
 * enough that what it accepts can be believed. It is never part of what is deployed.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeServerCertificate } from './certificate-authority.ts';
import { FaultPanel } from './faults/fault-panel.ts';
import type { ServiceName } from './faults/fault-rule.ts';
import { withFaults } from './faults/http-faults.ts';
import { httpServices } from './http-services.ts';
import { Journal } from './journal.ts';
import { type Listening, serve } from './serve.ts';
import { type CloudState, loadState, saveState } from './state.ts';

/** Where each service answers; no trailing slash. */
interface CloudUrls {
  entra: string;
  graph: string;
  vault: string;
  identity: string;
}

/** What every service of the cloud is given. Requests read `urls` when they run: ports are known by then. */
export interface CloudContext {
  readonly state: CloudState;
  readonly journal: Journal;
  readonly faults: FaultPanel;
  /** The time by a service's own clock, in epoch milliseconds: the fault panel can set one wrong. */
  now(service: ServiceName): number;
  readonly urls: CloudUrls;
  /** Shared secret of the managed identity endpoint (`X-IDENTITY-HEADER`). */
  readonly identityHeader: string;
}

export interface Cloud extends CloudContext {
  /** PEM file of the CA, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  /** PEM text of the same. */
  readonly ca: string;
  /** The same key pair that the cloud's own services use, for further TLS servers (Azurite). */
  readonly tls: { cert: string; key: string; certFile: string; keyFile: string };
  stop(): Promise<void>;
}

export interface CloudOptions {
  /** Folder for the CA, the server's key and the state. */
  folder: string;
  /** Makes the state of a cloud that has none kept in its folder yet. */
  seed: () => Promise<CloudState>;
  /** Fixed ports by service; those left out are chosen by the system. */
  ports?: Partial<Record<keyof CloudUrls, number>>;
}

/**
 * How soon after a request the state is kept, so that a process that is killed loses little. What a test or the demo
 * assigns by itself is kept with the next request, or at the stop.
 */
const autosaveEvery = 2000;

export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const stateFile = join(options.folder, 'cloud.json');
  const { ca, cert, key } = await makeServerCertificate();
  const state = loadState(stateFile) ?? (await options.seed());
  const urls: CloudUrls = { entra: '', graph: '', vault: '', identity: '' };
  const faults = new FaultPanel();
  const context: CloudContext = {
    state,
    journal: new Journal(),
    faults,
    now: (service) => Date.now() + faults.skew(service),
    urls,
    identityHeader: crypto.randomUUID(),
  };
  const listening = await listen(context, { cert, key }, options.ports ?? {});

  // Only now, when nobody else can be serving from this folder on these ports.
  const caFile = join(options.folder, 'ca.pem');
  const certFile = join(options.folder, 'server.pem');
  const keyFile = join(options.folder, 'server.key');
  mkdirSync(options.folder, { recursive: true });
  writeFileSync(caFile, ca);
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });

  let savedAt = 0;
  const saveIfChanged = (): void => {
    if (context.journal.recorded === savedAt) return;
    savedAt = context.journal.recorded;
    saveState(stateFile, state);
  };
  const autosave = setInterval(saveIfChanged, autosaveEvery).unref();
  return {
    ...context,
    ca,
    caFile,
    tls: { cert, key, certFile, keyFile },
    async stop() {
      clearInterval(autosave);
      await Promise.all(listening.map((one) => one.stop()));
      // Only now, when no further request can change it.
      saveState(stateFile, state);
    },
  };
}

/** Starts every service and notes where it answers. None is left running when one cannot start. */
async function listen(
  context: CloudContext,
  tls: { cert: string; key: string },
  ports: Partial<Record<keyof CloudUrls, number>>,
): Promise<Listening[]> {
  const listening: Listening[] = [];
  try {
    for (const { name, origin, respond, faults } of httpServices(context)) {
      const one = await serve(name, withFaults(context, name, respond, faults), {
        port: ports[name] ?? 0,
        tls: origin.startsWith('https:') ? tls : undefined,
        isDown: () => context.faults.isDown(name),
      });
      listening.push(one);
      context.urls[name] = `${origin}:${one.port}`;
    }
    return listening;
  } catch (error) {
    await Promise.all(listening.map((one) => one.stop()));
    throw error;
  }
}
