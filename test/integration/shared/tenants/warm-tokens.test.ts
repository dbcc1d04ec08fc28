/**
 * What the timer notices of an administrator who does something to the app in his tenant: real requests to an Entra that is
 * strict about them, rows in real tables, and a clock that need not be waited for.
 */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  grantAppRole,
  grantConsent,
  removeAppRole,
  setEnabled,
  withdrawConsent,
} from '../../../../local/cloud/entra/consents.ts';
import { EntraTokenIssuer } from '../../../../shared/adapters/entra/entra-token-issuer.ts';
import { TableAuditTrail } from '../../../../shared/adapters/storage/table-audit-trail.ts';
import { TableRenewalClaims } from '../../../../shared/adapters/storage/table-renewal-claims.ts';
import { TableTenantStore } from '../../../../shared/adapters/storage/table-tenant-store.ts';
import { TableTokenStore } from '../../../../shared/adapters/storage/table-token-store.ts';
import { VaultCertificateCredential } from '../../../../shared/adapters/entra/vault-certificate-credential.ts';
import { hours, minutes } from '../../../../shared/clock.ts';
import type { Resource } from '../../../../shared/resource.ts';
import { ConsentProof } from '../../../../shared/tenants/prove-consent.ts';
import { WarmTokens } from '../../../../shared/tenants/warm-tokens.ts';
import { SharedRenewal } from '../../../../shared/tokens/shared-renewal.ts';
import { TokenSource } from '../../../../shared/tokens/token-source.ts';
import { outlookResource } from '../../../support/app-identity.ts';
import { settableClock } from '../../../support/clock.ts';
import { addTenant, graphResource, vendor } from '../../../support/cloud.ts';
import { fixedDataKeys } from '../../../support/fixed-data-keys.ts';
import { managedIdentity } from '../../../support/managed-identity.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { recordingMetrics } from '../../../support/recording-metrics.ts';
import { rotationOf } from '../../../support/rotation.ts';
import { startStorageAccounts } from '../../../support/storage-accounts.ts';
import { vaultClients } from '../../../support/vault-clients.ts';
import { everything, nothing } from '../../../support/warming.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const { cloud } = accounts;
const { clients } = accounts.byIdentity;
const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
assert.ok(registration);

const mailSend = { resource: graphResource, role: 'Mail.Send' };
const smtpSend = { resource: outlookResource, role: 'SMTP.SendAsApp' };

let count = 0;

/** An installation of its own with one tenant, whose administrator consented and whose token is warm. */
async function aWarmTenant(resources: readonly Resource[] = ['graph']) {
  count += 1;
  const [tenantTable, auditTable, tokenTable] = [
    clients.table(`tenants${count}`),
    clients.table(`consents${count}`),
    clients.table(`tokens${count}`),
  ];
  await Promise.all([tenantTable.createTable(), auditTable.createTable(), tokenTable.createTable()]);
  const { now, advance } = settableClock(Date.now());
  const { log, lines } = recordingLog();
  const metrics = recordingMetrics();
  const audiences = { graph: graphResource, outlook: outlookResource };
  const credential = new VaultCertificateCredential({
    ...vaultClients(cloud.urls.vault, managedIdentity(cloud)),
    certificateName: vendor.certificateName,
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    refreshSeconds: 600,
    now: Date.now,
    log,
  });
  const issuer = new EntraTokenIssuer({
    rotation: rotationOf(credential),
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    authorityIsKnown: false,
    audiences,
  });
  const installation = { cloud: 'public', authorityUrl: cloud.urls.entra, clientId: vendor.appId };
  const store = new TableTokenStore(tokenTable, fixedDataKeys(), installation);
  const tokens = new TokenSource({
    issuer,
    store,
    renewal: new SharedRenewal({
      claims: new TableRenewalClaims(tokenTable, now),
      now,
      wait: () => Promise.reject(new Error('there is one process alone')),
      log,
    }),
    expect: (tenantId, resource) => ({
      tenantId,
      resource,
      audience: audiences[resource],
      clientId: vendor.appId,
      isForeignIssuer: () => false,
    }),
    requiredRoles: { graph: ['Mail.Send'], outlook: ['SMTP.SendAsApp'] },
    singleTenantId: undefined,
    now,
    log,
    metrics,
  });
  const tenants = new TableTenantStore(tenantTable, log);
  const proof = new ConsentProof({
    ...{ tenants, tokens, resources, audit: new TableAuditTrail(auditTable), now, log },
    probe: { maySend: () => Promise.reject(new Error('no tenant here is scoped')) },
  });
  const warm = new WarmTokens({
    tenants,
    tokens,
    index: store,
    proof,
    resources,
    warmEverySeconds: 300,
    now,
    wait: (milliseconds) => Promise.resolve(advance(milliseconds)),
    log,
    metrics,
  });
  const { id } = addTenant(cloud);
  const app = grantConsent(cloud, registration ?? assert.fail(), id);
  assert.equal((await proof.prove(id)).state, 'active');

  const stateNow = async (): Promise<readonly unknown[]> => {
    const tenant = await tenants.find(id);
    return [tenant?.state, tenant?.code];
  };
  const run = () => warm.run(everything);
  /** Runs as the timer makes them, until the tenant is asked about or has something renewed. */
  const runUntilAsked = async (): Promise<number> => {
    const requests = metrics.sum('tenantpost.tokens.requests');
    for (let runs = 1; runs <= 24; runs += 1) {
      advance(5 * minutes);
      await run();
      if (metrics.sum('tenantpost.tokens.requests') > requests) return runs;
    }
    return assert.fail('Entra was not asked for two hours.');
  };
  const cached = async (): Promise<Resource[]> => {
    const found: Resource[] = [];
    for await (const { resource } of store.list(everything)) found.push(resource);
    return found;
  };
  const audited = () => lines.map(({ event }) => event).filter((event) => event.startsWith('tenant.'));
  return { id, app, advance, run, runUntilAsked, stateNow, cached, audited, tenants, lines, tokens };
}

