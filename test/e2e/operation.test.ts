/** The built bundle over time: withdrawn consent, restarts, a wrong configuration, a part that is down. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { startHost } from '../../local/host/start-host.ts';
import { consent, invite, tenantState } from '../../local/onboarding.ts';
import { root } from '../../local/stack.ts';
import { waitFor } from '../../local/wait.ts';
import { containers, tables } from '../../shared/names.ts';
import { aMailJob } from '../support/mail-job.ts';
import { bringIn, copiesOf, outcomeOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';
import { rowsOf } from '../support/tables.ts';

const { contoso, fabrikam } = customers;
let stack: TestStack;

const mail = (tenant: { id: string; domain: string }, id: string): Record<string, unknown> =>
  aMailJob({ id, subject: id, tenant: tenant.id, from: `post@${tenant.domain}`, to: ['ada@customer.example'] });

before(async () => {
  stack = await startTestStack();
});
after(async () => stack.stop());

interface Report {
  state: string;
  checks: { name: string; state: string; code?: string; remedy?: string; daysLeft?: number }[];
}

async function health(): Promise<{ status: number; report: Report; text: string }> {
  const response = await fetch(`${stack.host.url}/api/health`);
  const text = await response.text();
  return { status: response.status, report: JSON.parse(text) as Report, text };
}

test('reports configuration, storage, vault and credential as well, without a name or a secret', async () => {
  const { status, report, text } = await health();
  assert.equal(status, 200);
  assert.deepEqual(
    report.checks.map(({ name, state }) => `${name} ${state}`),
    ['configuration ok', 'storage ok', 'vault ok', 'credential ok'],
  );
  assert.ok((report.checks[3]?.daysLeft ?? 0) > 300);
  assert.doesNotMatch(text, new RegExp(`eyJ|${vendor.appId}|https?://`));
});

test('reports the vault as failed, with code and remedy, once the identity has lost its roles', async () => {
  const identity = stack.cloud.state.identities[0];
  assert.ok(identity);
  const { vaultRoles } = identity;
  identity.vaultRoles = [];
  const failed = await waitFor('the report to be renewed', async () => {
    const answer = await health();
    return answer.status === 503 ? answer : undefined;
  });
  const vault = failed.report.checks.find(({ name }) => name === 'vault');
  assert.deepEqual([vault?.state, vault?.code], ['failed', 'VAULT_REFUSED']);
  assert.match(vault?.remedy ?? '', /the role Key Vault Crypto User .* on key tenantpost-tokens /);
  identity.vaultRoles = vaultRoles;
  await waitFor('health to be back', async () => ((await health()).status === 200 ? true : undefined));
});

test('reports storage as failed while a queue or container that a refused mail needs is missing', async () => {
  const container = stack.storage.container(containers.mailContent);
  await container.delete();
  const failed = await waitFor('the report to be renewed', async () => {
    const answer = await health();
    return answer.status === 503 ? answer : undefined;
  });
  assert.equal(failed.report.checks.find(({ name }) => name === 'storage')?.code, 'STORAGE_UNAVAILABLE');
  await container.create();
});

test('makes a tenant revoked when its token can no longer be renewed, and refuses its mail; others are not touched', async () => {
  // Less is left of it than a quarter of its life, which Entra lets begin five minutes early: each run renews it.
  stack.cloud.state.tokenLifetimeSeconds = { min: 90, max: 90 };
  await bringIn(stack, contoso);
  await bringIn(stack, fabrikam);
  const { enterpriseApps } = stack.cloud.state;
  stack.cloud.state.enterpriseApps = enterpriseApps.filter(({ tenantId }) => tenantId !== contoso.id);
  await waitFor('the timer to notice', async () => (await tenantState(stack, contoso.id)) === 'revoked' || undefined);
  assert.equal(await tenantState(stack, fabrikam.id), 'active');
  const stored = await rowsOf(stack, tables.tokens);
  assert.equal(
    stored.some(({ partitionKey }) => partitionKey === contoso.id),
    false,
    'no token of the tenant is kept',
  );

  await queueMail(stack, mail(contoso, 'after-withdrawal'));
  assert.equal((await outcomeOf(stack, 'after-withdrawal', 'refused')).code, 'TENANT_NOT_CONSENTED');
  await queueMail(stack, mail(fabrikam, 'untouched'));
  await outcomeOf(stack, 'untouched', 'sent');

  // Consent again, by a new invitation, brings it back; the refused job leaves under its own id.
  delete stack.cloud.state.tokenLifetimeSeconds;
  await bringIn(stack, contoso);
  await queueMail(stack, mail(contoso, 'after-withdrawal'));
  await outcomeOf(stack, 'after-withdrawal', 'sent');
});

test('holds mail of a pending tenant back without spending a try, and sends it once the tenant is active', async (t) => {
  const { northwind } = customers;
  t.after(() => {
    stack.cloud.state.propagation = { enterpriseApp: 0, roles: 0 };
  });
  stack.cloud.state.propagation = { enterpriseApp: 0, roles: 3_600_000 };
  const before = stack.lines.length;
  const { link } = await invite(stack, northwind.id);
  await consent(link, `admin@${northwind.domain}`);
  await queueMail(stack, mail(northwind, 'early'));
  const waiting = await outcomeOf(stack, 'early', 'scheduled');
  assert.equal(waiting.code, 'TENANT_PENDING');
  assert.equal(copiesOf(stack, 'early').length, 0);
  // The line comes after the outcome, by the pipe of another process.
  await waitFor('the line', () => stack.lines.slice(before).find((line) => line.includes('job.put-back')));
  stack.cloud.state.propagation = { enterpriseApp: 0, roles: 0 };
  await outcomeOf(stack, 'early', 'sent');
  assert.equal(copiesOf(stack, 'early').length, 2);
});

test('another process sends with the tokens of the table, without a token request of its own', async () => {
  await bringIn(stack, contoso);
  const { settings } = stack;
  await stack.host.stop();
  const since = Date.now();
  const host = await startHost({ root, settings: { ...settings, TENANTPOST_WARM_EVERY_SECONDS: '900' } });
  try {
    await queueMail(stack, mail(contoso, 'other-process'));
    await outcomeOf(stack, 'other-process', 'sent');
    assert.equal(stack.cloud.journal.count('entra', 'token', since), 0);
  } finally {
    assert.equal(await host.stop(), 0);
  }
});

test('does not start on a wrong configuration, and names every wrong setting at once without its value', async () => {
  const settings = {
    ...stack.settings,
    TENANTPOST_CLIENT_ID: 'wrong-client-id',
    TENANTPOST_GRAPH_URL: 'http://graph.example',
    TENANTPOST_VAULT_URL: '',
    TENANTPOST_WARM_EVERY_SECONDS: '1234',
  };
  await assert.rejects(startHost({ root, settings }), ({ message }: Error) => {
    for (const name of ['CLIENT_ID', 'GRAPH_URL', 'VAULT_URL', 'WARM_EVERY_SECONDS']) {
      assert.match(message, new RegExp(`TENANTPOST_${name}: expected `));
    }
    assert.doesNotMatch(message, /wrong-client-id|graph\.example|1234/);
    return true;
  });
});

test('names the port that is taken and what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await assert.rejects(
      startHost({ root, settings: { ...stack.settings }, port }),
      new RegExp(`Port ${port}.* is taken.*--port`),
    );
  } finally {
    server.close();
  }
});
