/** A local cloud in a process of its own, so that its share of a core can be told from that of the load. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../../../local/cloud/cloud.ts';
import { addSecret } from '../../../local/cloud/entra/client-secrets.ts';
import { demoState, vendor } from '../../../local/cloud/seed.ts';
import type { CloudState } from '../../../local/cloud/state.ts';
import { anEnterpriseApp, graphResource } from '../../support/cloud.ts';
import { appRoles, outlook, setUpExchange } from '../../support/mail-servers.ts';
import { loadMailboxes, type LoadTarget, tenantId } from './target.ts';

/** The demo's world with everything granted, a mailbox for each connection, and no limit that would end a measurement. */
async function worldForLoad(): Promise<{ state: CloudState; secret: string }> {
  const state = await demoState('http://localhost/api/consent/callback');
  const [registration] = state.registrations;
  if (registration === undefined) throw new Error('The demo has no registration.');
  const secret = addSecret(registration).value;
  const roles = [
    ...['Mail.Send', 'Mail.ReadWrite'].map((role) => ({ resource: graphResource, role })),
    ...appRoles.map((role) => ({ resource: outlook, role })),
  ];
  state.enterpriseApps.push(anEnterpriseApp({ tenantId, grantedAppRoles: roles }));
  for (const address of loadMailboxes) {
    state.mailboxes.push({ tenantId, id: crypto.randomUUID(), address, displayName: address });
  }
  setUpExchange(state);
  const [app] = state.enterpriseApps;
  for (const mailbox of loadMailboxes) {
    const user = app?.objectId ?? '';
    state.mailboxPermissions.push({ tenantId, mailbox, user, accessRights: ['FullAccess'] });
  }
  const none = { most: Number.MAX_SAFE_INTEGER, seconds: 60 };
  const { graph, sending } = state.limits;
  state.limits = {
    graph: { ...graph, concurrentRequests: 1000, requests: none, uploadedBytes: none },
    sending: { ...sending, messages: none, recipients: none },
  };
  state.vault = { ...state.vault, limits: { rsa2048: 1e9, other: 1e9 } };
  return { state, secret };
}

const folder = mkdtempSync(join(tmpdir(), 'cloud-load-'));
const { state, secret } = await worldForLoad();
const cloud = await startCloud({ folder, seed: () => state, storage: 'memory' });
const { urls, ca, identityHeader } = cloud;
const key = state.vaultKeys.find(({ name }) => name === vendor.certificateName);
if (key === undefined) throw new Error('The demo has no signing key.');
const target: LoadTarget = {
  urls,
  ca,
  identityHeader,
  secret,
  signingKey: `${urls.vault}/keys/${key.name}/${key.version}`,
  connectionString: cloud.storage?.connectionString ?? '',
};
process.send?.(target);
process.on('message', () => process.send?.(process.cpuUsage()));
process.once('disconnect', () => {
  void cloud.stop().then(() => {
    rmSync(folder, { recursive: true });
    process.exit(0);
  });
});
