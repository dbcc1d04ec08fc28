/** The cloud as a whole by the control API: what it shows, what can be set, and the way back. Needs loopback only. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { startCloud } from '../../../../local/cloud/cloud.ts';
import { endpointsOf, environmentOf } from '../../../../local/cloud/environment.ts';
import { emptyState } from '../../../../local/cloud/state.ts';
import { waitFor } from '../../../../local/wait.ts';
import { customers, requestToken, startTestCloud, vendor } from '../../../support/cloud.ts';
import { control, did, refuses } from './control-requests.ts';
import { asked } from './fault-requests.ts';
import { aFile, aMessage, anna, refusal, send } from './graph-requests.ts';
import { addKey, ask as askVault } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

/** Every value under the names that the state gives to what is secret. */
function secretsIn(value: unknown, isSecret = false): string[] {
  if (typeof value === 'string') return isSecret ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  const names = ['signingKey', 'jwk', 'value', 'digest', 'content', 'token'];
  return Object.entries(value).flatMap(([name, inner]) => secretsIn(inner, isSecret || names.includes(name)));
}

describe('state', () => {
  test('shows everything but keys, secrets, tokens and what mail says', async () => {
    await requestToken(cloud);
    await did(cloud, 'POST', `/registrations/${vendor.appId}/secrets`, {});
    await did(cloud, 'POST', '/vault/secrets', { name: 'password', value: 'correct horse battery staple' });
    addKey(cloud);
    const body = { contentType: 'Text', content: 'The body of the mail' };
    await send(cloud, { message: aMessage({ body, attachments: [aFile()] }) });
    const secrets = secretsIn(cloud.state).filter((secret) => secret.length > 8);
    assert.ok(secrets.length > 10);

    const paths = [
      '/state',
      '/tenants',
      '/registrations',
      '/identities',
      '/vault',
      '/mailboxes',
      '/messages',
      '/settings',
      '/journal',
    ];
    for (const path of paths) {
      const text = JSON.stringify(await did(cloud, 'GET', path));
      for (const secret of [...secrets, cloud.identityHeader, 'body of the mail'])
        assert.ok(!text.includes(secret), path);
    }
    const state = await did(cloud, 'GET', '/state');
    assert.equal(state['messages'], 2);
    const { tenants, vault, urls } = z
      .looseObject({
        tenants: z.array(z.looseObject({ displayName: z.string() })),
        vault: z.looseObject({ secrets: z.array(z.looseObject({ name: z.string() })) }),
        urls: z.record(z.string(), z.url()),
      })
      .parse(state);
    assert.deepEqual(
      tenants.map(({ displayName }) => displayName),
      ['Mailworks', 'Contoso', 'Fabrikam', 'Northwind Traders'],
    );
    assert.equal(vault.secrets[0]?.name, 'password');
    assert.equal(urls['portal'], cloud.urls.portal);
  });
});

test('a cloud without anything in it is shown too', async () => {
  const empty = await startTestCloud({ seed: (state) => Object.assign(state, emptyState()) });
  after(() => empty.stop());
  for (const path of ['/state', '/tenants', '/registrations', '/vault', '/environment']) await did(empty, 'GET', path);
  assert.equal((await did(empty, 'GET', '/state'))['vault'], null);
});

