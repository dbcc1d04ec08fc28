/** parseMailJob: every way in which a field can be wrong. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aMailJob, anAttachment } from '../../../support/mail-job.ts';
import { refusalOf, wrongField } from '../../../support/mail-job-refusal.ts';

describe('a wrong field is named by its JSON pointer', () => {
  const anAddress = 'a mail address like anna@contoso.example';
  const aRecipient = 'a mail address, or an object with address and name';
  const oneLine = 'one line without control characters';
  const anId = 'up to 200 letters, digits and . : @ = + - _';
  const aTenantId = 'a tenant id, for example 11111111-aaaa-4aaa-8aaa-111111111111';

  const cases: readonly [string, Record<string, unknown>, string, string][] = [
    ['no id', { id: undefined }, '/id', 'string'],
    ['an id that is a number', { id: 4711 }, '/id', 'string'],
    ['an empty id', { id: '' }, '/id', anId],
    ['an id that a table key cannot hold', { id: 'a/b' }, '/id', anId],
    ['an id with a line break', { id: 'a\n' }, '/id', anId],
    ['an id of 201 characters', { id: 'a'.repeat(201) }, '/id', anId],

    ['no tenant', { tenant: undefined }, '/tenant', aTenantId],
    ['a tenant by domain', { tenant: 'contoso.com' }, '/tenant', aTenantId],

    ['no sender', { from: undefined }, '/from', 'string'],
    ['a sender without a domain', { from: 'billing' }, '/from', anAddress],
    ['a sender with a display name', { from: 'Billing <billing@contoso.example>' }, '/from', anAddress],
    ['two senders', { from: 'a@contoso.example,b@contoso.example' }, '/from', anAddress],
    ['an empty sender', { from: '' }, '/from', anAddress],
    [
      'a sender of 255 characters',
      { from: `${'a'.repeat(239)}@contoso.example` },
      '/from',
      'an address of at most 254 characters',
    ],

    ['recipients that are no list', { to: 'anna@customer.example' }, '/to', 'array'],
    ['a recipient that is no address', { to: ['anna@customer.example', 'ben'] }, '/to/1', aRecipient],
    ['a recipient that is a number', { cc: [7] }, '/cc/0', aRecipient],
    ['a recipient that is null', { bcc: [null] }, '/bcc/0', aRecipient],
    ['a recipient without address', { bcc: [{ name: 'Anna' }] }, '/bcc/0', aRecipient],
    ['a recipient with a wrong address', { replyTo: [{ address: 'anna' }] }, '/replyTo/0/address', anAddress],
    [
      'a recipient with a long name',
      { to: [{ address: 'anna@customer.example', name: 'n'.repeat(257) }] },
      '/to/0/name',
      'at most 256 characters',
    ],
    ['nobody to send to', { to: [] }, '/to', 'at least one recipient in to, cc or bcc'],
    [
      'nobody but replyTo',
      { to: undefined, replyTo: ['a@b.example'] },
      '/to',
      'at least one recipient in to, cc or bcc',
    ],

    ['a subject that is a number', { subject: 7 }, '/subject', 'string'],
    ['a subject that is null', { subject: null }, '/subject', 'string'],
    ['a subject of 256 characters', { subject: 's'.repeat(256) }, '/subject', 'at most 255 characters'],

    ['a text that is no text', { text: ['hello'] }, '/text', 'string'],
    ['an html that is no text', { text: undefined, html: {} }, '/html', 'string'],
    ['both text and html', { html: '<p>Hello</p>' }, '/text', 'either text or html'],
    ['neither text nor html', { text: undefined }, '/text', 'either text or html'],

    ['attachments that are no list', { attachments: anAttachment() }, '/attachments', 'array'],
    ['an attachment that is text', { attachments: ['a.pdf'] }, '/attachments/0', 'object'],
    ['a nameless attachment', { attachments: [anAttachment({ name: '' })] }, '/attachments/0/name', 'a file name'],
    [
      'an attachment with a long name',
      { attachments: [anAttachment({ name: 'n'.repeat(256) })] },
      '/attachments/0/name',
      'at most 255 characters',
    ],
    [
      'an attachment without a media type',
      { attachments: [anAttachment(), anAttachment({ contentType: 'pdf' })] },
      '/attachments/1/contentType',
      'a media type like application/pdf',
    ],
    [
      'an attachment that is not base64',
      { attachments: [anAttachment({ content: 'It is attached.' })] },
      '/attachments/0/content',
      'base64',
    ],
    [
      'an attachment in base64url',
      { attachments: [anAttachment({ content: '_-_-' })] },
      '/attachments/0/content',
      'base64',
    ],
    [
      'an attachment of 3 MB',
      { attachments: [anAttachment({ content: 'AAAA'.repeat(1_000_000) })] },
      '/attachments/0/content',
      'less than 3 MB of content',
    ],
    [
      'a content id that would break out of its header',
      { attachments: [anAttachment({ contentId: 'logo>\r\nX: y' })] },
      '/attachments/0/contentId',
      'letters, digits and . @ + - _',
    ],
    [
      '101 attachments',
      { attachments: Array.from({ length: 101 }, () => anAttachment()) },
      '/attachments',
      'at most 100 attachments',
    ],
    ['saveToSentItems as text', { saveToSentItems: 'false' }, '/saveToSentItems', 'boolean'],

    ['an unknown field', { sendAt: 'noon' }, '/sendAt', 'no such field'],
    ['an unknown field of a recipient', { to: [{ address: 'a@b.example', nmae: 'A' }] }, '/to/0/nmae', 'no such field'],
    [
      'an unknown field of an attachment',
      { attachments: [anAttachment({ url: 'https://x.example' })] },
      '/attachments/0/url',
      'no such field',
    ],

    ['a line break in the subject', { subject: 'Hi\r\nBcc: eve@evil.example' }, '/subject', oneLine],
    ['a lone line feed in the subject', { subject: 'Hi\nBcc: eve@evil.example' }, '/subject', oneLine],
    ['a NUL in the subject', { subject: 'Hi\u0000' }, '/subject', oneLine],
    [
      'a line break in the name of a recipient',
      { to: [{ address: 'a@b.example', name: 'Anna\r\nBcc: eve@evil.example' }] },
      '/to/0/name',
      oneLine,
    ],
    ['a line break in an address', { from: 'billing@contoso.example\r\nBcc:eve@evil.example' }, '/from', anAddress],
    ['a NUL in an address', { from: 'billing\u0000@contoso.example' }, '/from', anAddress],
    ['an escape in an address', { from: 'billing\u001b@contoso.example' }, '/from', anAddress],
    ['a DEL in an address', { from: 'billing@contoso\u007f.example' }, '/from', anAddress],
    ['a C1 control in an address', { from: 'billing\u009b@contoso.example' }, '/from', anAddress],
    ['a control character in a recipient', { to: ['anna\u0001@customer.example'] }, '/to/0', aRecipient],
    [
      'a line break in the name of a file',
      { attachments: [anAttachment({ name: 'a.pdf\r\nX-Evil: 1' })] },
      '/attachments/0/name',
      oneLine,
    ],
    [
      'a line break in a media type',
      { attachments: [anAttachment({ contentType: 'application/pdf\r\nX-Evil: 1' })] },
      '/attachments/0/contentType',
      'a media type like application/pdf',
    ],
  ];

  for (const [what, overrides, field, expected] of cases) {
    test(`${what}: ${field}`, () => {
      assert.deepEqual(wrongField(overrides), { field, expected });
    });
  }

  test('and no address that stands in the place of a field name', () => {
    assert.equal(wrongField({ 'anna@customer.example': 1 }).field, '');
    assert.equal(wrongField({ to: [{ 'anna@customer.example': 'Anna' }] }).field, '/to/0');
  });

  test('and no value is ever shown', () => {
    for (const [, overrides] of cases) {
      const { message, detail } = refusalOf(aMailJob({ id: 'secret id', ...overrides }));
      assert.doesNotMatch(`${message} ${JSON.stringify(detail)}`, /secret|customer\.example|evil|It is attached/);
    }
  });

  test('and of several the first is named and all are counted', () => {
    const { detail } = refusalOf(aMailJob({ from: 'x', subject: 7, extra: 1 }));
    assert.equal(detail['field'], '/from');
    assert.equal(detail['problems'], 3);
  });
});
