/** The ranges of an upload: in order, exact, and what the last one makes. Needs loopback only. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { contentOf } from '../../../../local/cloud/mail/content.ts';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, readMessage, sendDraft } from './graph-mailbox.ts';
import { anna, copies, refusal } from './graph-requests.ts';
import { file, open, put, size } from './upload-sessions.ts';

const half = 1_500_000;

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
  cloud.state.uploadSessions.length = 0;
});

const filesKept = (): string[] => readdirSync(join(cloud.folder, 'mail')).filter((name) => /^[0-9a-f]{64}$/.test(name));
const malformed = 'The Content-Range header is missing or malformed.';

describe('what is taken', () => {
  test('tells in Pascal case where to go on, and makes the attachment with the last range', async () => {
    const { uploadUrl, expirationDateTime, message } = await open(cloud, { isInline: true, contentId: 'photo' });
    const first = await put(cloud, uploadUrl, [0, half]);
    assert.equal(first.status, 200);
    const { '@odata.context': _context, ...progress } = (await first.json()) as Record<string, unknown>;
    assert.deepEqual(progress, { ExpirationDateTime: expirationDateTime, NextExpectedRanges: [String(half)] });
    assert.equal(cloud.state.messages[0]?.attachments.length, 0);

    const last = await put(cloud, uploadUrl, [half, size]);
    assert.equal(last.status, 201);
    assert.equal(await last.text(), '');
    assert.equal(last.headers.get('content-type'), null);
    const location = new URL(last.headers.get('location') ?? '');
    assert.equal(location.origin, cloud.urls.upload);
    const [, id] = /\/Attachments\('([\w-]+)'\)$/.exec(location.pathname) ?? [];
    const attachment = await readMessage(
      await call(cloud, `messages/${message.id}/attachments/${id}?$select=name,size`),
    );
    assert.equal(attachment.id, id);
    assert.deepEqual([attachment['name'], attachment['size']], ['photo.jpg', size]);
    const raw = await call(cloud, `messages/${message.id}/attachments/${id}/$value`);
    assert.equal(raw.headers.get('content-type'), 'image/jpeg');
    assert.ok(Buffer.from(await raw.arrayBuffer()).equals(file));
    const [kept] = cloud.state.messages[0]?.attachments ?? [];
    assert.deepEqual([kept?.isInline, kept?.contentId], [true, 'photo']);
  });

  test('takes the whole file in one range of up to 4 MB', async () => {
    const total = 4 * 1024 * 1024;
    const { uploadUrl } = await open(cloud, { size: total });
    const bytes = Buffer.alloc(total);
    assert.equal((await put(cloud, uploadUrl, [0, total], { total, bytes })).status, 201);
  });

  test('tells how far it is, in the spelling that a client resumes by', async () => {
    const { uploadUrl, expirationDateTime } = await open(cloud);
    const status = async (): Promise<unknown> => (await cloud.fetch(uploadUrl)).json();
    assert.deepEqual(await status(), { expirationDateTime, nextExpectedRanges: ['0'] });
    await put(cloud, uploadUrl, [0, half]);
    assert.deepEqual(await status(), { expirationDateTime, nextExpectedRanges: [String(half)] });
  });

  test('delivers the attachment whole, and keeps its bytes once and out of the state', async () => {
    const before = filesKept().length;
    const { uploadUrl, message } = await open(cloud);
    // Bytes of its own, which no other test has.
    const bytes = randomBytes(size);
    assert.equal((await put(cloud, uploadUrl, [0, size], { bytes })).status, 201);
    assert.equal((await sendDraft(cloud, message.id)).status, 202);
    const [received] = copies(cloud, anna, 'inbox');
    assert.ok(contentOf(cloud, received?.attachments[0]?.content ?? '').equals(bytes));
    assert.ok(JSON.stringify(cloud.state.messages).length < 20_000);
    assert.equal(filesKept().length, before + 1);
  });

  test('closes the session with the last range', async () => {
    const { uploadUrl } = await open(cloud);
    assert.equal((await put(cloud, uploadUrl, [0, size])).status, 201);
    assert.equal((await refusal(await put(cloud, uploadUrl, [0, size]))).status, 404);
    assert.equal(cloud.state.messages[0]?.attachments.length, 1);
    const token = new URL(uploadUrl).searchParams.get('authtoken') ?? '';
    assert.ok(token !== '' && !existsSync(join(cloud.folder, 'mail', `upload-${token}`)));
  });
});

describe('what is refused, with nothing of it taken', () => {
  for (const [title, range, options, status, message] of [
    ['a gap', [half + 1, size], {}, 416, 'Uploaded fragment is out of order.'],
    ['what has arrived before', [0, half], {}, 416, 'Uploaded fragment overlaps with existing data.'],
    ['what overlaps', [half - 1, size], {}, 416, 'Uploaded fragment overlaps with existing data.'],
    ['a byte beyond the end', [half, size + 1], { bytes: Buffer.alloc(size + 1 - half) }, 400, malformed],
    ['another total', [half, size - 1], { total: size - 1 }, 400, malformed],
    ['fewer bytes than named', [half, size], { bytes: file.subarray(0, 10) }, 400, malformed],
    ['more bytes than named', [half, half + 10], { bytes: file.subarray(0, 11) }, 400, malformed],
  ] as const) {
    test(`refuses ${title}`, async () => {
      const { uploadUrl } = await open(cloud);
      assert.equal((await put(cloud, uploadUrl, [0, half])).status, 200);
      const got = await refusal(await put(cloud, uploadUrl, range, options));
      assert.deepEqual([got.status, got.message], [status, message]);
      assert.equal(cloud.state.uploadSessions[0]?.received, half);
      assert.equal((await put(cloud, uploadUrl, [half, size])).status, 201);
    });
  }

  for (const range of [
    '',
    'bytes=0-9/3000000',
    'bytes 0-9/*',
    'bytes 9-0/3000000',
    '0-9/3000000',
    'bytes 0-3000000/3000000',
  ]) {
    test(`refuses the range '${range}'`, async () => {
      const { uploadUrl } = await open(cloud);
      const got = await refusal(await put(cloud, uploadUrl, [0, 10], { headers: { 'content-range': range } }));
      assert.deepEqual(got, { status: 400, code: 'invalidRequest', message: malformed });
      assert.equal(cloud.state.uploadSessions[0]?.received, 0);
    });
  }

  test('refuses a range of more than 4 MB, and another content type', async () => {
    const total = 5 * 1024 * 1024;
    const { uploadUrl } = await open(cloud, { size: total });
    const bytes = Buffer.alloc(4 * 1024 * 1024 + 1);
    assert.equal((await refusal(await put(cloud, uploadUrl, [0, bytes.length], { total, bytes }))).status, 413);
    const headers = { 'content-type': 'image/jpeg' };
    assert.equal((await refusal(await put(cloud, uploadUrl, [0, 10], { total, headers }))).status, 415);
    assert.equal(cloud.state.uploadSessions[0]?.received, 0);
  });

  test('refuses the range with which the message exceeds what the mailbox may send', async () => {
    const limits = cloud.state.limits.sending;
    const usual = limits.messageBytes;
    limits.messageBytes = half + 1000;
    try {
      const { uploadUrl } = await open(cloud);
      assert.equal((await put(cloud, uploadUrl, [0, half])).status, 200);
      const got = await refusal(await put(cloud, uploadUrl, [half, size]));
      assert.deepEqual(got, {
        status: 400,
        code: 'ErrorMessageSizeExceeded',
        message: 'The message exceeds the maximum supported size.',
      });
    } finally {
      limits.messageBytes = usual;
    }
  });

  test('refuses other methods', async () => {
    const { uploadUrl } = await open(cloud);
    const response = await cloud.fetch(uploadUrl, { method: 'POST', body: 'x' });
    assert.equal(response.headers.get('allow'), 'PUT, GET, DELETE');
    assert.equal((await refusal(response)).status, 405);
  });
});

test('records every request by its operation and mailbox, without the address of the session', async () => {
  const { uploadUrl } = await open(cloud);
  await put(cloud, uploadUrl, [0, half]);
  await put(cloud, uploadUrl, [0, half]);
  await cloud.fetch(uploadUrl);
  await cloud.fetch(uploadUrl, { method: 'DELETE' });
  const entries = cloud.journal.entries.filter(({ service }) => service === 'upload').slice(-4);
  assert.deepEqual(
    entries.map(({ operation, status, mailbox, request }) => [operation, status, mailbox, request?.authorization]),
    [
      ['uploadRange', 200, 'post@contoso.example', 'none'],
      ['uploadRange', 416, 'post@contoso.example', 'none'],
      ['getUploadSession', 200, 'post@contoso.example', 'none'],
      ['deleteUploadSession', 204, 'post@contoso.example', 'none'],
    ],
  );
  const token = new URL(uploadUrl).searchParams.get('authtoken') ?? '';
  assert.ok(token !== '' && !JSON.stringify(cloud.journal.entries).includes(token));
  assert.ok(!existsSync(join(cloud.folder, 'mail', `upload-${token}`)));
});
