/** What the fault panel and the journal call the requests to Graph, and how faults look there. Needs loopback only. */

import assert from 'node:assert/strict';
import { connect } from 'node:tls';
import { after, before, beforeEach, describe, test } from 'node:test';
import { aToken, startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, readPage } from './graph-mailbox.ts';
import { aFile, aMessage, anna, copies, refusal, send, sender } from './graph-requests.ts';
import { create, open, put } from './upload-sessions.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
  cloud.faults.clear();
});

describe('operations', () => {
  test('names each of them alike for the journal and for a fault', async () => {
    const message = await draft(cloud, { attachments: [aFile()] });
    const path = `messages/${message.id}`;
    const { value } = await readPage(await call(cloud, `${path}/attachments`));
    const attachment = `${path}/attachments/${value[0]?.id}`;
    const requests: [string, string, string, unknown?][] = [
      ['listMessages', 'GET', 'messages'],
      ['listMessages', 'GET', 'mailFolders/drafts/messages'],
      ['createMessage', 'POST', 'messages', aMessage()],
      ['getMessage', 'GET', path],
      ['getMessage', 'GET', `mailFolders('drafts')/${path}`],
      ['getMessageContent', 'GET', `${path}/$value`],
      ['updateMessage', 'PATCH', path, { subject: 'Other' }],
      ['addAttachment', 'POST', `${path}/attachments`, aFile()],
      ['listAttachments', 'GET', `${path}/attachments`],
      ['getAttachment', 'GET', attachment],
      ['getAttachmentContent', 'GET', `${attachment}/$value`],
      ['deleteAttachment', 'DELETE', attachment],
      ['listMailFolders', 'GET', 'mailFolders'],
      ['getMailFolder', 'GET', 'mailFolders/drafts'],
      ['sendMail', 'POST', 'sendMail', { message: aMessage() }],
      ['sendMessage', 'POST', `${path}/send`],
      ['deleteMessage', 'DELETE', `messages/${(await draft(cloud)).id}`],
    ];
    for (const [operation, method, target, body] of requests) {
      const options = { method, ...(body !== undefined && { body }) };
      cloud.faults.add({ service: 'graph', operation, mailbox: sender, fault: { kind: 'answer', status: 503 } });
      assert.equal((await call(cloud, target, options)).status, 503, `${operation} with a fault`);
      cloud.faults.clear();
      const response = await call(cloud, target, options);
      await response.arrayBuffer();
      assert.ok(response.ok, `${operation}: ${response.status}`);
      const [faulty, own] = cloud.journal.entries.slice(-2);
      assert.deepEqual([faulty?.operation, own?.operation], [operation, operation]);
      assert.deepEqual([faulty?.mailbox, own?.mailbox], [sender, sender]);
      assert.deepEqual([faulty?.tenantId, own?.tenantId].filter(Boolean).length, 2);
    }
  });

  test('hits uploads by their own service, operation and mailbox', async () => {
    const { uploadUrl, message } = await open(cloud);
    const fault = { kind: 'answer', status: 429, retryAfter: { seconds: 3 } } as const;
    cloud.faults.add({ service: 'upload', operation: 'uploadRange', mailbox: sender, times: 1, fault });
    const hit = await put(cloud, uploadUrl, [0, 1000]);
    assert.equal(hit.headers.get('retry-after'), '3');
    assert.equal((await refusal(hit)).code, 'ApplicationThrottled');
    assert.equal((await put(cloud, uploadUrl, [0, 1000])).status, 200);
    cloud.faults.add({ service: 'graph', operation: 'createUploadSession', fault });
    assert.equal((await create(cloud, message.id)).status, 429);
  });
});

describe('faults', () => {
  for (const [status, code, message] of [
    [429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.'],
    [500, 'ErrorInternalServerError', 'An internal server error occurred. The operation failed.'],
    [502, 'UnknownError', ''],
    [503, 'ErrorServerBusy', 'The server cannot service this request right now. Try again later.'],
    [504, 'UnknownError', ''],
    [507, 'ErrorQuotaExceeded', 'The mailbox has exceeded its maximum size.'],
  ] as const) {
    test(`answers ${status} with the body of Outlook`, async () => {
      cloud.faults.add({ service: 'graph', fault: { kind: 'answer', status } });
      assert.deepEqual(await refusal(await send(cloud, { message: aMessage() })), { status, code, message });
      assert.deepEqual(cloud.state.messages, []);
    });
  }

  test('answers 504 after it has sent a draft, which is in Sent Items then', async () => {
    const { id } = await draft(cloud);
    const fault = { kind: 'answer', status: 504, when: 'after' } as const;
    cloud.faults.add({ service: 'graph', operation: 'sendMessage', fault });
    assert.equal((await call(cloud, `messages/${id}/send`, { method: 'POST' })).status, 504);
    assert.equal(copies(cloud, anna, 'inbox').length, 1);
    assert.equal(copies(cloud, sender, 'sentitems').length, 1);
  });
});

describe('requests that are no requests', () => {
  /** What comes back on a connection of its own. */
  async function raw(text: string): Promise<string> {
    const socket = connect({
      port: Number(new URL(cloud.urls.graph).port),
      host: '127.0.0.1',
      ca: cloud.ca,
      servername: 'localhost',
    });
    socket.write(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  test('refuses a request to send that says nothing of its length', async () => {
    const { id } = await draft(cloud);
    const token = await aToken(cloud, { roles: ['Mail.Send', 'Mail.ReadWrite'] });
    const head = (length: string): string =>
      `POST /v1.0/users/${sender}/messages/${id}/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${length}Connection: close\r\n\r\n`;
    assert.match(await raw(head('')), /^HTTP\/1\.1 411 [\s\S]*must be chunked or have a content length/);
    assert.deepEqual(copies(cloud, anna), []);
    assert.match(await raw(head('Content-Length: 0\r\n')), /^HTTP\/1\.1 202 /);
    assert.equal(copies(cloud, anna).length, 1);
  });

  test('answers a path that cannot be decoded as a resource that is not there', async () => {
    const got = await refusal(await call(cloud, 'messages/%E0%A4%A'));
    assert.equal(got.status, 501);
    const other = await refusal(await call(cloud, '%E0%A4%A'));
    assert.deepEqual([other.status, other.code], [400, 'BadRequest']);
  });
});
