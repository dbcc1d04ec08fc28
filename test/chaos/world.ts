/**
 * What a run happens in: the local cloud with a plan's tenants, and the built app as Flex Consumption runs it, each group of
 * functions in processes of its own.
 */

import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildApp } from '../../local/build.ts';
import { startCloud } from '../../local/cloud/cloud.ts';
import { demoState, vendor } from '../../local/cloud/seed.ts';
import type { CloudState } from '../../local/cloud/state.ts';
import { freePort } from '../../local/free-port.ts';
import { startHost } from '../../local/host/start-host.ts';
import { consent, invite, tenantState } from '../../local/onboarding.ts';
import { appSettings, root, type Stack } from '../../local/stack.ts';
import { localStorage } from '../../local/storage.ts';
import { trust } from '../../local/trust.ts';
import { waitFor } from '../../local/wait.ts';
import { containers, routePrefix, routes } from '../../shared/names.ts';
import { blobContents, blobNameOf, bytesOf } from './content.ts';
import { sendGroups } from './instances.ts';
import type { Plan } from './plan.ts';
import { hasConsented } from './plan-tenants.ts';

export interface WorldOptions {
  readonly folder: string;
  readonly instances: number;
  /** For how long the message of a killed worker stays hidden. */
  readonly messageLockSeconds: number;
  /** Gets what host and app print. */
  readonly logFile: string;
  readonly onProgress: (line: string) => void;
}

const graph = 'https://graph.microsoft.com';
const settleSeconds = 3;

export async function startWorld(plan: Plan, options: WorldOptions): Promise<Stack> {
  const { folder, onProgress } = options;
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile);
  const stops: (() => Promise<unknown>)[] = [() => new Promise((done) => log.end(done))];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    onProgress('building the app');
    await buildApp();
    onProgress('starting the local cloud');
    const cloud = await startCloud({
      folder: join(folder, 'cloud'),
      storage: 'memory',
      seed: () => seedOf(plan),
      faults: [{ service: 'graph', fault: { kind: 'clock', seconds: plan.world.graphClockSeconds } }],
    });
    stops.push(() => cloud.stop());
    trust(cloud.ca);
    if (cloud.storage === undefined) throw new Error('The local cloud has no storage.');
    const storage = localStorage(cloud.storage.azurite.connectionString);
    await storage.provision();
    const content = storage.container(containers.mailContent);
    for (const one of blobContents) await content.getBlockBlobClient(blobNameOf(one)).uploadData(bytesOf(one));

    onProgress(`starting the function host, ${options.instances} instances of each send function`);
    const port = await freePort();
    const settings = { ...appSettings(cloud, port), ...settingsOf(plan, options) };
    const host = await startHost({
      ...{ root, settings, port, processes: 'per-group' },
      instances: Object.fromEntries(sendGroups.map((group) => [group, options.instances])),
      messageLockSeconds: options.messageLockSeconds,
      onLine: (line) => void log.write(`${line}\n`),
    });
    stops.push(() => host.stop());
    const world: Stack = { cloud, storage, host, settings, stop };
    onProgress('the tenants consent');
    await bringAllIn(world, plan);
    return world;
  } catch (error) {
    await stop();
    throw error;
  }
}

function settingsOf({ delivery, world }: Plan, { messageLockSeconds }: WorldOptions): Record<string, string> {
  return {
    TENANTPOST_DELIVERY: delivery === 'both' ? 'standard' : delivery,
    TENANTPOST_MAILBOX_MESSAGES_PER_MINUTE: String(world.messagesPerMinute),
    TENANTPOST_MAILBOX_RECIPIENTS_PER_DAY: '1000000',
    TENANTPOST_SETTLE_SECONDS: String(settleSeconds),
    TENANTPOST_MESSAGE_LOCK_SECONDS: String(messageLockSeconds),
    TENANTPOST_WARM_EVERY_SECONDS: '30',
  };
}

async function seedOf({ tenants, world }: Plan): Promise<CloudState> {
  const state = await demoState(`http://localhost/${routePrefix}/${routes.consentCallback}`);
  const { graphClockSeconds: _, messagesPerMinute, ...settings } = world;
  const { settlingMilliseconds: settling, sendingKeepsImmutableIds, tokenLifetimeSeconds: life } = settings;
  const { limits } = state;
  return {
    ...state,
    ...{ settling, sendingKeepsImmutableIds, tokenLifetimeSeconds: { min: life, max: life } },
    limits: {
      ...limits,
      sending: {
        ...limits.sending,
        messages: { most: messagesPerMinute, seconds: 60 },
        recipients: { most: 1_000_000, seconds: 24 * 60 * 60 },
      },
    },
    tenants: [
      ...state.tenants.filter(({ id }) => id === vendor.tenantId),
      ...tenants.map(({ id, domain }) => ({ id, domain, displayName: domain, administrators: [`admin@${domain}`] })),
    ],
    mailboxes: tenants.flatMap(({ id: tenantId, mailboxes }) =>
      mailboxes.map((address) => ({ tenantId, id: crypto.randomUUID(), address, displayName: 'Post' })),
    ),
  };
}

/** Each administrator consents to what the registration asks for at that moment. */
async function bringAllIn(world: Stack, { tenants }: Plan): Promise<void> {
  const registration = world.cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
  if (registration === undefined) throw new Error('The local cloud has lost the registration.');
  for (const { id, domain, consents } of tenants.filter(hasConsented)) {
    registration.requiredAppRoles = consents.map((role) => ({ resource: graph, role }));
    const { link } = await invite(world, id);
    await consent(link, `admin@${domain}`);
    await waitFor(`${domain} to be active`, async () => (await tenantState(world, id)) === 'active' || undefined);
  }
}
