/** Whom a rule hits among requests that run side by side, and whom it does not. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { aToken, anEnterpriseApp, customers, requestToken, startTestCloud } from '../../../support/cloud.ts';
import { asked, lastEntry } from './fault-requests.ts';
import { aMessage, anna, send, sender } from './graph-requests.ts';

const { contoso, fabrikam } = customers;
const cloud = await startTestCloud({
  seed: (state) => state.enterpriseApps.push(anEnterpriseApp({ tenantId: fabrikam.id })),
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
  cloud.state.messages.length = 0;
});

const busy = { kind: 'answer', status: 429 } as const;
const statuses = async (requests: Promise<Response>[]): Promise<number[]> =>
  (await Promise.all(requests)).map(({ status }) => status).sort();
const hits = (): number[] => cloud.faults.list().map((one) => one.hits);

const sendAs = (as: string) => send(cloud, { message: aMessage() }, { as });
const fromFabrikam = async () =>
  send(
    cloud,
    { message: aMessage() },
    { as: `post@${fabrikam.domain}`, token: await aToken(cloud, { tid: fabrikam.id }) },
  );

describe('one tenant', () => {
  test('by its id in the path of Entra', async () => {
    cloud.faults.add({ service: 'entra', tenantId: fabrikam.id, fault: busy });
    assert.equal((await requestToken(cloud)).status, 200);
    assert.equal((await requestToken(cloud, { tenant: fabrikam.id })).status, 429);
    assert.notEqual((await requestToken(cloud, { tenant: contoso.domain })).status, 429);
    assert.equal((await requestToken(cloud, { tenant: fabrikam.domain.toUpperCase() })).status, 429);
    assert.deepEqual(hits(), [2]);
    assert.equal(lastEntry(cloud).tenantId, fabrikam.id);
  });

  test('by the token of a request to Graph', async () => {
    cloud.faults.add({ service: 'graph', tenantId: fabrikam.id, fault: busy });
    assert.equal((await sendAs(sender)).status, 202);
    assert.equal((await fromFabrikam()).status, 429);
    assert.equal(lastEntry(cloud).tenantId, fabrikam.id);
  });
});

describe('one mailbox', () => {
  test('by its address or its id in the path, in any letters', async () => {
    cloud.faults.add({ service: 'graph', mailbox: sender, fault: busy });
    const id = cloud.state.mailboxes.find(({ address }) => address === sender)?.id ?? '';
    for (const user of [sender, sender.toUpperCase(), id]) {
      assert.equal((await sendAs(user)).status, 429, user);
      assert.equal(lastEntry(cloud).mailbox, sender);
    }
    assert.equal((await sendAs(anna)).status, 202);
    assert.equal((await fromFabrikam()).status, 202);
  });

  test('that is written to is not the one that is used', async () => {
    cloud.faults.add({ service: 'graph', mailbox: anna, fault: busy });
    assert.equal((await sendAs(sender)).status, 202);
    assert.deepEqual(hits(), [0]);
  });

  test('and its journal names no recipient', async () => {
    cloud.faults.add({ service: 'graph', fault: busy });
    await sendAs(sender);
    assert.ok(!JSON.stringify(cloud.journal.entries).includes(anna));
  });
});

describe('side by side', () => {
  const many = 12;

  test('times: 1 hits one of many concurrent requests, and each has its own entry', async () => {
    const id = cloud.faults.add({ service: 'identity', times: 1, fault: busy });
    const got = await statuses(Array.from({ length: many }, () => asked.identity.ask(cloud)));
    assert.deepEqual(got, [...Array<number>(many - 1).fill(200), 429]);
    assert.equal(cloud.journal.entries.length, many);
    assert.equal(cloud.journal.find({ fault: id }).length, 1);
  });

  test('times: 1 after accepting hits one of many, and all of them are done', async () => {
    cloud.faults.add({ service: 'graph', times: 1, fault: { kind: 'answer', status: 504, when: 'after' } });
    const got = await statuses(Array.from({ length: 4 }, () => sendAs(sender)));
    assert.deepEqual(got, [202, 202, 202, 504]);
    assert.equal(cloud.state.messages.filter(({ mailbox }) => mailbox === anna).length, 4);
    assert.deepEqual(hits(), [1]);
  });

  test('skip and times choose by the order of arrival', async () => {
    cloud.faults.add({ service: 'identity', skip: 3, times: 4, fault: busy });
    const got = await statuses(Array.from({ length: many }, () => asked.identity.ask(cloud)));
    assert.deepEqual(got, [...Array<number>(many - 4).fill(200), ...Array<number>(4).fill(429)]);
  });

  test('a slow request holds up no other', async () => {
    cloud.faults.add({ service: 'identity', times: 1, fault: { kind: 'slow', milliseconds: 1500 } });
    let served = false;
    const slow = asked.identity.ask(cloud).finally(() => (served = true));
    while (hits()[0] === 0) await new Promise(setImmediate);
    assert.equal((await asked.identity.ask(cloud)).status, 200);
    assert.equal(served, false);
    assert.equal((await slow).status, 200);
  });
});

describe('a request that cannot be described', () => {
  test("whose path cannot be decoded gets the service's own refusal, with a rule in force or not", async () => {
    const status = async () => (await send(cloud, {}, { path: '/v1.0/users/%E0%A4%A/sendMail' })).status;
    const own = await status();
    assert.ok(own >= 400 && own < 500, `${own}`);
    cloud.faults.add({ service: 'graph', mailbox: sender, fault: busy });
    assert.equal(await status(), own);
    assert.equal(cloud.journal.entries.length, 2);
  });

  test('for another operation is not hit', async () => {
    cloud.faults.add({ service: 'entra', operation: 'token', fault: busy });
    const url = `${cloud.urls.entra}/${contoso.id}/v2.0/.well-known/openid-configuration`;
    assert.equal((await cloud.fetch(url)).status, 200);
  });
});
