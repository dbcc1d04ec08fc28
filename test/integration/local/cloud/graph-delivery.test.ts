/** What lies in which mailbox after the local Graph accepted a message. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { customers, startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { aFile, aMessage, anna, copies, outsider, recipient, send, sender } from './graph-requests.ts';

const fabrikam = `post@${customers.fabrikam.domain}`;

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

test('answers 202 with neither content type nor body', async () => {
  const response = await send(cloud, { message: aMessage() });
  assert.equal(response.status, 202);
  assert.equal(response.headers.get('content-type'), null);
  assert.equal(await response.text(), '');
  assert.match(response.headers.get('request-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.match(response.headers.get('client-request-id') ?? '', /^[0-9a-f-]{36}$/);
});

test('keeps a copy in Sent Items and delivers one to each recipient, in other tenants and outside too', async () => {
  const toRecipients = [recipient(anna, 'Anna'), recipient(fabrikam)];
  await send(cloud, { message: aMessage({ toRecipients, ccRecipients: [recipient(outsider)] }) });
  assert.deepEqual(
    cloud.state.messages.map(({ mailbox, folder }) => [mailbox, folder]),
    [
      [sender, 'sentitems'],
      [anna, 'inbox'],
      [fabrikam, 'inbox'],
      [outsider, 'inbox'],
    ],
  );
  for (const copy of cloud.state.messages) {
    assert.deepEqual(copy.from, { address: sender, name: 'Post' });
    assert.deepEqual(copy.to, [{ address: anna, name: 'Anna' }, { address: fabrikam }]);
    assert.deepEqual(copy.cc, [{ address: outsider }]);
    assert.equal(copy.subject, 'Your invoice');
    assert.deepEqual(copy.body, { contentType: 'text', content: 'It is attached.' });
  }
  assert.equal(new Set(cloud.state.messages.map(({ id }) => id)).size, 4);
  const [messageId, ...others] = new Set(cloud.state.messages.map(({ internetMessageId }) => internetMessageId));
  assert.match(messageId ?? '', /^<[^<>@\s]+@contoso\.example>$/);
  assert.deepEqual(others, []);
});

test('keeps no copy in Sent Items when told not to', async () => {
  await send(cloud, { message: aMessage(), saveToSentItems: false });
  assert.deepEqual(copies(cloud, sender), []);
  assert.equal(copies(cloud, anna, 'inbox').length, 1);
});

test("shows a blind copy on the sender's copy and to its own recipient only", async () => {
  const bccRecipients = [recipient(fabrikam), recipient(outsider, 'Some One')];
  await send(cloud, { message: aMessage({ bccRecipients }) });
  assert.deepEqual(copies(cloud, sender, 'sentitems')[0]?.bcc, [
    { address: fabrikam },
    { address: outsider, name: 'Some One' },
  ]);
  assert.deepEqual(copies(cloud, anna)[0]?.bcc, []);
  assert.deepEqual(copies(cloud, fabrikam)[0]?.bcc, [{ address: fabrikam }]);
  assert.deepEqual(copies(cloud, outsider)[0]?.bcc, [{ address: outsider, name: 'Some One' }]);
});

test('delivers one copy to an address however often and in whatever case it is named', async () => {
  const message = aMessage({
    toRecipients: [recipient(anna.toUpperCase()), recipient(anna)],
    ccRecipients: [recipient(anna)],
    bccRecipients: [recipient('Some.One@Elsewhere.example'), recipient('some.one@elsewhere.example')],
  });
  await send(cloud, { message });
  assert.equal(copies(cloud, anna).length, 1);
  assert.equal(copies(cloud, 'some.one@elsewhere.example').length, 1);
  assert.equal(cloud.state.messages.length, 3);
});

test('delivers to the sender too when it is a recipient', async () => {
  await send(cloud, { message: aMessage({ toRecipients: [recipient(sender)] }) });
  assert.deepEqual(
    copies(cloud, sender).map(({ folder }) => folder),
    ['sentitems', 'inbox'],
  );
});

test('keeps html, unicode, reply address, headers and attachments as they were sent', async () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]).toString('base64');
  const html = '<p>Grüße 🚀 <img src="cid:logo"></p>';
  const message = aMessage({
    subject: 'Übersicht 📈',
    body: { contentType: 'HTML', content: html },
    replyTo: [recipient('answers@contoso.example', 'Antworten')],
    internetMessageHeaders: [{ name: 'X-Job', value: 'job-1' }],
    attachments: [
      aFile({ name: 'Übersicht.txt' }),
      aFile({ name: 'logo.png', contentType: 'image/png', contentBytes: png, isInline: true, contentId: 'logo' }),
    ],
  });
  await send(cloud, { message });
  for (const copy of [copies(cloud, sender)[0], copies(cloud, anna)[0]]) {
    assert.equal(copy?.subject, 'Übersicht 📈');
    assert.deepEqual(copy?.body, { contentType: 'html', content: html });
    assert.deepEqual(copy?.replyTo, [{ address: 'answers@contoso.example', name: 'Antworten' }]);
    assert.deepEqual(copy?.headers, [{ name: 'X-Job', value: 'job-1' }]);
    assert.deepEqual(
      copy?.attachments.map(({ id: _id, ...attachment }) => attachment),
      [
        { name: 'Übersicht.txt', contentType: 'text/plain', content: btoa('42 EUR'), isInline: false },
        { name: 'logo.png', contentType: 'image/png', content: png, isInline: true, contentId: 'logo' },
      ],
    );
  }
});
