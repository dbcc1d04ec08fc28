import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { decodeJwt } from 'jose';
import { appSettings } from '../../../../local/stack.ts';
import { localStorage } from '../../../../local/storage.ts';
import { waitFor } from '../../../../local/wait.ts';
import { addTenant, anEnterpriseApp, startTestCloud } from '../../../support/cloud.ts';
import { TokenCallers } from '../../../support/token-callers.ts';
import type { CallersAnswer } from '../../../support/token-callers-process.ts';

const processes = 8;
const callersInEach = 8;

const cloud = await startTestCloud({ storage: 'memory' });
after(() => cloud.stop());
if (cloud.storage === undefined) throw new Error('The cloud has no storage.');
await localStorage(cloud.storage.azurite.connectionString).provision();

async function startProcesses(t: TestContext): Promise<TokenCallers[]> {
  // Nobody serves anything there: the address is for links alone.
  const settings = appSettings(cloud, 7071);
  const started = await Promise.all(Array.from({ length: processes }, () => TokenCallers.start(settings)));
  t.after(() => Promise.all(started.map((one) => one.stop())));
  return started;
}

/** A tenant that has consented and that no process has asked for yet. */
function aColdTenant(): string {
  const { id } = addTenant(cloud);
  cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
  return id;
}

/** All processes are waiting for the message already. */
async function allAtOnce(instances: readonly TokenCallers[], tenantId: string): Promise<CallersAnswer['got']> {
  const answers = await Promise.all(instances.map((one) => one.ask(tenantId, callersInEach)));
  return answers.flatMap(({ got }) => got);
}

const tokenRequests = (tenantId: string): number =>
  cloud.journal.find({ service: 'entra', operation: 'token', tenantId }).length;

function assertTokensOf(tenantId: string, got: CallersAnswer['got']): void {
  for (const one of got) {
    assert.ok('value' in one, `A caller got ${JSON.stringify(one)} in place of a token.`);
    const { tid, aud } = decodeJwt(one.value);
    assert.deepEqual({ tid, aud }, { tid: tenantId, aud: 'https://graph.microsoft.com' });
    assert.ok(one.expiresAt > Date.now());
  }
}

describe('64 callers in 8 processes, all at once', () => {
  test('cost one token request where the processes have just started, two at most', async (t) => {
    const instances = await startProcesses(t);
    const tenantId = aColdTenant();
    const got = await allAtOnce(instances, tenantId);
    t.diagnostic(`token requests for 64 callers in cold processes: ${tokenRequests(tenantId)}`);
    assert.equal(got.length, processes * callersInEach);
    assertTokensOf(tenantId, got);
    assert.ok(tokenRequests(tenantId) <= 2, `${tokenRequests(tenantId)} requests`);
  });

  test('cost one token request where the processes are at work already, two at most', async (t) => {
    const instances = await startProcesses(t);
    // Each has its identity's tokens, the data key and a connection to everything that it talks to.
    for (const instance of instances) await instance.ask(aColdTenant(), 1);
    const made: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const tenantId = aColdTenant();
      assertTokensOf(tenantId, await allAtOnce(instances, tenantId));
      made.push(tokenRequests(tenantId));
    }
    t.diagnostic(`token requests for 64 callers in each of five tenants: ${made.join(' ')}`);
    assert.ok(Math.max(...made) <= 2, `requests: ${made.join(' ')}`);
  });

  test('all learn of one refusal, for which Entra is asked twice at most', async (t) => {
    const instances = await startProcesses(t);
    const { id } = addTenant(cloud);
    const got = await allAtOnce(instances, id);
    t.diagnostic(`token requests for 64 callers of a tenant without consent: ${tokenRequests(id)}`);
    assert.deepEqual(
      got,
      got.map(() => ({ code: 'APP_NOT_IN_TENANT' })),
    );
    assert.equal(got.length, processes * callersInEach);
    assert.ok(tokenRequests(id) <= 2, `${tokenRequests(id)} requests`);
  });

  test('get their token when the process that asks is lost, after the time of its claim', async (t) => {
    const [lost, ...others] = await startProcesses(t);
    assert.ok(lost !== undefined);
    for (const instance of [lost, ...others]) await instance.ask(aColdTenant(), 1);
    const tenantId = aColdTenant();
    const fault = { kind: 'silence' } as const;
    const id = cloud.faults.add({ service: 'entra', operation: 'token', tenantId, times: 1, fault });
    const unanswered = lost.ask(tenantId, callersInEach);
    unanswered.catch(() => undefined);
    await waitFor('Entra to be asked', () => cloud.faults.list().find((one) => one.rule.id === id && one.hits === 1));
    const waiting = others.map((instance) => instance.ask(tenantId, callersInEach));
    await lost.kill();
    await assert.rejects(unanswered);
    const answers = await Promise.all(waiting);
    const longest = Math.max(...answers.map(({ milliseconds }) => milliseconds));
    t.diagnostic(`the others waited for ${(longest / 1000).toFixed(1)} s`);
    assertTokensOf(
      tenantId,
      answers.flatMap(({ got }) => got),
    );
    assert.ok(tokenRequests(tenantId) <= 3, `${tokenRequests(tenantId)} requests, of them one unanswered`);
  });
});
