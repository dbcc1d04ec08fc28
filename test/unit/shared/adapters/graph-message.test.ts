import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { graphMessage } from '../../../../shared/adapters/graph-message.ts';
import { aParsedMailJob } from '../../../support/mail-job.ts';

describe("the body of Graph's sendMail", () => {
  test('of a plain mail', () => {
    assert.deepEqual(graphMessage(aParsedMailJob()), {
      message: {
        subject: 'Your invoice',
        body: { contentType: 'Text', content: 'It is attached.' },
        toRecipients: [{ emailAddress: { address: 'anna@customer.example' } }],
        ccRecipients: [],
        bccRecipients: [],
        replyTo: [],
      },
      saveToSentItems: true,
    });
  });

  test('of a mail with everything', () => {
    const job = aParsedMailJob({
      to: [{ address: 'anna@customer.example', name: 'Anna' }, 'ben@customer.example'],
      cc: ['carla@customer.example'],
      bcc: ['archive@contoso.example'],
      replyTo: [{ address: 'service@contoso.example', name: 'Service' }],
      subject: 'Grüße 🎉',
      text: undefined,
      html: '<p>Hello</p>',
      attachments: [
        { name: 'invoice.pdf', contentType: 'application/pdf', content: 'JVBERi0=' },
        { name: 'logo.png', contentType: 'image/png', content: 'iVBORw==', contentId: 'logo' },
      ],
      saveToSentItems: false,
    });
    const fileAttachment = '#microsoft.graph.fileAttachment';
    assert.deepEqual(graphMessage(job), {
      message: {
        subject: 'Grüße 🎉',
        body: { contentType: 'HTML', content: '<p>Hello</p>' },
        toRecipients: [
          { emailAddress: { address: 'anna@customer.example', name: 'Anna' } },
          { emailAddress: { address: 'ben@customer.example' } },
        ],
        ccRecipients: [{ emailAddress: { address: 'carla@customer.example' } }],
        bccRecipients: [{ emailAddress: { address: 'archive@contoso.example' } }],
        replyTo: [{ emailAddress: { address: 'service@contoso.example', name: 'Service' } }],
        attachments: [
          {
            '@odata.type': fileAttachment,
            name: 'invoice.pdf',
            contentType: 'application/pdf',
            contentBytes: 'JVBERi0=',
          },
          {
            '@odata.type': fileAttachment,
            name: 'logo.png',
            contentType: 'image/png',
            contentBytes: 'iVBORw==',
            contentId: 'logo',
            isInline: true,
          },
        ],
      },
      saveToSentItems: false,
    });
  });

  test('says nothing of the job that is not part of the mail', () => {
    const text = JSON.stringify(graphMessage(aParsedMailJob({ id: 'the-id' })));
    assert.doesNotMatch(text, /the-id|billing@contoso|11111111/);
  });

  test('of an empty html is still html', () => {
    assert.match(JSON.stringify(graphMessage(aParsedMailJob({ text: undefined, html: '' }))), /"contentType":"HTML"/);
  });
});
