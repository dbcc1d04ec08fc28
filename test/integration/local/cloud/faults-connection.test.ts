/** Faults of the connection, before the service has seen the request. Needs loopback only. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { after, beforeEach, describe, test } from 'node:test';
import { startTestCloud } from '../../../support/cloud.ts';
import { asked, askedServices, askOn, connectionTo, isReset, lastEntry, sendImpatiently } from './fault-requests.ts';
import { anna, copies } from './graph-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
  cloud.state.messages.length = 0;
});

const hits = (): number[] => cloud.faults.list().map((one) => one.hits);

for (const service of askedServices) {
  const { operation, status, ask } = asked[service];

  describe(service, () => {
    test('cut: the connection is reset, and nothing was done', async () => {
      const id = cloud.faults.add({ service, times: 1, fault: { kind: 'cut' } });
      await isReset(ask(cloud));
      assert.deepEqual(cloud.state.messages, []);
      assert.equal(cloud.journal.entries.length, 1);
      const { tenantId: _tenant, mailbox: _mailbox, ...entry } = lastEntry(cloud);
      assert.deepEqual(entry, { service, operation, status: 0, reason: 'fault: cut', fault: id });
      assert.equal((await ask(cloud)).status, status);
    });

    test('down: a new connection is reset before a byte is read, and the journal says so', async () => {
      const id = cloud.faults.add({ service, fault: { kind: 'down' } });
      const socket = connect(Number(new URL(cloud.urls[service]).port), '127.0.0.1');
      await assert.rejects(once(socket, 'close'), { code: 'ECONNRESET' });
      assert.equal(socket.bytesRead, 0);
      const entry = { service, operation: 'connection', status: 0, reason: 'fault: down', fault: id };
      assert.deepEqual(cloud.journal.entries.length, 1);
      assert.deepEqual(lastEntry(cloud), entry);
      assert.deepEqual(hits(), [1]);
      cloud.faults.clear();
      assert.equal((await ask(cloud)).status, status);
    });

    test('slow: the request is served late', async () => {
      const id = cloud.faults.add({ service, fault: { kind: 'slow', milliseconds: 200 } });
      const began = performance.now();
      assert.equal((await ask(cloud)).status, status);
      assert.ok(performance.now() - began >= 195);
      assert.deepEqual(
        [cloud.journal.entries.length, lastEntry(cloud).status, lastEntry(cloud).fault],
        [1, status, id],
      );
    });
  });
}

describe('a caller that does not wait', () => {
  test('slow: what has not reached the service before the caller left is not done', async () => {
    const id = cloud.faults.add({ service: 'graph', fault: { kind: 'slow', milliseconds: 1500 } });
    await assert.rejects(sendImpatiently(cloud, 500), { name: 'TimeoutError' });
    while (cloud.journal.entries.length === 0) await new Promise(setImmediate);
    const { status, reason, fault } = lastEntry(cloud);
    assert.deepEqual([status, reason, fault], [0, 'fault: slow, and the caller did not wait', id]);
    assert.deepEqual(cloud.state.messages, []);
  });

  test('silence: nothing comes, nothing is done, and the connection stays open until the caller leaves', async () => {
    const id = cloud.faults.add({ service: 'graph', fault: { kind: 'silence' } });
    await assert.rejects(sendImpatiently(cloud, 1000), { name: 'TimeoutError' });
    assert.deepEqual(cloud.state.messages, []);
    assert.deepEqual([cloud.journal.entries.length, lastEntry(cloud).status, lastEntry(cloud).fault], [1, 0, id]);
  });

  test('endless: an answer begins and does not end, and nothing is done', async () => {
    const id = cloud.faults.add({ service: 'graph', fault: { kind: 'endless' } });
    const response = await sendImpatiently(cloud, 1500);
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/json']);
    let text = '';
    const read = async (): Promise<void> => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    };
    await assert.rejects(read(), { name: 'TimeoutError' });
    assert.match(text, /^\{"value":"\.+$/);
    assert.deepEqual(cloud.state.messages, []);
    assert.deepEqual([lastEntry(cloud).status, lastEntry(cloud).fault], [200, id]);
  });

  test('a cloud that stops does not wait for silent, slow and endless answers', async () => {
    const other = await startTestCloud();
    const waiting = [{ kind: 'silence' }, { kind: 'slow', milliseconds: 600_000 }, { kind: 'endless' }] as const;
    for (const fault of waiting) other.faults.add({ service: 'graph', times: 1, fault });
    const answers = waiting.map(() => sendImpatiently(other, 20_000).then((response) => response.text()));
    const ended = Promise.allSettled(answers);
    while (other.journal.entries.length < 2) await new Promise(setImmediate);
    const began = performance.now();
    await other.stop();
    for (const { status } of await ended) assert.equal(status, 'rejected');
    assert.ok(performance.now() - began < 5000);
  });
});

describe('a connection that is kept alive', () => {
  for (const service of ['graph', 'identity'] as const) {
    test(`${service}: is reset by a cut, and another takes its place`, async () => {
      const { status } = asked[service];
      const connection = await connectionTo(cloud, service);
      const first = await askOn(connection);
      const second = await askOn(connection);
      assert.deepEqual(
        [first, second].map(({ reused }) => reused),
        [false, true],
      );
      cloud.faults.add({ service, times: 1, fault: { kind: 'cut' } });
      await assert.rejects(askOn(connection), { code: 'ECONNRESET' });
      assert.deepEqual(await askOn(connection), { status, reused: false });
      connection.close();
    });

    test(`${service}: is reset when the service is down`, async () => {
      const connection = await connectionTo(cloud, service);
      await askOn(connection);
      cloud.journal.clear();
      const id = cloud.faults.add({ service, fault: { kind: 'down' } });
      await assert.rejects(askOn(connection), { code: 'ECONNRESET' });
      const { operation, status, fault } = lastEntry(cloud);
      assert.deepEqual([operation, status, fault], [asked[service].operation, 0, id]);
      connection.close();
    });

    test(`${service}: outlives an answer that a fault gave`, async () => {
      const connection = await connectionTo(cloud, service);
      cloud.faults.add({ service, times: 1, fault: { kind: 'answer', status: 429 } });
      assert.deepEqual(await askOn(connection), { status: 429, reused: false });
      assert.deepEqual(await askOn(connection), { status: asked[service].status, reused: true });
      connection.close();
    });

    test(`${service}: another one is not touched by a cut`, async () => {
      const one = await connectionTo(cloud, service);
      const other = await connectionTo(cloud, service);
      await askOn(one);
      await askOn(other);
      cloud.faults.add({ service, times: 1, fault: { kind: 'cut' } });
      await assert.rejects(askOn(one), { code: 'ECONNRESET' });
      assert.equal((await askOn(other)).reused, true);
      one.close();
      other.close();
    });
  }
});

describe('a large body over TLS', () => {
  const body = Buffer.alloc(12 * 1024 * 1024, 'x');

  test('is read to its end before a fault answers, so that the caller sees the answer and no reset', async () => {
    for (const status of [429, 503]) {
      cloud.faults.clear();
      cloud.faults.add({ service: 'graph', fault: { kind: 'answer', status } });
      const connection = await connectionTo(cloud, 'graph', body);
      assert.deepEqual(await askOn(connection), { status, reused: false });
      assert.deepEqual(await askOn(connection), { status, reused: true });
      connection.close();
    }
    assert.deepEqual(cloud.state.messages, []);
  });

  test('is cut while it is sent', async () => {
    cloud.faults.add({ service: 'graph', fault: { kind: 'cut' } });
    const connection = await connectionTo(cloud, 'graph', body);
    await assert.rejects(askOn(connection), ({ code }: NodeJS.ErrnoException) =>
      ['ECONNRESET', 'EPIPE'].includes(code ?? ''),
    );
    connection.close();
  });

  test('whose caller leaves in the middle harms nobody', async () => {
    cloud.faults.add({ service: 'graph', times: 1, fault: { kind: 'answer', status: 503 } });
    const { url, headers, agent, close } = await connectionTo(cloud, 'graph');
    const leaving = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
      agent,
    });
    leaving.write(body.subarray(0, 1024 * 1024));
    while (hits()[0] === 0) await new Promise(setImmediate);
    leaving.destroy();
    await assert.rejects(once(leaving, 'response'), { code: 'ECONNRESET' });
    close();
    assert.equal((await asked.graph.ask(cloud)).status, 202);
    assert.equal(copies(cloud, anna).length, 1);
  });
});