describe('a tenant that is warm', { concurrency: true }, () => {
  test('is left alone by the next run, and renewed before its token would end', async () => {
    const { run, runUntilAsked, cached, stateNow } = await aWarmTenant();
    assert.deepEqual(await run(), { ...nothing, warm: 1 });
    const runs = await runUntilAsked();
    // Entra draws an hour to an hour and a half, of which at least a quarter is left.
    assert.ok(runs * 5 >= 30 && runs * 5 <= 70, `${runs} runs`);
    assert.deepEqual([await stateNow(), await cached()], [['active', undefined], ['graph']]);
  });

  test('whose administrator disables the app is degraded, and active again when it is enabled', async () => {
    const { id, app, run, runUntilAsked, stateNow, cached, audited, lines } = await aWarmTenant();
    setEnabled(app, false);
    assert.deepEqual(await run(), { ...nothing, warm: 1 }, 'its token holds until it ends');
    await runUntilAsked();
    assert.deepEqual(await stateNow(), ['degraded', 'APP_BLOCKED']);
    assert.deepEqual(await cached(), [], 'no token is kept');

    for (let asked = 0; asked < 3; asked += 1) assert.ok((await runUntilAsked()) <= 3, 'it is asked about in turns');
    assert.deepEqual(await stateNow(), ['degraded', 'APP_BLOCKED']);

    setEnabled(app, true);
    assert.ok((await runUntilAsked()) <= 3);
    assert.deepEqual([await stateNow(), await cached()], [['active', undefined], ['graph']]);
    assert.deepEqual(audited(), ['tenant.active', 'tenant.degraded', 'tenant.active']);
    assert.deepEqual(lines.find(({ event }) => event === 'tenant.degraded')?.detail, {
      tenantId: id,
      code: 'APP_BLOCKED',
    });
  });

  test('whose administrator deletes the app is revoked, and active again when he consents, though not by our page', async () => {
    const { id, app, runUntilAsked, stateNow, cached, tenants } = await aWarmTenant();
    assert.equal(withdrawConsent(cloud, vendor.appId, id), true);
    await runUntilAsked();
    assert.deepEqual([await stateNow(), await cached()], [['revoked', 'APP_NOT_IN_TENANT'], []]);

    assert.ok(registration);
    const again = grantConsent(cloud, registration, id);
    assert.notEqual(again.objectId, app.objectId);
    assert.ok((await runUntilAsked()) <= 3);
    assert.deepEqual([await stateNow(), await cached()], [['active', undefined], ['graph']]);
    assert.equal((await tenants.find(id))?.objectId, again.objectId);
  });

  test('whose administrator takes the permission away is revoked, and active again when it is granted', async () => {
    const { app, runUntilAsked, stateNow, cached } = await aWarmTenant();
    removeAppRole(app, mailSend);
    await runUntilAsked();
    assert.deepEqual([await stateNow(), await cached()], [['revoked', 'ROLE_MISSING'], []]);
    grantAppRole(cloud, app, mailSend);
    assert.ok((await runUntilAsked()) <= 3);
    assert.deepEqual(await stateNow(), ['active', undefined]);
  });

  test('and was disabled first, and then deleted, is told by what is wrong now', async () => {
    const { id, app, runUntilAsked, stateNow, audited } = await aWarmTenant();
    setEnabled(app, false);
    await runUntilAsked();
    assert.equal(withdrawConsent(cloud, vendor.appId, id), true);
    await runUntilAsked();
    assert.deepEqual(await stateNow(), ['revoked', 'APP_NOT_IN_TENANT']);
    assert.deepEqual(audited(), ['tenant.active', 'tenant.degraded', 'tenant.revoked']);
  });

  test('and stays away is asked about less often', async () => {
    const { app, advance, runUntilAsked, stateNow } = await aWarmTenant();
    setEnabled(app, false);
    await runUntilAsked();
    advance(25 * hours);
    await runUntilAsked();
    const between = [await runUntilAsked(), await runUntilAsked()];
    assert.deepEqual(between, [12, 12]);
    assert.deepEqual(await stateNow(), ['degraded', 'APP_BLOCKED']);
  });

  test('and has no permission for the mail protocols goes on over Graph; granted, it gets their token as well', async () => {
    const { app, run, stateNow, cached, lines } = await aWarmTenant(['graph', 'outlook']);
    assert.deepEqual(await run(), { ...nothing, warm: 1, failed: 1 });
    assert.deepEqual(lines.at(-2)?.detail['code'], 'ROLE_MISSING');
    assert.deepEqual([await stateNow(), await cached()], [['active', undefined], ['graph']]);
    grantAppRole(cloud, app, smtpSend);
    assert.deepEqual(await run(), { ...nothing, warm: 1, renewed: 1 });
    assert.deepEqual((await cached()).toSorted(), ['graph', 'outlook']);

    removeAppRole(app, smtpSend);
    removeAppRole(app, mailSend);
    assert.deepEqual(await run(), { ...nothing, warm: 2 });
  });
});
