/** The local cloud and its storage in processes of their own: an installation with ten thousand tenants, all cold. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { type Cloud, startCloud } from '../../../local/cloud/cloud.ts';
import { demoState, vendor } from '../../../local/cloud/seed.ts';
import type { CloudState } from '../../../local/cloud/state.ts';
import { appSettings } from '../../../local/stack.ts';
import { type LocalStorage, localStorage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { tables } from '../../../shared/names.ts';
import { anEnterpriseApp, graphResource, redirectUri } from '../../support/cloud.ts';
import { type Counted, type FromWarmCloud, toWarmCloud } from './warm-messages.ts';

const tenants = 10_000;
const atOnce = 32;

const say = (message: FromWarmCloud): unknown => process.send?.(message);

async function seed(): Promise<CloudState> {
  const state = await demoState(redirectUri);
  // One key for all: to make one takes a tenth of a second, which is the local cloud's time and not Entra's.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signingKey: JWK = privateKey.export({ format: 'jwk' });
  const roles = [
    { resource: graphResource, role: 'Mail.Send' },
    { resource: 'https://outlook.office365.com', role: 'SMTP.SendAsApp' },
  ];
  state.tenants = [vendorTenant(state)];
  state.mailboxes = [];
  for (let number = 0; number < tenants; number += 1) {
    const id = crypto.randomUUID();
    const domain = `t${number}.example`;
    state.tenants.push({ id, displayName: domain, domain, administrators: [`admin@${domain}`], signingKey });
    state.enterpriseApps.push(anEnterpriseApp({ tenantId: id, grantedAppRoles: roles }));
  }
  return state;
}

function vendorTenant({ tenants: all }: CloudState): CloudState['tenants'][number] {
  const home = all.find(({ id }) => id === vendor.tenantId);
  if (home === undefined) throw new Error('The demo has no vendor.');
  return home;
}

async function writeTenants(cloud: Cloud, storage: LocalStorage): Promise<void> {
  const table = storage.table(tables.tenants);
  const apps = cloud.state.enterpriseApps.values();
  let written = 0;
  const worker = async (): Promise<void> => {
    // Active since a moment ago: of older tenants the second resource is asked for once an hour alone.
    const facts = { state: 'active', since: Date.now() };
    for (const { tenantId, objectId } of apps) {
      await table.createEntity({ partitionKey: tenantId, rowKey: tenantId, ...facts, objectId });
      written += 1;
      if (written % 500 === 0) say({ seeded: written });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** What the journal has, which is forgotten then: it keeps so many entries only. */
function take({ journal }: Cloud): Counted {
  const { entries } = journal;
  const of = (service: string, operation?: string): number =>
    entries.filter((entry) => entry.service === service && (operation ?? entry.operation) === entry.operation).length;
  const counted = {
    signCalls: of('vault', 'sign'),
    tokenRequests: of('entra', 'token'),
    storageRequests: of('table'),
    throttled: entries.filter(({ status }) => status === 429).length,
  };
  journal.clear();
  return counted;
}

/** No token is left, nor the data key. */
async function cool(storage: LocalStorage): Promise<void> {
  const table = storage.table(tables.tokens);
  await table.deleteTable();
  await table.createTable();
}

const folder = mkdtempSync(join(tmpdir(), 'warm-cloud-'));
const cloud = await startCloud({ folder, seed, storage: 'memory' });
trust(cloud.ca);
if (cloud.storage === undefined) throw new Error('The local cloud has no storage.');
const storage = localStorage(cloud.storage.azurite.connectionString);
await storage.provision();
await writeTenants(cloud, storage);
process.on('message', (message) => {
  if (toWarmCloud.parse(message).question === 'count') say(take(cloud));
  else void cool(storage).then(() => say({ cooled: true }));
});
process.once('disconnect', () => {
  void cloud.stop().then(() => {
    rmSync(folder, { recursive: true });
    process.exit(0);
  });
});
say({ settings: appSettings(cloud, 7071) });
