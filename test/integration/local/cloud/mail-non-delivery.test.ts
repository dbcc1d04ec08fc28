/** What a sender is told of recipients who do not exist, and how messages are kept. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import PostalMime from 'postal-mime';
import { customers, startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { call, sendDraft, draft } from './graph-mailbox.ts';
import { aMessage, anna, copies, outsider, recipient, send, sender } from './graph-requests.ts';

const nobody = `nobody@${customers.contoso.domain}`;
const unlicensed = `desk@${customers.fabrikam.domain}`;

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud({
    seed(state) {
      const desk = { tenantId: customers.fabrikam.id, id: crypto.randomUUID(), displayName: 'Desk', licensed: false };
      state.mailboxes.push({ ...desk, address: unlicensed });
    },
  });
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

test('accepts a message to somebody who does not exist, and reports it to the sender’s Inbox', async () => {
  const toRecipients = [recipient(anna), recipient(nobody), recipient(unlicensed)];
  assert.equal((await send(cloud, { message: aMessage({ toRecipients }) })).status, 202);
  assert.equal(copies(cloud, anna, 'inbox').length, 1);
  assert.deepEqual([...copies(cloud, nobody), ...copies(cloud, unlicensed)], []);
  const [report, ...others] = copies(cloud, sender, 'inbox');
  assert.equal(others.length, 0);
  assert.equal(report?.subject, 'Undeliverable: Your invoice');
  assert.equal(report.from.name, 'Microsoft Outlook');
  for (const address of [nobody, unlicensed]) {
    const line = `550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${address} not found by SMTP address lookup`;
    assert.ok(report.body.content.includes(line), report.body.content);
  }
  const [sent] = copies(cloud, sender, 'sentitems');
  assert.deepEqual(report.headers, [{ name: 'In-Reply-To', value: sent?.internetMessageId }]);
});

test('writes the report as RFC 3462 has it, with one status for each recipient', async () => {
  const toRecipients = [recipient(nobody), recipient(unlicensed)];
  await send(cloud, { message: aMessage({ subject: 'Grüße', toRecipients }) });
  const [report] = copies(cloud, sender, 'inbox');
  const raw = await (await call(cloud, `messages/${report?.id}/$value`)).arrayBuffer();
  const { subject, headers, attachments } = await PostalMime.parse(raw);
  assert.equal(subject, 'Undeliverable: Grüße');
  assert.match(String(headers.find(({ key }) => key === 'content-type')?.value), /report-type=delivery-status/);
  const status = attachments.find(({ mimeType }) => mimeType === 'message/delivery-status');
  assert.ok(status && typeof status.content !== 'string');
  const text = Buffer.from(new Uint8Array(status.content)).toString();
  assert.equal(text.match(/^Action: failed\r?$/gm)?.length, 2);
  assert.match(text, new RegExp(`^Final-Recipient: rfc822;${nobody}\\r?$`, 'm'));
});

test('reports nothing of recipients outside of the tenants, and of a draft only when it is sent', async () => {
  await send(cloud, { message: aMessage({ toRecipients: [recipient(outsider)] }) });
  const { id } = await draft(cloud, { toRecipients: [recipient(nobody)] });
  assert.deepEqual(copies(cloud, sender, 'inbox'), []);
  assert.equal((await sendDraft(cloud, id)).status, 202);
  assert.equal(copies(cloud, sender, 'inbox').length, 1);
});

test('delivers to the mailbox what is sent to it with a tag', async () => {
  await send(cloud, { message: aMessage({ toRecipients: [recipient(anna.replace('@', '+orders@'))] }) });
  assert.equal(copies(cloud, anna, 'inbox').length, 1);
  assert.deepEqual(copies(cloud, sender, 'inbox'), []);
});
