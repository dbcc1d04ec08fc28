/** Faults after the service has done its work: the caller does not learn what happened. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { FaultRuleInput } from '../../../../local/cloud/faults/fault-rule.ts';
import { requestToken, startTestCloud } from '../../../support/cloud.ts';
import { asked, askedServices, isReset, lastEntry, sendImpatiently } from './fault-requests.ts';
import { aMessage, anna, copies, refusal, send, sender } from './graph-requests.ts';
import { aTokenWithRoles, ask as askVault } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
  cloud.state.messages.length = 0;
});

const sendOne = (message = aMessage()) => send(cloud, { message });
const hits = (): number[] => cloud.faults.list().map((one) => one.hits);
const ofGraph = (fault: FaultRuleInput['fault'], more: Partial<FaultRuleInput> = {}): string =>
  cloud.faults.add({ service: 'graph', operation: 'sendMail', fault, ...more });

describe('accepted', () => {
  test('answered 504: the mail is delivered, and the journal says what Graph itself had decided', async () => {
    const id = ofGraph({ kind: 'answer', status: 504, when: 'after' }, { times: 1 });
    assert.deepEqual(await refusal(await sendOne()), { status: 504, code: 'UnknownError', message: '' });
    assert.equal(copies(cloud, anna, 'inbox').length, 1);
    assert.equal(copies(cloud, sender, 'sentitems').length, 1);
    assert.equal(cloud.journal.entries.length, 1);
    assert.deepEqual([lastEntry(cloud).status, lastEntry(cloud).fault], [202, id]);

    assert.equal((await sendOne()).status, 202);
    assert.equal(copies(cloud, anna, 'inbox').length, 2);
    assert.equal(lastEntry(cloud).fault, undefined);
  });

  test('cut: the mail is delivered, and the connection is reset', async () => {
    ofGraph({ kind: 'cut', when: 'after' });
    await isReset(sendOne());
    assert.equal(copies(cloud, anna).length, 1);
    assert.deepEqual([cloud.journal.entries.length, lastEntry(cloud).status], [1, 202]);
  });

  test('never answered: the mail is delivered, and the caller gives up', async () => {
    ofGraph({ kind: 'silence', when: 'after' });
    await assert.rejects(sendImpatiently(cloud, 1500), {
      name: 'TimeoutError',
    });
    assert.equal(copies(cloud, anna).length, 1);
  });

  test('answered without end: the mail is delivered, and the caller reads for ever', async () => {
    ofGraph({ kind: 'endless', when: 'after' });
    const response = await sendImpatiently(cloud, 1500);
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), { name: 'TimeoutError' });
    assert.equal(copies(cloud, anna).length, 1);
  });

  test('answered late: the mail is there long before the answer', async () => {
    ofGraph({ kind: 'slow', milliseconds: 1500, when: 'after' });
    const began = performance.now();
    let answered = false;
    const sending = sendOne().finally(() => (answered = true));
    while (copies(cloud, anna).length === 0) await new Promise(setImmediate);
    assert.equal(answered, false);
    assert.equal((await sending).status, 202);
    assert.ok(performance.now() - began >= 1490);
  });

  test('every service has done its work', async () => {
    for (const service of askedServices) {
      const { ask, status } = asked[service];
      cloud.faults.clear();
      const id = cloud.faults.add({ service, fault: { kind: 'answer', status: 503, when: 'after' } });
      assert.equal((await ask(cloud)).status, 503, service);
      assert.deepEqual(
        [lastEntry(cloud).service, lastEntry(cloud).status, lastEntry(cloud).fault],
        [service, status, id],
      );
    }
    assert.equal(cloud.journal.entries.length, askedServices.length);
  });
});

describe('refused by the service itself', () => {
  const after = { kind: 'answer', status: 504, when: 'after' } as const;

  /** Expects the refusal and that the rule is as it was. */
  async function staysUnused(status: number, request: () => Promise<{ status: number }>): Promise<void> {
    assert.equal((await request()).status, status);
    assert.deepEqual(hits(), [0]);
    const entry = cloud.journal.entries.at(-1);
    assert.deepEqual([entry?.status, entry?.fault], [status, undefined]);
  }

  test('by Graph: the refusal comes back, and the rule waits for what is accepted', async () => {
    ofGraph(after, { times: 1 });
    await staysUnused(400, () => sendOne(aMessage({ toRecipients: [] })));
    await staysUnused(401, () => send(cloud, {}, { token: 'none' }));
    assert.equal((await sendOne()).status, 504);
    assert.deepEqual(hits(), [1]);
  });

  test('by Entra', async () => {
    cloud.faults.add({ service: 'entra', fault: after, times: 1 });
    await staysUnused(400, () => requestToken(cloud, { form: { scope: undefined } }));
    assert.equal((await asked.entra.ask(cloud)).status, 504);
  });

  test('by Key Vault, challenge included', async () => {
    cloud.faults.add({ service: 'vault', fault: after, times: 1 });
    await staysUnused(401, () => askVault(cloud, 'certificates/tenantpost', { token: null }));
    const token = await aTokenWithRoles(cloud, []);
    await staysUnused(403, () => askVault(cloud, 'certificates/tenantpost', { token }));
    assert.equal((await asked.vault.ask(cloud)).status, 504);
  });

  test('by the managed identity endpoint', async () => {
    cloud.faults.add({ service: 'identity', fault: after, times: 1 });
    await staysUnused(401, () => cloud.fetch(`${cloud.urls.identity}/msi/token`));
    assert.equal((await asked.identity.ask(cloud)).status, 504);
  });

  test('nothing is slow about a refusal', async () => {
    ofGraph({ kind: 'slow', milliseconds: 60_000, when: 'after' });
    await staysUnused(400, () => sendOne(aMessage({ toRecipients: [] })));
  });
});
