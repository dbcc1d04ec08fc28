/** Outlook's limits for one app in one mailbox, each with its refusal and with what is still taken. Needs loopback only. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { after, beforeEach, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyLimits } from '../../../../local/cloud/state/limits.ts';
import { aToken, startTestCloud } from '../../../support/cloud.ts';
import { call } from './graph-mailbox.ts';
import { aMessage, anna, refusal, send, sender } from './graph-requests.ts';
import { open, put, size } from './upload-sessions.ts';

const cloud = await startTestCloud();
const sockets: TLSSocket[] = [];
after(async () => {
  for (const socket of sockets) socket.destroy();
  await cloud.stop();
});
beforeEach(() => {
  Object.assign(cloud.state, emptyLimits(), { messages: [] });
});

/** Expects a throttled answer, and gives back after how many seconds it says to come again. */
async function isThrottled(response: Response, budget: string): Promise<number> {
  const { status, code, message } = await refusal(response);
  assert.deepEqual(
    { status, code, message },
    { status: 429, code: 'ApplicationThrottled', message: `Application is over its ${budget} limit.` },
  );
  const retryAfter = response.headers.get('retry-after') ?? '';
  assert.match(retryAfter, /^[1-9]\d*$/);
  return Number(retryAfter);
}

/** A request to send from the mailbox whose body has begun and does not end: it is in flight until it is finished. */
async function unfinished(mailbox: string): Promise<{ finish(): Promise<string>; cut(): void }> {
  const { hostname, port } = new URL(cloud.urls.graph);
  const socket = connect({ host: hostname, port: Number(port), ca: cloud.ca });
  sockets.push(socket);
  await once(socket, 'secureConnect');
  const body = JSON.stringify({ message: aMessage() });
  socket.write(
    `POST /v1.0/users/${mailbox}/sendMail HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${await aToken(cloud)}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body.slice(0, 10)}`,
  );
  return {
    cut: () => socket.destroy(),
    async finish() {
      socket.write(body.slice(10));
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      return answer.slice(0, answer.indexOf('\r\n'));
    },
  };
}

/** What a request that needs a place gets, once those that were written before have arrived. */
async function soon(request: () => Promise<Response>, status: number): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await request();
    if (response.status === status || attempt === 50) return response;
    await response.body?.cancel();
    await sleep(20);
  }
}

describe('concurrent requests', () => {
  const list = (as = sender): Promise<Response> => call(cloud, 'messages', { as });

  test('are taken up to four for one mailbox, and the fifth is throttled for a second', async () => {
    const running = await Promise.all([1, 2, 3, 4].map(() => unfinished(sender)));
    assert.equal(await isThrottled(await soon(() => list(), 429), 'MailboxConcurrency'), 1);
    assert.equal(cloud.journal.entries.at(-1)?.code, 'ApplicationThrottled');
    for (const one of running) assert.equal(await one.finish(), 'HTTP/1.1 202 Accepted');
    assert.equal((await soon(() => list(), 200)).status, 200);
  });

  test('for one mailbox leave other mailboxes, and users and organizations, alone', async () => {
    cloud.state.limits.graph.concurrentRequests = 1;
    const running = await unfinished(sender);
    await isThrottled(await soon(() => list(), 429), 'MailboxConcurrency');
    assert.equal((await list(anna)).status, 200);
    const path = `/v1.0/users/${sender}`;
    const token = await aToken(cloud, { roles: ['User.Read.All'] });
    assert.equal((await send(cloud, undefined, { method: 'GET', path, token })).status, 200);
    await running.finish();
  });

  test('of another app are counted apart', async () => {
    cloud.state.limits.graph.concurrentRequests = 1;
    const running = await unfinished(sender);
    await isThrottled(await soon(() => list(), 429), 'MailboxConcurrency');
    const token = await aToken(cloud, { appid: crypto.randomUUID() });
    assert.equal((await send(cloud, { message: aMessage() }, { token })).status, 202);
    await running.finish();
  });

  test('are never too many for a client that sends one after the other', async () => {
    cloud.state.limits.graph.concurrentRequests = 1;
    cloud.state.limits.sending.messages.most = 10_000;
    const authorization = `Bearer ${await aToken(cloud, { roles: ['Mail.Send', 'Mail.ReadWrite'] })}`;
    // Each keeps its connection: the next request is written as soon as the answer to the former is there.
    const agents = [1, 2, 3].map(() => new Agent({ keepAlive: true, maxSockets: 1, ca: cloud.ca }));
    const body = (count: number): string | undefined =>
      [undefined, JSON.stringify({ message: aMessage() }), '{}', 'x'.repeat(100_000)][count % 4];
    const statuses = new Set<number>();
    for (let count = 0; count < 2000; count += 1) {
      const written = body(count);
      const path = `/v1.0/users/${sender}/${written === undefined ? 'messages?$top=1' : 'sendMail'}`;
      const url = new URL(path, cloud.urls.graph);
      const headers = { authorization, 'content-type': 'application/json' };
      const method = written === undefined ? 'GET' : 'POST';
      const sent = request(url, { agent: agents[count % agents.length], method, headers }).end(written);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      statuses.add(answer.statusCode ?? 0);
      answer.resume();
      await once(answer, 'end');
    }
    for (const agent of agents) agent.destroy();
    assert.deepEqual([...statuses].sort(), [200, 202, 400]);
  });

  test('give their places back when they are refused, and when their connection is lost', async () => {
    cloud.state.limits.graph.concurrentRequests = 1;
    const running = await unfinished(sender);
    await isThrottled(await soon(() => list(), 429), 'MailboxConcurrency');
    running.cut();
    assert.equal((await soon(() => list(), 200)).status, 200);
    for (let count = 0; count < 3; count += 1) assert.equal((await send(cloud, {})).status, 400);
    assert.equal((await list()).status, 200);
  });
});