describe('settings', () => {
  test('are changed in part; what is left out stays, null takes away', async () => {
    const before = await did(cloud, 'GET', '/settings');
    const lifetimes = { min: 600, max: 900 };
    const changed = await did(cloud, 'PATCH', '/settings', {
      tokenLifetimeSeconds: lifetimes,
      propagation: { roles: 5 },
      limits: { sending: { recipientsPerMessage: 3 } },
    });
    assert.deepEqual(changed['tokenLifetimeSeconds'], lifetimes);
    assert.deepEqual(changed['propagation'], { enterpriseApp: 0, roles: 5 });
    assert.equal(cloud.state.limits.sending.recipientsPerMessage, 3);
    assert.equal(cloud.state.limits.sending.messages.most, 30);
    const back = { tokenLifetimeSeconds: null, propagation: { roles: 0 } };
    const limits = { sending: { recipientsPerMessage: 500 } };
    assert.deepEqual(await did(cloud, 'PATCH', '/settings', { ...back, limits }), before);
    assert.equal('tokenLifetimeSeconds' in cloud.state, false);
  });

  test('take effect at once', async () => {
    await did(cloud, 'PATCH', '/settings', { tokenLifetimeSeconds: { min: 60, max: 60 } });
    const { expires_in } = z.looseObject({ expires_in: z.number() }).parse(await (await requestToken(cloud)).json());
    assert.equal(expires_in, 60);
    await did(cloud, 'PATCH', '/settings', { tokenLifetimeSeconds: null });
  });

  test('are refused by the name of the field, and none of them is changed then', async () => {
    const wrong = { settling: 9, limits: { graph: { concurrentRequests: -1 } }, loopDetection: { requests: 1 } };
    await refuses(control(cloud, 'PATCH', '/settings', wrong), 400, [
      'loopDetection.seconds',
      'limits.graph.concurrentRequests',
    ]);
    await refuses(control(cloud, 'PATCH', '/settings', { propagation: null }), 400, ['propagation']);
    await refuses(control(cloud, 'PATCH', '/settings', { messages: [] }), 400, ['messages']);
    assert.equal(cloud.state.settling, 0);
  });
});

describe('vault and identities', () => {
  const identity = `/identities/${vendor.identityClientId}`;

  test('a role that is taken away lets nobody in, and one that is given does', async () => {
    const { vaultRoles } = await did(cloud, 'GET', identity);
    await did(cloud, 'PATCH', identity, { vaultRoles: [] });
    assert.equal((await asked.vault.ask(cloud)).status, 403);
    const storageRoles = [{ role: 'Storage Table Data Reader', scope: 'tables/tenants' }];
    const scoped = [{ role: 'Key Vault Crypto User', scope: 'keys/one' }];
    const changed = await did(cloud, 'PATCH', identity, { vaultRoles: scoped, storageRoles });
    assert.deepEqual([changed['vaultRoles'], changed['storageRoles']], [scoped, storageRoles]);
    await did(cloud, 'PATCH', identity, { vaultRoles, storageRoles: null });
    assert.equal((await asked.vault.ask(cloud)).status, 200);
    await refuses(control(cloud, 'PATCH', identity, { vaultRoles: ['Owner'] }), 400, ['vaultRoles.0']);
    const elsewhere = [{ role: 'Key Vault Crypto User', scope: 'tables/tenants' }];
    await refuses(control(cloud, 'PATCH', identity, { vaultRoles: elsewhere }), 400, ['vaultRoles.0']);
    await refuses(control(cloud, 'PATCH', identity, { principalId: 'x' }), 400, ['principalId']);
  });

  test('a further version of a certificate, a key and a secret are made, told by name and version alone', async () => {
    const made = z.strictObject({ name: z.string(), version: z.string() });
    const { version } = made.parse(
      await did(cloud, 'POST', '/vault/certificates', { name: vendor.certificateName, validityDays: 10 }),
    );
    assert.equal((await askVault(cloud, `certificates/${vendor.certificateName}/${version}`)).status, 200);
    const { certificates } = z
      .looseObject({ certificates: z.array(z.looseObject({ version: z.string(), expires: z.number() })) })
      .parse(await did(cloud, 'GET', '/vault'));
    const { expires = 0 } = certificates.find((one) => one.version === version) ?? {};
    assert.ok(Math.abs(expires - Date.now() / 1000 - 10 * 86_400) < 3600);
    made.parse(await did(cloud, 'POST', '/vault/keys', { name: 'another', keySize: 3072 }));
    made.parse(await did(cloud, 'POST', '/vault/secrets', { name: 'another', value: 'x' }));
  });

  test('what the vault refuses is refused in its words', async () => {
    await refuses(control(cloud, 'POST', '/vault/keys', { name: 'another', keySize: 1024 }), 400);
    await refuses(control(cloud, 'POST', '/vault/keys', { name: 'no name' }), 400, ['name']);
    await refuses(control(cloud, 'POST', '/vault/secrets', { name: vendor.certificateName, value: 'x' }), 400);
  });
});

