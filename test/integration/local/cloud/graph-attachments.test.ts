/** The attachments of a draft, in single requests. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, immutable, readMessage, readPage, sendDraft } from './graph-mailbox.ts';
import { aFile, copies, refusal, sender } from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

const add = (id: string, file: object, headers: Record<string, string> = {}) =>
  call(cloud, `messages/${id}/attachments`, { method: 'POST', body: file, headers });
const gone = { status: 404, code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' };

test('adds a file to a draft and gives it back, as JSON and as it is', async () => {
  const { id } = await draft(cloud);
  const added = await readMessage(await add(id, aFile({ isInline: true, contentId: 'invoice' })), 201);
  assert.equal(added['@odata.type'], '#microsoft.graph.fileAttachment');
  assert.equal(added['name'], 'invoice.txt');
  assert.equal(added['size'], 6);
  assert.equal(added['contentId'], 'invoice');
  const read = await readMessage(await call(cloud, `messages/${id}/attachments/${added.id}`));
  assert.equal(read['contentBytes'], btoa('42 EUR'));
  const raw = await call(cloud, `messages/${id}/attachments/${added.id}/$value`);
  assert.equal(raw.headers.get('content-type'), 'text/plain');
  assert.equal(await raw.text(), '42 EUR');
});

test('gives out a file whose type no header can hold', async () => {
  const { id } = await draft(cloud);
  for (const contentType of ['text/html\r\nX-Other: 1', 'text/ä', '']) {
    const added = await readMessage(await add(id, aFile({ contentType })), 201);
    const raw = await call(cloud, `messages/${id}/attachments/${added.id}/$value`);
    assert.equal(raw.status, 200);
    assert.equal(raw.headers.get('content-type'), 'application/octet-stream');
    assert.equal(raw.headers.get('x-other'), null);
  }
});

test('lists them, with no more than is selected', async () => {
  const { id } = await draft(cloud, { attachments: [aFile(), aFile({ name: 'other.txt' })] });
  const { value } = await readPage(await call(cloud, `messages/${id}/attachments?$select=name,size`));
  assert.deepEqual(
    value.map(({ name, size, contentBytes }) => [name, size, contentBytes]),
    [
      ['invoice.txt', 6, undefined],
      ['other.txt', 6, undefined],
    ],
  );
  const expanded = await readMessage(await call(cloud, `messages/${id}?$expand=attachments`));
  assert.equal(Array.isArray(expanded['attachments']) && expanded['attachments'].length, 2);
});

test('refuses to select what only files have', async () => {
  const { id } = await draft(cloud);
  assert.deepEqual(await refusal(await call(cloud, `messages/${id}/attachments?$select=name,contentId`)), {
    status: 400,
    code: 'RequestBroker--ParseUri',
    message: "Could not find a property named 'contentId' on type 'microsoft.graph.attachment'.",
  });
});

test('removes one, and does not find it any more', async () => {
  const { id } = await draft(cloud);
  const added = await readMessage(await add(id, aFile()), 201);
  const path = `messages/${id}/attachments/${added.id}`;
  assert.equal((await call(cloud, path, { method: 'DELETE' })).status, 204);
  assert.deepEqual(await refusal(await call(cloud, path)), gone);
  assert.deepEqual(cloud.state.messages[0]?.attachments, []);
});

test('takes a file that just fits into a request of 4 MB, and refuses a larger one', async () => {
  const { id } = await draft(cloud);
  const sized = (bytes: number) => aFile({ contentBytes: Buffer.alloc(bytes, 'x').toString('base64') });
  const envelope = JSON.stringify(sized(0)).length;
  const most = Math.floor((4 * 1024 * 1024 - envelope) / 4) * 3;
  assert.equal((await add(id, sized(most))).status, 201);
  const { status, message } = await refusal(await add(id, sized(most + 3)));
  assert.equal(status, 413);
  assert.equal(message, 'The maximum request length supported is 4MB.');
  assert.equal(cloud.state.messages[0]?.attachments.length, 1);
});

test('gives an attachment another id when its message moves, unless ids are immutable', async () => {
  const { id } = await draft(cloud);
  const ordinary = await readMessage(await add(id, aFile()), 201);
  const path = `messages/${id}/attachments`;
  const [kept] = (await readPage(await call(cloud, path, { headers: immutable }))).value;
  assert.ok(kept && kept.id !== ordinary.id);
  assert.equal((await sendDraft(cloud, id)).status, 202);
  const [sent] = copies(cloud, sender, 'sentitems');
  assert.ok(sent);
  const inSentItems = `messages/${sent.id}/attachments`;
  assert.deepEqual(await refusal(await call(cloud, `${inSentItems}/${ordinary.id}`)), gone);
  assert.deepEqual(await refusal(await call(cloud, `${inSentItems}/${kept.id}`)), gone);
  const found = await readMessage(await call(cloud, `${inSentItems}/${kept.id}`, { headers: immutable }));
  assert.equal(found['name'], 'invoice.txt');
});

test('answers an error of its own as Graph tells of one', async () => {
  const { id } = await draft(cloud, { attachments: [aFile()] });
  const [attachment] = cloud.state.messages[0]?.attachments ?? [];
  assert.ok(attachment);
  attachment.content = { file: 'removed-by-somebody', bytes: 6 };
  assert.deepEqual(await refusal(await call(cloud, `messages/${id}?$expand=attachments`)), {
    status: 500,
    code: 'ErrorInternalServerError',
    message: 'An internal server error occurred. The operation failed.',
  });
  assert.equal(cloud.journal.entries.at(-1)?.reason, 'unexpected Error');
});

test('refuses what is no file, by the type that it is', async () => {
  const { id } = await draft(cloud);
  const reference = await refusal(await add(id, { '@odata.type': '#microsoft.graph.referenceAttachment', name: 'a' }));
  assert.equal(reference.status, 501);
  assert.match(reference.message, /referenceAttachment/);
  assert.equal((await refusal(await add(id, { name: 'a' }))).code, 'UnprocessableType');
  const roles = ['Mail.Send', 'Mail.Read'];
  const denied = await call(cloud, `messages/${id}/attachments`, { method: 'POST', body: aFile(), roles });
  assert.equal((await refusal(denied)).code, 'ErrorAccessDenied');
  assert.deepEqual(cloud.state.messages[0]?.attachments, []);
});
