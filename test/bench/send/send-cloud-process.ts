/** The local cloud and its storage in processes of their own: many tenants with many mailboxes, all consented and active. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { type Cloud, startCloud } from '../../../local/cloud/cloud.ts';
import { demoState, vendor } from '../../../local/cloud/seed.ts';
import type { CloudState } from '../../../local/cloud/state.ts';
import { appSettings } from '../../../local/stack.ts';
import { localStorage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { tables } from '../../../shared/names.ts';
import { anEnterpriseApp, aToken, redirectUri } from '../../support/cloud.ts';
import { type FromSendCloud, type SendingMailbox, type Taken, toSendCloud } from './send-messages.ts';

const tenants = 20;
const mailboxesOfTenant = 10;

/** What all programs together ask of one mailbox; Exchange's thirty a minute would be waited for and nothing else. */
const messagesPerMinute = 2000;

const say = (message: FromSendCloud): unknown => process.send?.(message);

async function seed(): Promise<CloudState> {
  const state = await demoState(redirectUri);
  const home = state.tenants.filter(({ id }) => id === vendor.tenantId);
  // One key for all: to make one takes a tenth of a second, which is the local cloud's time and not Entra's.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signingKey: JWK = privateKey.export({ format: 'jwk' });
  state.tenants = home;
  state.mailboxes = [];
  for (let number = 0; number < tenants; number += 1) {
    const id = crypto.randomUUID();
    const domain = `t${number}.example`;
    state.tenants.push({ id, displayName: domain, domain, administrators: [`admin@${domain}`], signingKey });
    state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
    for (let place = 0; place < mailboxesOfTenant; place += 1) {
      const address = `m${place}@${domain}`;
      state.mailboxes.push({ tenantId: id, id: crypto.randomUUID(), address, displayName: address });
    }
  }
  state.limits.sending.messages = { most: messagesPerMinute, seconds: 60 };
  return state;
}

/** What the journal has, which is forgotten then, as is the mail itself: it would be written to disk again and again. */
function take(cloud: Cloud): Taken {
  const accepted: Taken['accepted'] = [];
  const storage: Record<string, number> = {};
  let refused = 0;
  for (const { service, operation, status, mailbox = '', at } of cloud.journal.entries) {
    if (service === 'graph' && status === 202) accepted.push({ mailbox, at });
    else if (service === 'graph') refused += 1;
    // Blobs are asked for by the host's timers alone: small mail has no content there.
    if (service === 'queue' || service === 'table') {
      storage[operation] = (storage[operation] ?? 0) + 1;
    }
  }
  cloud.journal.clear();
  cloud.state.messages = [];
  return { accepted, refused, storage };
}

/** Neighbours in this order are of different tenants. */
function mailboxesOf({ state }: Cloud): SendingMailbox[] {
  const ofPlace = (place: number) => state.mailboxes.filter((_, index) => index % mailboxesOfTenant === place);
  return Array.from({ length: mailboxesOfTenant }, (_, place) => ofPlace(place))
    .flat()
    .map(({ tenantId, address }) => ({ tenantId, address }));
}

const folder = mkdtempSync(join(tmpdir(), 'send-cloud-'));
const cloud = await startCloud({ folder, seed, storage: 'memory' });
trust(cloud.ca);
if (cloud.storage === undefined) throw new Error('The local cloud has no storage.');
const { connectionString } = cloud.storage.azurite;
const storage = localStorage(connectionString);
await storage.provision();
const tokens: Record<string, string> = {};
for (const { tenantId, objectId } of cloud.state.enterpriseApps) {
  const facts = { state: 'active', since: Date.now(), objectId };
  await storage.table(tables.tenants).createEntity({ partitionKey: tenantId, rowKey: tenantId, ...facts });
  tokens[tenantId] = await aToken(cloud, { tid: tenantId });
}
process.on('message', (message) => {
  if (toSendCloud.parse(message).question === 'take') say(take(cloud));
  else say({ count: cloud.journal.count('graph', 'sendMail') });
});
process.once('disconnect', () => {
  void cloud.stop().then(() => {
    rmSync(folder, { recursive: true });
    process.exit(0);
  });
});
say({
  settings: appSettings(cloud, 7071),
  ca: cloud.ca,
  graphUrl: cloud.urls.graph,
  connectionString,
  mailboxes: mailboxesOf(cloud),
  tokens,
});
