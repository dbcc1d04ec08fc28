import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { graphMark } from '../../../../../shared/adapters/graph/graph-mark.ts';
import {
  attachmentItem,
  bytesAsJson,
  fileAttachment,
  graphMessage,
  needsMime,
} from '../../../../../shared/adapters/graph/graph-message.ts';
import { clientId } from '../../../../support/app-identity.ts';
import { aFile, aGraphMail, attachmentOf } from '../../../../support/graph-delivery.ts';

const messageOf = async (job: Record<string, unknown> = {}, isDraft = false) => {
  const mail = await aGraphMail({ id: 'the-id', subject: 'Your invoice', ...job });
  return { message: graphMessage(mail, graphMark(mail.job, clientId), isDraft), mark: graphMark(mail.job, clientId) };
};

const ownProperty = 'String {1b0c6a54-3f5d-4d57-9d2c-7b1a4c8e9f30} Name TenantpostJob';

describe("a mail as Graph's JSON", () => {
  test('of text alone', async () => {
    const { message, mark } = await messageOf();
    assert.deepEqual(message, {
      subject: 'Your invoice',
      body: { contentType: 'text', content: 'It is attached.' },
      importance: 'normal',
      toRecipients: [{ emailAddress: { address: 'anna@customer.example' } }],
      ccRecipients: [],
      bccRecipients: [],
      replyTo: [],
      singleValueExtendedProperties: [{ id: ownProperty, value: mark.property }],
    });
  });

  test('with everything', async () => {
    const { message, mark } = await messageOf(
      {
        sendAs: { address: 'info@contoso.example', name: 'Info' },
        to: [{ address: 'anna@customer.example', name: 'Anna' }, 'ben@customer.example'],
        cc: ['carla@customer.example'],
        bcc: ['archive@contoso.example'],
        replyTo: [{ address: 'service@contoso.example', name: 'Service' }],
        subject: 'Grüße 🎉',
        text: undefined,
        html: '<p>Hello</p>',
        importance: 'low',
        headers: [{ name: 'x-campaign', value: 'März' }],
        saveToSentItems: false,
      },
      true,
    );
    assert.deepEqual(message, {
      subject: 'Grüße 🎉',
      body: { contentType: 'html', content: '<p>Hello</p>' },
      importance: 'low',
      from: { emailAddress: { address: 'info@contoso.example', name: 'Info' } },
      toRecipients: [
        { emailAddress: { address: 'anna@customer.example', name: 'Anna' } },
        { emailAddress: { address: 'ben@customer.example' } },
      ],
      ccRecipients: [{ emailAddress: { address: 'carla@customer.example' } }],
      bccRecipients: [{ emailAddress: { address: 'archive@contoso.example' } }],
      replyTo: [{ emailAddress: { address: 'service@contoso.example', name: 'Service' } }],
      internetMessageHeaders: [{ name: 'x-campaign', value: 'März' }],
      internetMessageId: mark.messageId,
      singleValueExtendedProperties: [
        { id: ownProperty, value: mark.property },
        { id: 'Boolean 0x0E01', value: 'true' },
      ],
    });
  });

  test('is told to leave no copy as a draft alone: sendMail has a parameter for that', async () => {
    const { message } = await messageOf({ saveToSentItems: false });
    assert.doesNotMatch(JSON.stringify(message), /0x0E01/);
  });

  test('of an empty html is still html', async () => {
    const { message } = await messageOf({ text: undefined, html: '' });
    assert.match(JSON.stringify(message), /"contentType":"html"/);
  });
});

describe('an attachment', () => {
  const file = { ...attachmentOf(aFile('Rechnung März "1".pdf', 1001)), contentType: 'application/pdf' };

  test('goes as base64, or announces its size', async () => {
    const contentBytes = (await file.content.whole()).toString('base64');
    const described = { name: file.name, contentType: 'application/pdf' };
    const type = '#microsoft.graph.fileAttachment';
    assert.deepEqual(await fileAttachment(file), { '@odata.type': type, ...described, contentBytes });
    assert.deepEqual(attachmentItem(file), { attachmentType: 'file', ...described, size: 1001 });
  });

  test('with a content id is inline', async () => {
    const inline = { contentId: 'logo', isInline: true };
    for (const written of [
      await fileAttachment({ ...file, contentId: 'logo' }),
      attachmentItem({ ...file, contentId: 'logo' }),
    ]) {
      assert.deepEqual({ ...written, ...inline }, written);
    }
  });

  test('is as long as is reckoned without reading it', async () => {
    for (const bytes of [0, 1, 2, 3, 1000, 1001]) {
      for (const contentId of [undefined, 'logo']) {
        const one = { ...attachmentOf(aFile('Grüße.bin', bytes)), ...(contentId === undefined ? {} : { contentId }) };
        assert.equal(bytesAsJson(one), Buffer.byteLength(JSON.stringify(await fileAttachment(one))) + 1);
      }
    }
  });
});

describe('MIME is needed', () => {
  const headers = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `x-${at}`, value: 'value' }));
  const cases: Record<string, { job: Record<string, unknown>; needed: boolean }> = {
    'not for text': { job: {}, needed: false },
    'not for HTML': { job: { text: undefined, html: '<p>' }, needed: false },
    'for both': { job: { html: '<p>' }, needed: true },
    'for both, though one is empty': { job: { text: '', html: '<p>' }, needed: true },
    'not for five headers': { job: { headers: headers(5) }, needed: false },
    'for six headers': { job: { headers: headers(6) }, needed: true },
    'for List-Unsubscribe': { job: { listUnsubscribe: { mailto: 'leave@contoso.example' } }, needed: true },
    'for a calendar object': {
      job: { calendar: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' } },
      needed: true,
    },
    'not for importance, another sender or reply addresses': {
      job: {
        importance: 'high',
        sendAs: 'info@contoso.example',
        replyTo: ['r@contoso.example'],
        saveToSentItems: false,
      },
      needed: false,
    },
  };
  for (const [what, { job, needed }] of Object.entries(cases)) {
    test(what, async () => assert.equal(needsMime(await aGraphMail(job)), needed));
  }

  test('for a ready message', async () => {
    const mail = await aGraphMail();
    const content = attachmentOf(aFile('x', 1)).content;
    assert.equal(needsMime({ job: mail.job, mime: content, attachments: [], bytes: 1 }), true);
  });
});
