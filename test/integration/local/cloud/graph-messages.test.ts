/** Drafts of the local Graph: made, read, changed, deleted. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { customers, startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, readMessage, sendDraft } from './graph-mailbox.ts';
import { aMessage, anna, copies, doesNotExist, outsider, recipient, refusal, sender } from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

const denied = {
  status: 403,
  code: 'ErrorAccessDenied',
  message: 'Access is denied. Check credentials and try again.',
};
const gone = { status: 404, code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' };
const cannotSet = { status: 400, code: 'ErrorInvalidPropertySet', message: 'Set action is invalid for property.' };

const patch = (id: string, body: unknown) => call(cloud, `messages/${id}`, { method: 'PATCH', body });

describe('a draft', () => {
  test('is made in Drafts with what Graph fills in, and reaches nobody', async () => {
    const before = Date.now();
    const made = await draft(cloud);
    assert.equal(made['isDraft'], true);
    assert.equal(made['subject'], 'Your invoice');
    assert.deepEqual(made['body'], { contentType: 'text', content: 'It is attached.' });
    assert.equal(made['bodyPreview'], 'It is attached.');
    assert.deepEqual(made['toRecipients'], [{ emailAddress: { name: anna, address: anna } }]);
    assert.equal(made['importance'], 'normal');
    assert.match(String(made['internetMessageId']), /^<[^<>@\s]+@contoso\.example>$/);
    assert.match(String(made['createdDateTime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(Date.parse(String(made['createdDateTime'])) >= Math.floor(before / 1000) * 1000);
    assert.ok(!('from' in made) && !('internetMessageHeaders' in made));
    assert.deepEqual(
      cloud.state.messages.map(({ mailbox, folder }) => [mailbox, folder]),
      [[sender, 'drafts']],
    );
    const { '@odata.context': _context, ...read } = await readMessage(await call(cloud, `messages/${made.id}`));
    const { '@odata.context': _madeContext, ...written } = made;
    assert.deepEqual(read, written);
  });

  test('may lack recipients and hold unresolved ones, and is refused when it is sent', async () => {
    const nobody = await draft(cloud, { toRecipients: [] });
    const unresolved = await draft(cloud, { toRecipients: [{ emailAddress: { name: 'Anna' } }] });
    for (const { id } of [nobody, unresolved]) {
      const { status, code } = await refusal(await sendDraft(cloud, id));
      assert.deepEqual({ status, code }, { status: 400, code: 'ErrorInvalidRecipients' });
    }
    assert.deepEqual(copies(cloud, anna), []);
  });

  test('is made in the folder that the path names', async () => {
    const options = { method: 'POST', body: aMessage() };
    const { parentFolderId } = await readMessage(await call(cloud, 'mailFolders/Archive/messages', options), 201);
    const folder = await readMessage(await call(cloud, 'mailFolders/archive'));
    assert.equal(parentFolderId, folder.id);
  });

  test('refuses a property that messages do not have, and more than five headers', async () => {
    const body = aMessage({ to: [recipient(anna)] });
    const unknown = await refusal(await call(cloud, 'messages', { method: 'POST', body }));
    assert.equal(unknown.message, doesNotExist('to', 'message'));
    const headers = Array.from({ length: 6 }, (_, n) => ({ name: `x-${n}`, value: '' }));
    const many = { method: 'POST', body: aMessage({ internetMessageHeaders: headers }) };
    assert.equal((await refusal(await call(cloud, 'messages', many))).code, 'InvalidInternetMessageHeaderCollection');
    assert.deepEqual(cloud.state.messages, []);
  });

  test('is changed in what is named and in nothing else', async () => {
    const { id } = await draft(cloud, { importance: 'high', ccRecipients: [recipient(outsider)] });
    const body = {
      subject: 'Corrected',
      body: { contentType: 'HTML', content: '<p>New</p>' },
      toRecipients: [recipient(outsider, 'Some One')],
      bccRecipients: [recipient(anna)],
      replyTo: [recipient(sender)],
      ccRecipients: [],
    };
    const changed = await readMessage(await patch(id, body));
    assert.equal(changed['subject'], 'Corrected');
    assert.deepEqual(changed['body'], { contentType: 'html', content: '<p>New</p>' });
    assert.deepEqual(changed['toRecipients'], [{ emailAddress: { name: 'Some One', address: outsider } }]);
    assert.deepEqual(changed['bccRecipients'], [{ emailAddress: { name: anna, address: anna } }]);
    assert.deepEqual(changed['ccRecipients'], []);
    assert.equal(changed['importance'], 'high');
    assert.equal(changed.id, id);
  });

  test('refuses a change of what is Graph’s to set, with the rest of the change', async () => {
    const { id } = await draft(cloud);
    for (const readOnly of [{ isDraft: false }, { id: 'AAMk' }, { receivedDateTime: '2026-01-01T00:00:00Z' }]) {
      assert.deepEqual(await refusal(await patch(id, { subject: 'Corrected', ...readOnly })), cannotSet);
    }
    assert.equal(cloud.state.messages[0]?.subject, 'Your invoice');
  });

  test('goes to Deleted Items and from there out of the mailbox', async () => {
    const { id } = await draft(cloud);
    assert.equal((await call(cloud, `messages/${id}`, { method: 'DELETE' })).status, 204);
    assert.deepEqual(await refusal(await call(cloud, `messages/${id}`)), gone);
    const [deleted] = copies(cloud, sender, 'deleteditems');
    assert.ok(deleted);
    assert.equal((await call(cloud, `messages/${deleted.id}`, { method: 'DELETE' })).status, 204);
    assert.deepEqual(cloud.state.messages, []);
  });
});

describe('a received message', () => {
  test('refuses a new subject, and is marked as read', async () => {
    const { id: draftId } = await draft(cloud);
    assert.equal((await sendDraft(cloud, draftId)).status, 202);
    const [received] = copies(cloud, anna, 'inbox');
    assert.ok(received);
    const change = (body: unknown) => call(cloud, `messages/${received.id}`, { method: 'PATCH', body, as: anna });
    assert.deepEqual(await refusal(await change({ subject: 'Forged' })), cannotSet);
    const read = await readMessage(await change({ isRead: true }));
    assert.equal(read['isRead'], true);
    assert.equal(read['subject'], 'Your invoice');
    assert.deepEqual(read['from'], { emailAddress: { name: 'Post', address: sender } });
  });
});

describe('rights', () => {
  test('refuses drafts with Mail.Send alone, and reading too', async () => {
    const roles = ['Mail.Send'];
    const options = { method: 'POST', body: aMessage(), roles };
    assert.deepEqual(await refusal(await call(cloud, 'messages', options)), denied);
    const { id } = await draft(cloud);
    assert.deepEqual(await refusal(await call(cloud, `messages/${id}`, { roles })), denied);
    assert.deepEqual(await refusal(await call(cloud, 'messages', { roles })), denied);
    assert.deepEqual(await refusal(await call(cloud, `messages/${id}`, { method: 'DELETE', roles })), denied);
    assert.equal(cloud.state.messages.length, 1);
  });

  test('reads with Mail.Read, which changes and sends nothing', async () => {
    const { id } = await draft(cloud);
    const roles = ['Mail.Read'];
    assert.equal((await call(cloud, `messages/${id}`, { roles })).status, 200);
    const change = { method: 'PATCH', body: { subject: 'Other' }, roles };
    assert.deepEqual(await refusal(await call(cloud, `messages/${id}`, change)), denied);
    assert.deepEqual(await refusal(await call(cloud, `messages/${id}/send`, { method: 'POST', roles })), denied);
    assert.equal(cloud.state.messages[0]?.subject, 'Your invoice');
  });

  test('does not find the message of another mailbox or of another tenant', async () => {
    const { id } = await draft(cloud);
    assert.deepEqual(await refusal(await call(cloud, `messages/${id}`, { as: anna })), gone);
    const as = `post@${customers.fabrikam.domain}`;
    assert.equal((await refusal(await call(cloud, `messages/${id}`, { as }))).code, 'ErrorInvalidUser');
  });
});

test('reads long ids of extended properties, and changes many of them, without delay', async () => {
  const began = performance.now();
  const gap = ' '.repeat(500_000);
  const long = `String {62a8d197-c880-4ca6-a361-dcad8a24e095} Name${gap}a\nb`;
  const body = aMessage({ singleValueExtendedProperties: [{ id: long, value: 'x' }] });
  assert.equal((await refusal(await call(cloud, 'messages', { method: 'POST', body }))).status, 400);
  const many = (value: string) => ({
    singleValueExtendedProperties: Array.from({ length: 60_000 }, (_, tag) => ({
      id: `String 0x${tag.toString(16)}`,
      value,
    })),
  });
  const { id } = await draft(cloud, many('old'));
  await readMessage(await call(cloud, `messages/${id}`, { method: 'PATCH', body: many('new') }));
  const kept = cloud.state.messages.find((one) => one.id === id)?.extendedProperties ?? [];
  assert.equal(kept.length, 60_000);
  assert.ok(kept.every(({ value }) => value === 'new'));
  assert.ok(performance.now() - began < 10_000);
});
