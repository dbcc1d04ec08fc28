/** The journal: one entry for each request, without secrets, and found again by what is asked. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { type JournalEntry, outcomeOf } from '../../../../local/cloud/journal.ts';
import { aToken, customers, requestToken, startTestCloud } from '../../../support/cloud.ts';
import { asked, askedServices, isReset } from './fault-requests.ts';
import { aMessage, anna, send, sender } from './graph-requests.ts';

const { contoso, fabrikam } = customers;
const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
});

const last = (): JournalEntry => cloud.journal.entries.at(-1) ?? assert.fail('The journal is empty.');

describe('one entry for each request', () => {
  test('accepted, refused, of an unknown path and of another method', async () => {
    for (const service of askedServices) {
      cloud.journal.clear();
      assert.equal((await asked[service].ask(cloud)).status, asked[service].status);
      assert.deepEqual([cloud.journal.entries.length, last().operation], [1, asked[service].operation]);
      const url = cloud.urls[service];
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD']) {
        cloud.journal.clear();
        const { status } = await cloud.fetch(`${url}/no/such/path?secret=s3cret`, { method });
        assert.equal(cloud.journal.entries.length, 1, `${service} ${method}`);
        assert.deepEqual([last().service, last().status, last().request?.method], [service, status, method]);
        assert.equal(outcomeOf(last()), 'refused');
      }
    }
  });

  test('under every fault', async () => {
    const when = ['before', 'after'] as const;
    for (const service of askedServices) {
      for (const fault of [
        ...when.map((moment) => ({ kind: 'answer', status: 503, when: moment }) as const),
        ...when.map((moment) => ({ kind: 'cut', when: moment }) as const),
        ...when.map((moment) => ({ kind: 'slow', milliseconds: 5, when: moment }) as const),
        { kind: 'content-type', contentType: 'text/plain' } as const,
      ]) {
        cloud.faults.clear();
        cloud.journal.clear();
        const id = cloud.faults.add({ service, fault });
        if (fault.kind === 'cut') await isReset(asked[service].ask(cloud));
        else await asked[service].ask(cloud);
        const what = `${service} ${JSON.stringify(fault)}`;
        assert.equal(cloud.journal.entries.length, 1, what);
        assert.deepEqual(
          [last().service, last().operation, last().fault],
          [service, asked[service].operation, id],
          what,
        );
        assert.equal(outcomeOf(last()), 'faulted');
      }
    }
  });

  test('with what HTTP tells of it, and how long it took', async () => {
    const clientRequestId = crypto.randomUUID();
    await send(cloud, { message: aMessage() }, { headers: { 'client-request-id': clientRequestId } });
    const { request, at } = last();
    assert.ok(Math.abs(Date.now() - at) < 5000);
    const { milliseconds, ...facts } = request ?? assert.fail('There are no facts.');
    assert.deepEqual(facts, { method: 'POST', authorization: 'bearer', clientRequestId });
    assert.ok(milliseconds !== undefined && milliseconds >= 0 && milliseconds < 5000);
  });
});

describe('without secrets', () => {
  test('no token, no body, no address of a request, no recipient', async () => {
    const token = await aToken(cloud);
    await send(cloud, { message: aMessage({ subject: 'Secret plan' }) }, { token });
    await requestToken(cloud, { query: '?client_secret=s3cret' });
    const text = JSON.stringify(cloud.journal.entries);
    for (const secret of [token.slice(0, 30), token.slice(-30), 'Secret plan', anna, 's3cret', cloud.identityHeader]) {
      assert.ok(!text.includes(secret));
    }
  });

  test('a token without its scheme is not taken for one', async () => {
    const token = await aToken(cloud);
    const schemes: Record<string, string> = {
      [token]: 'other',
      'BEARER x': 'bearer',
      'Basic dXNlcjpwYXNz': 'basic',
      'SharedKey account:signature': 'sharedkey',
      [`Token ${token}`]: 'other',
    };
    for (const [authorization, scheme] of Object.entries(schemes)) {
      await cloud.fetch(`${cloud.urls.graph}/v1.0/users`, { headers: { authorization } });
      assert.equal(last().request?.authorization, scheme);
    }
    await cloud.fetch(`${cloud.urls.graph}/v1.0/users`);
    assert.equal(last().request?.authorization, 'none');
    assert.ok(!JSON.stringify(cloud.journal.entries).includes(token.slice(0, 20)));
  });
});

describe('find', () => {
  test('by service, operation, tenant, mailbox, fault, outcome and time, the newest of them', async () => {
    const began = Date.now();
    const id = cloud.faults.add({ service: 'graph', mailbox: anna, fault: { kind: 'answer', status: 503 } });
    await requestToken(cloud);
    await requestToken(cloud, { tenant: fabrikam.id });
    await send(cloud, { message: aMessage() }, { as: anna });
    await asked.identity.ask(cloud);
    const found = (filter: Parameters<typeof cloud.journal.find>[0]): string[] =>
      cloud.journal.find(filter).map(({ service, status }) => `${service} ${status}`);

    const all = ['entra 200', 'entra 401', 'graph 503', 'identity 200'];
    const refused = cloud.journal.entries[1]?.status ?? 0;
    all[1] = `entra ${refused}`;
    assert.deepEqual(found({}), all);
    assert.deepEqual(found({ service: 'entra' }), all.slice(0, 2));
    assert.deepEqual(found({ operation: 'TOKEN' }), [...all.slice(0, 2), 'identity 200']);
    assert.deepEqual(found({ tenantId: fabrikam.id.toUpperCase() }), [all[1]]);
    assert.deepEqual(found({ tenantId: contoso.id }), ['entra 200', 'graph 503']);
    assert.deepEqual(found({ mailbox: anna }), ['graph 503']);
    assert.deepEqual(found({ mailbox: sender }), []);
    assert.deepEqual(found({ fault: id }), ['graph 503']);
    assert.deepEqual(found({ outcome: 'faulted' }), ['graph 503']);
    assert.deepEqual(found({ outcome: 'refused' }), [all[1]]);
    assert.deepEqual(found({ outcome: 'accepted', service: 'entra' }), ['entra 200']);
    assert.deepEqual(found({ since: began, limit: 2 }), all.slice(2));
    assert.deepEqual(found({ limit: 0 }), []);
    assert.deepEqual(found({ since: Date.now() + 1000 }), []);
    assert.equal(cloud.journal.count('entra', 'token', began), 2);
  });
});
