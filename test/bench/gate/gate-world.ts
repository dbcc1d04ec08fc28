/**
 * What the gate is measured in: the local cloud with Microsoft's limits, and the built app with eight processes for each send
 * function. The app talks to the storage emulator itself, without the local cloud's checks in between.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../../local/build.ts';
import { type Cloud, startCloud } from '../../../local/cloud/cloud.ts';
import { customers, demoState } from '../../../local/cloud/seed.ts';
import { freePort } from '../../../local/free-port.ts';
import { startHost } from '../../../local/host/start-host.ts';
import { consent, invite, tenantState } from '../../../local/onboarding.ts';
import { appSettings, root, type Stack } from '../../../local/stack.ts';
import { localStorage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { waitFor } from '../../../local/wait.ts';
import { routePrefix, routes } from '../../../shared/names.ts';

export const processes = 8;

export interface GateWorld extends Stack {
  /** How often a message was taken from a send queue: as a new job, and when its turn had come. */
  readonly dequeues: { intake: number; due: number };
}

export async function startGateWorld(say: (line: string) => void): Promise<GateWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantpost-gate-'));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    say('building the app');
    await buildApp();
    const redirectUri = `http://localhost/${routePrefix}/${routes.consentCallback}`;
    const cloud = await startCloud({ folder, storage: 'memory', seed: () => demoState(redirectUri) });
    stops.push(() => cloud.stop());
    trust(cloud.ca);
    const storage = localStorage(connectionStringOf(cloud));
    await storage.provision();
    say(`starting ${processes} processes of each send function`);
    const port = await freePort();
    const settings = settingsOf(cloud, port);
    const dequeues = { intake: 0, due: 0 };
    const host = await startHost({
      ...{ root, settings, port, environment: 'Development', processes: 'per-group' },
      instances: { 'function:sendGraph': processes, 'function:sendGraphDue': processes },
      onLine(line) {
        if (line.includes("Executing 'Functions.sendGraph'")) dequeues.intake += 1;
        if (line.includes("Executing 'Functions.sendGraphDue'")) dequeues.due += 1;
      },
    });
    stops.push(() => host.stop());
    const world: GateWorld = { cloud, storage, host, settings, stop, dequeues };
    for (const { id, domain } of [customers.contoso, customers.fabrikam]) {
      await consent((await invite(world, id)).link, `admin@${domain}`);
      await waitFor(`${domain} to be active`, async () => (await tenantState(world, id)) === 'active' || undefined);
    }
    return world;
  } catch (error) {
    await stop();
    throw error;
  }
}

function connectionStringOf({ storage }: Cloud): string {
  if (storage === undefined) throw new Error('The local cloud has no storage.');
  return storage.azurite.connectionString;
}

function settingsOf(cloud: Cloud, port: number): Record<string, string> {
  const settings = Object.entries(appSettings(cloud, port)).filter(([name]) => !name.startsWith('AzureWebJobsStorage'));
  return { ...Object.fromEntries(settings), AzureWebJobsStorage: connectionStringOf(cloud) };
}
