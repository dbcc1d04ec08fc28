/** Sessions for large attachments: who gets one, for what, and where it leads. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, sendDraft } from './graph-mailbox.ts';
import { doesNotExist, refusal } from './graph-requests.ts';
import { create, file, item, open, put, readSession, size } from './upload-sessions.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
  cloud.state.uploadSessions.length = 0;
});

const gone = { status: 404, code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' };

test('opens a session on another host than Graph’s, with an hour to use it', async () => {
  const { uploadUrl, expirationDateTime, nextExpectedRanges } = await open(cloud);
  const { origin, hostname, searchParams } = new URL(uploadUrl);
  assert.equal(origin, cloud.urls.upload);
  assert.notEqual(hostname, new URL(cloud.urls.graph).hostname);
  assert.match(searchParams.get('authtoken') ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(nextExpectedRanges, ['0-']);
  const left = Date.parse(expirationDateTime) - Date.now();
  assert.ok(left > 59 * 60_000 && left <= 60 * 60_000, `${left}`);
});

for (const [title, bytes, code] of [
  ['a file under 3 MB', size - 1, 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize'],
  ['a file over 150 MB', 150 * 1024 * 1024 + 1, 'ErrorAttachmentSizeLimitExceeded'],
] as const) {
  test(`refuses ${title}`, async () => {
    const { id } = await draft(cloud);
    const got = await refusal(await create(cloud, id, { body: item({ size: bytes }) }));
    assert.deepEqual([got.status, got.code], [400, code]);
    assert.deepEqual(cloud.state.uploadSessions, []);
  });
}

test('takes a file of just 150 MB', async () => {
  const { id } = await draft(cloud);
  await readSession(await create(cloud, id, { body: item({ size: 150 * 1024 * 1024 }) }));
});

test('refuses attachments that are no files, with 405', async () => {
  const { id } = await draft(cloud);
  for (const attachmentType of ['item', 'reference']) {
    assert.deepEqual(await refusal(await create(cloud, id, { body: item({ attachmentType }) })), {
      status: 405,
      code: 'ErrorAttachmentSessionIsSupportedOnlyForFileAttachments',
      message: 'Unsupported Attachment type specified. Only File attachments can be uploaded using an Upload Session.',
    });
  }
});

test('refuses a body of another shape', async () => {
  const { id } = await draft(cloud);
  const refused = async (body: unknown) => (await refusal(await create(cloud, id, { body }))).message;
  assert.match(await refused({}), /The missing parameters are: AttachmentItem\.$/);
  assert.match(await refused({ ...item(), more: 1 }), /^The parameter 'more' in the request payload/);
  assert.equal(await refused(item({ length: 1 })), doesNotExist('length', 'attachmentItem'));
  assert.equal(await refused(item({ size: '3' })), "Cannot convert the literal '3' to the expected type 'Edm.Int64'.");
  assert.equal(await refused(item({ name: undefined })), 'Required property is missing.');
});

test('refuses an app with Mail.Send alone, and a message that is not there', async () => {
  const { id } = await draft(cloud);
  const got = await refusal(await create(cloud, id, { roles: ['Mail.Send', 'Mail.Read'] }));
  assert.deepEqual([got.status, got.code], [403, 'ErrorAccessDenied']);
  assert.deepEqual(await refusal(await create(cloud, `${id.slice(0, -1)}~`.replace('~', 'x'.repeat(2)))), gone);
});

test('asks for no token on the upload host, and refuses one with the words of Outlook', async () => {
  const { uploadUrl } = await open(cloud);
  const token = (await put(cloud, uploadUrl, [0, 1000], { headers: { authorization: 'Bearer x.y.z' } })).clone();
  assert.equal(token.status, 401);
  const body: unknown = await token.json();
  const expected = `The audience claim value is invalid for current resource. Audience claim is '', request url is '${cloud.urls.upload}' and resource type is 'Exchange'.`;
  assert.ok(typeof body === 'object' && body !== null && 'error' in body);
  const { code, message, innerError } = body.error as Record<string, unknown>;
  assert.deepEqual([code, message], ['InvalidAudienceForResource', expected]);
  assert.ok(innerError !== null && typeof innerError === 'object' && 'oAuthEventOperationId' in innerError);
  assert.equal(cloud.state.uploadSessions[0]?.received, 0);
  assert.equal((await put(cloud, uploadUrl, [0, 1000])).status, 200);
});

test('does not find a session with another token, of another name, or without a token', async () => {
  const { uploadUrl } = await open(cloud);
  const url = new URL(uploadUrl);
  const variants = [
    uploadUrl.replace(/authtoken=./, (found) => `authtoken=${found.endsWith('0') ? '1' : '0'}`),
    uploadUrl.replace(/AttachmentSessions\('AAMk/, "AttachmentSessions('AAMx"),
    `${url.origin}${url.pathname}`,
    `${url.origin}/`,
  ];
  for (const wrong of variants) assert.deepEqual(await refusal(await put(cloud, wrong, [0, 1000])), gone);
  assert.equal(cloud.state.uploadSessions[0]?.received, 0);
});

test('does not find a session that has expired, by the clock of the upload host', async () => {
  const { uploadUrl } = await open(cloud);
  const id = cloud.faults.add({ service: 'upload', fault: { kind: 'clock', seconds: 3601 } });
  try {
    assert.deepEqual(await refusal(await put(cloud, uploadUrl, [0, 1000])), gone);
  } finally {
    cloud.faults.remove(id);
  }
  assert.equal((await put(cloud, uploadUrl, [0, 1000])).status, 200);
});

test('does not take a range for a draft that was deleted, but for one that was moved', async () => {
  const { uploadUrl, message } = await open(cloud);
  assert.equal((await call(cloud, `messages/${message.id}`, { method: 'DELETE' })).status, 204);
  assert.equal((await put(cloud, uploadUrl, [0, 1000])).status, 200);
  cloud.state.messages.length = 0;
  assert.deepEqual(await refusal(await put(cloud, uploadUrl, [1000, 2000])), gone);
});

test('cancels a session, and does not find it any more', async () => {
  const { uploadUrl } = await open(cloud);
  assert.equal((await put(cloud, uploadUrl, [0, 1000])).status, 200);
  const cancelled = await cloud.fetch(uploadUrl, { method: 'DELETE' });
  assert.equal(cancelled.status, 204);
  for (const method of ['GET', 'DELETE']) {
    assert.deepEqual(await refusal(await cloud.fetch(uploadUrl, { method })), gone);
  }
  assert.deepEqual(cloud.state.messages[0]?.attachments, []);
});

test('sends a draft without what has not arrived whole', async () => {
  const { uploadUrl, message } = await open(cloud);
  assert.equal((await put(cloud, uploadUrl, [0, 1000])).status, 200);
  assert.equal((await sendDraft(cloud, message.id)).status, 202);
  assert.ok(cloud.state.messages.every(({ attachments }) => attachments.length === 0));
  assert.equal(file.length, size);
});