describe('reset', () => {
  test('brings back what was seeded, with the same keys and mailboxes, and nothing else', async () => {
    const other = await startTestCloud();
    after(() => other.stop());
    const seeded = structuredClone(other.state);
    assert.equal((await asked.vault.ask(other)).status, 200);
    const large = aFile({ contentBytes: randomBytes(100 * 1024).toString('base64') });
    await send(other, { message: aMessage({ attachments: [large] }) });
    await did(other, 'POST', '/tenants', { displayName: 'Tailspin', domain: 'tailspin.example' });
    await did(other, 'DELETE', `/tenants/${customers.contoso.id}/apps/${vendor.appId}`);
    await did(other, 'PATCH', '/settings', { loopDetection: { requests: 1, seconds: 1 } });
    await did(other, 'POST', '/faults', { preset: 'graph-down' });

    await did(other, 'POST', '/reset');
    assert.deepEqual([other.faults.list(), other.journal.entries], [[], []]);
    const { tenants, ...state } = other.state;
    const { tenants: seededTenants, ...rest } = seeded;
    assert.deepEqual(state, rest);
    assert.deepEqual(
      tenants.map(({ signingKey: _key, ...tenant }) => tenant),
      seededTenants,
    );
    assert.equal((await send(other, { message: aMessage() })).status, 202);
    assert.equal(other.state.messages.filter(({ mailbox }) => mailbox === anna).length, 1);
  });

  test('brings back the faults that were there from the start, and no others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reset-test-'));
    const fault = { kind: 'answer', status: 503 } as const;
    const other = await startCloud({ folder, seed: emptyState, faults: [{ id: 'seeded', service: 'graph', fault }] });
    other.faults.clear();
    other.faults.add({ service: 'vault', fault });
    assert.equal((await fetch(`${other.urls.portal}/api/reset`, { method: 'POST' })).status, 204);
    assert.deepEqual(
      other.faults.list().map(({ rule }) => rule.id),
      ['seeded'],
    );
    await other.stop();
    rmSync(folder, { recursive: true });
  });

  test('leaves the keys that sign tokens, as clients have them by now', async () => {
    const token = await (async () => {
      const body = await (await requestToken(cloud)).json();
      return z.looseObject({ access_token: z.string() }).parse(body).access_token;
    })();
    await did(cloud, 'POST', '/reset');
    assert.equal((await send(cloud, { message: aMessage() }, { token })).status, 202);
  });
});

test('the environment that points an application here is told, and every endpoint', async () => {
  const { endpoints, environment } = await did(cloud, 'GET', '/environment');
  assert.deepEqual(endpoints, endpointsOf(cloud));
  assert.deepEqual(environment, environmentOf(cloud));
});

test('what is changed is kept on disk though no service was asked', async () => {
  const quiet = await startTestCloud();
  after(() => quiet.stop());
  await did(quiet, 'POST', '/tenants', { displayName: 'Kept', domain: 'kept.example' });
  await waitFor('the state to be saved', async () => {
    const file = join(quiet.folder, 'cloud.json');
    return (existsSync(file) && readFileSync(file, 'utf8').includes('kept.example')) || undefined;
  });
});

test('a limit of Graph that is lowered refuses from then on', async () => {
  await did(cloud, 'PATCH', '/settings', { limits: { sending: { recipientsPerMessage: 1 } } });
  const toRecipients = [anna, 'b@elsewhere.example'].map((address) => ({ emailAddress: { address } }));
  const refused = await refusal(await send(cloud, { message: aMessage({ toRecipients }) }));
  assert.ok(refused.status >= 400);
});
