/** What becomes of a draft that is sent: when it leaves Drafts, under which id, and what a second send does. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, immutable, readMessage, readPage, sendDraft } from './graph-mailbox.ts';
import { aFile, aMessage, anna, copies, recipient, refusal, send, sender } from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
  cloud.state.settlingMessages.length = 0;
  cloud.state.settling = 0;
  cloud.state.sendingKeepsImmutableIds = true;
});

const gone = { status: 404, code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' };
const get = (id: string, headers: Record<string, string> = {}) => call(cloud, `messages/${id}`, { headers });

/** As if so much time had passed. */
function pass(milliseconds: number): void {
  for (const message of cloud.state.settlingMessages) message.settlesAt -= milliseconds;
}

describe('ids', () => {
  test('gives another id to a message that was sent, so that the draft’s is not found', async () => {
    const { id } = await draft(cloud);
    const response = await sendDraft(cloud, id);
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('content-type'), null);
    assert.equal(await response.text(), '');
    assert.deepEqual(await refusal(await get(id)), gone);
    const { value } = await readPage(await call(cloud, 'mailFolders/SentItems/messages'));
    assert.equal(value.length, 1);
    assert.notEqual(value[0]?.id, id);
    assert.equal(value[0]?.['isDraft'], false);
  });

  test('finds it in Sent Items by the immutable id, with the header', async () => {
    const made = await draft(cloud, {}, immutable);
    assert.equal((await sendDraft(cloud, made.id, immutable)).status, 202);
    const response = await get(made.id, immutable);
    assert.equal(response.headers.get('preference-applied'), 'IdType=ImmutableId');
    const found = await readMessage(response);
    assert.equal(found.id, made.id);
    assert.equal(found['isDraft'], false);
    const sentItems = await readMessage(await call(cloud, 'mailFolders/sentitems'));
    assert.equal(found['parentFolderId'], sentItems.id);
    assert.deepEqual(found['from'], { emailAddress: { name: 'Post', address: sender } });
  });

  test('takes an immutable id with the header only, and gives none without it', async () => {
    const made = await draft(cloud, {}, immutable);
    assert.deepEqual(await refusal(await get(made.id)), gone);
    assert.deepEqual(await refusal(await sendDraft(cloud, made.id)), gone);
    const { value } = await readPage(await call(cloud, 'messages'));
    assert.notEqual(value[0]?.id, made.id);
    const translated = await readMessage(await get(String(value[0]?.id), immutable));
    assert.equal(translated.id, made.id);
  });

  test('tells ids apart by case, and malformed ones from those that are not there', async () => {
    const { id } = await draft(cloud);
    const swapped = `${id.slice(0, 4)}${id.slice(4).replace(/[a-z]/, (letter) => letter.toUpperCase())}`;
    assert.notEqual(swapped, id);
    assert.deepEqual(await refusal(await get(swapped)), gone);
    for (const malformed of ['1', id.slice(0, 8), `${id}%2F..`]) {
      assert.deepEqual(await refusal(await get(malformed)), {
        status: 400,
        code: 'ErrorInvalidIdMalformed',
        message: 'Id is malformed.',
      });
    }
  });

  test('gives a new immutable id too when it is told that sending does', async () => {
    cloud.state.sendingKeepsImmutableIds = false;
    const made = await draft(cloud, {}, immutable);
    assert.equal((await sendDraft(cloud, made.id, immutable)).status, 202);
    assert.deepEqual(await refusal(await get(made.id, immutable)), gone);
    assert.equal(copies(cloud, sender, 'sentitems').length, 1);
  });
});