describe('requests in a window', () => {
  test('are throttled beyond the limit until the window has passed', async () => {
    cloud.state.limits.graph.requests = { most: 2, seconds: 600 };
    assert.equal((await call(cloud, 'messages')).status, 200);
    assert.equal((await call(cloud, 'messages')).status, 200);
    const seconds = await isThrottled(await call(cloud, 'messages'), 'MailboxRequests');
    assert.ok(seconds > 590 && seconds <= 600, `Retry-After is ${seconds}.`);
    assert.equal((await call(cloud, 'messages', { as: anna })).status, 200);
  });

  test('are taken again as soon as Retry-After says', async () => {
    cloud.state.limits.graph.requests = { most: 1, seconds: 1 };
    assert.equal((await call(cloud, 'messages')).status, 200);
    const seconds = await isThrottled(await call(cloud, 'messages'), 'MailboxRequests');
    await sleep(seconds * 1000);
    assert.equal((await call(cloud, 'messages')).status, 200);
  });

  test('count while they are throttled: who does not wait is not let in', async () => {
    cloud.state.limits.graph.requests = { most: 2, seconds: 600 };
    for (let count = 0; count < 5; count += 1) await call(cloud, 'messages');
    const [use] = cloud.state.graphUse;
    assert.equal(
      use?.requests.reduce((sum, { count }) => sum + count, 0),
      5,
    );
    const mostOfTheWindow = 599 * 1000;
    for (const slice of use?.requests.slice(0, 1) ?? []) slice.at -= mostOfTheWindow;
    await isThrottled(await call(cloud, 'messages'), 'MailboxRequests');
  });

  test('do not count when the token is refused', async () => {
    cloud.state.limits.graph.requests = { most: 1, seconds: 600 };
    const expired = await aToken(cloud, { exp: 1 });
    for (let count = 0; count < 3; count += 1) {
      assert.equal((await send(cloud, {}, { token: expired })).status, 401);
    }
    assert.equal((await call(cloud, 'messages')).status, 200);
  });
});

describe('uploaded bytes in a window', () => {
  const large = { message: aMessage({ body: { contentType: 'Text', content: 'x'.repeat(3000) } }) };

  test('are throttled beyond the limit, and reading goes on', async () => {
    cloud.state.limits.graph.uploadedBytes = { most: 5000, seconds: 300 };
    assert.equal((await send(cloud, large)).status, 202);
    const seconds = await isThrottled(await send(cloud, large), 'IncomingBytes');
    assert.ok(seconds > 290 && seconds <= 300, `Retry-After is ${seconds}.`);
    assert.equal((await call(cloud, 'messages')).status, 200);
    assert.equal(cloud.state.messages.filter(({ folder }) => folder === 'sentitems').length, 1);
  });
});

test('ranges of an upload count with what Graph gets, also when they are refused', async () => {
  const { uploadUrl } = await open(cloud);
  cloud.state.limits.graph.uploadedBytes = { most: 2_000_000, seconds: 300 };
  assert.equal((await put(cloud, uploadUrl, [0, 1_500_000])).status, 200);
  const seconds = await isThrottled(await put(cloud, uploadUrl, [1_500_000, size]), 'IncomingBytes');
  assert.ok(seconds > 290 && seconds <= 300, `Retry-After is ${seconds}.`);
  assert.equal(cloud.state.uploadSessions[0]?.received, 1_500_000);
  await isThrottled(await send(cloud, { message: aMessage() }), 'IncomingBytes');
  cloud.state.graphUse = [];
  assert.equal((await put(cloud, uploadUrl, [1_500_000, size])).status, 201);
});

describe("Microsoft's numbers", () => {
  test('are the limits where nobody changed them', () => {
    assert.deepEqual(cloud.state.limits.graph, {
      concurrentRequests: 4,
      requests: { most: 10_000, seconds: 600 },
      uploadedBytes: { most: 157_286_400, seconds: 300 },
    });
    assert.deepEqual(cloud.state.limits.sending, {
      messages: { most: 30, seconds: 60 },
      recipients: { most: 10_000, seconds: 86_400 },
      recipientsPerMessage: 500,
      messageBytes: 36_700_160,
    });
  });
});