describe('settling', () => {
  test('leaves a sent draft in Drafts until transport has taken it', async () => {
    cloud.state.settling = 60_000;
    const { id } = await draft(cloud, {}, immutable);
    assert.equal((await sendDraft(cloud, id, immutable)).status, 202);
    assert.equal(copies(cloud, anna, 'inbox').length, 1);
    assert.equal((await readMessage(await get(id, immutable)))['isDraft'], true);
    assert.deepEqual((await readPage(await call(cloud, 'mailFolders/SentItems/messages'))).value, []);
    pass(60_000);
    assert.equal((await readMessage(await get(id, immutable)))['isDraft'], false);
    assert.equal((await readPage(await call(cloud, 'mailFolders/SentItems/messages'))).value.length, 1);
  });

  test('sends a draft twice that is sent twice before it has settled', async () => {
    cloud.state.settling = 60_000;
    const { id } = await draft(cloud);
    assert.equal((await sendDraft(cloud, id)).status, 202);
    assert.equal((await sendDraft(cloud, id)).status, 202);
    assert.equal(copies(cloud, anna, 'inbox').length, 2);
    pass(60_000);
    assert.equal((await readPage(await call(cloud, 'mailFolders/SentItems/messages'))).value.length, 1);
  });

  test('refuses to send again what has settled, by either id, and sends nothing', async () => {
    const made = await draft(cloud, {}, immutable);
    const { value } = await readPage(await call(cloud, 'messages'));
    assert.equal((await sendDraft(cloud, made.id, immutable)).status, 202);
    assert.deepEqual(await refusal(await sendDraft(cloud, made.id, immutable)), gone);
    assert.deepEqual(await refusal(await sendDraft(cloud, String(value[0]?.id))), gone);
    assert.equal(copies(cloud, anna, 'inbox').length, 1);
  });

  test('shows what sendMail sends in Drafts first, and nowhere in the end without saveToSentItems', async () => {
    cloud.state.settling = 60_000;
    assert.equal((await send(cloud, { message: aMessage({ subject: 'Kept' }) })).status, 202);
    assert.equal((await send(cloud, { message: aMessage({ subject: 'Gone' }), saveToSentItems: false })).status, 202);
    assert.equal(copies(cloud, anna, 'inbox').length, 2);
    assert.equal((await readPage(await call(cloud, 'mailFolders/Drafts/messages'))).value.length, 2);
    pass(60_000);
    const { value } = await readPage(await call(cloud, 'messages'));
    const sentItems = await readMessage(await call(cloud, 'mailFolders/sentitems'));
    assert.deepEqual(
      value.map(({ subject, parentFolderId }) => [subject, parentFolderId]),
      [['Kept', sentItems.id]],
    );
  });

  test('moves a draft from another folder than Drafts too, and none that was deleted meanwhile', async () => {
    cloud.state.settling = 60_000;
    const options = { method: 'POST', body: aMessage({ from: recipient(sender) }) };
    const elsewhere = await readMessage(await call(cloud, 'mailFolders/archive/messages', options), 201);
    const deleted = await draft(cloud);
    for (const { id } of [elsewhere, deleted]) assert.equal((await sendDraft(cloud, id)).status, 202);
    assert.equal((await call(cloud, `messages/${deleted.id}`, { method: 'DELETE' })).status, 204);
    pass(60_000);
    const { value } = await readPage(await call(cloud, 'mailFolders/SentItems/messages'));
    assert.deepEqual(
      value.map(({ from }) => from),
      [{ emailAddress: { name: 'Post', address: sender } }],
    );
    assert.equal(copies(cloud, sender, 'deleteditems').length, 1);
  });

  test('removes a draft with PidTagDeleteAfterSubmit once it is sent, at once or when it has settled', async () => {
    const singleValueExtendedProperties = [{ id: 'Boolean 0x0E01', value: 'true' }];
    const large = aFile({ contentBytes: Buffer.alloc(40_000, 1).toString('base64') });
    for (const settling of [0, 60_000]) {
      cloud.state.messages.length = 0;
      cloud.state.settling = settling;
      const { id } = await draft(cloud, { singleValueExtendedProperties, attachments: [large] }, immutable);
      assert.equal((await sendDraft(cloud, id, immutable)).status, 202);
      assert.equal((await get(id, immutable)).status, settling === 0 ? 404 : 200);
      pass(settling);
      assert.deepEqual((await readPage(await call(cloud, 'messages'))).value, []);
      const [received] = copies(cloud, anna, 'inbox');
      assert.equal(received?.attachments.length, 1);
    }
  });

  test('settles by itself when the time has come', async () => {
    cloud.state.settling = 50;
    const { id } = await draft(cloud);
    assert.equal((await sendDraft(cloud, id)).status, 202);
    const deadline = Date.now() + 5000;
    let status = 200;
    while (status !== 404 && Date.now() < deadline) ({ status } = await get(id));
    assert.equal(status, 404);
  });
});

describe('the request to send', () => {
  const post = (id: string, body: string, headers: Record<string, string> = {}) =>
    call(cloud, `messages/${id}/send`, { method: 'POST', body, headers });

  test('takes no body and an empty object, and refuses parameters', async () => {
    const first = await draft(cloud);
    assert.equal((await post(first.id, '{}')).status, 202);
    const second = await draft(cloud);
    const { code, message } = await refusal(await post(second.id, '{"comment":"x"}'));
    assert.equal(code, 'RequestBodyRead');
    assert.match(message, /^The parameter 'comment' in the request payload is not a valid parameter/);
    assert.equal((await refusal(await post(second.id, 'x'))).status, 400);
    assert.equal(copies(cloud, anna, 'inbox').length, 1);
  });

  test('takes the action with its namespace, as some SDKs write it', async () => {
    const { id } = await draft(cloud);
    assert.equal((await call(cloud, `messages/${id}/microsoft.graph.send`, { method: 'POST' })).status, 202);
  });

  test('delivers the draft as it was last, with its attachments', async () => {
    const { id } = await draft(cloud);
    await call(cloud, `messages/${id}`, { method: 'PATCH', body: { subject: 'Corrected' } });
    await call(cloud, `messages/${id}/attachments`, { method: 'POST', body: aFile() });
    assert.equal((await sendDraft(cloud, id)).status, 202);
    const [received] = copies(cloud, anna, 'inbox');
    assert.equal(received?.subject, 'Corrected');
    assert.equal(received.attachments[0]?.name, 'invoice.txt');
    assert.equal(received.internetMessageId, copies(cloud, sender, 'sentitems')[0]?.internetMessageId);
  });
});

test('moves ten thousand messages that have become due without delay', async () => {
  const { id } = await draft(cloud);
  const [one] = cloud.state.messages.filter((message) => message.id === id);
  assert.ok(one);
  for (let index = 0; index < 30_000; index += 1) {
    const immutableId = `AAkA${index}`;
    cloud.state.messages.push({ ...one, id: `AAMk${index}`, immutableId, uid: cloud.state.nextUid++ });
    if (index % 3 === 2) cloud.state.settlingMessages.push({ immutableId, settlesAt: 0, saved: true });
  }
  const began = performance.now();
  const folder = await readMessage(await call(cloud, 'mailFolders/sentitems'));
  assert.equal(folder['totalItemCount'], 10_000);
  assert.ok(performance.now() - began < 5000);
});
