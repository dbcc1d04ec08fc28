/** Attachments in MIME messages, read by another library and by eye. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import PostalMime, { type Email } from 'postal-mime';
import { composeMime, type MimeOptions } from '../../../../../shared/adapters/mime/mime-message.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { anAttachment } from '../../../../support/mail-job.ts';
import { aMail } from '../../../../support/outgoing-mail.ts';

const options: MimeOptions = { messageId: '<id@contoso.example>', withBcc: false, withAttachments: true };

async function compose(overrides: Record<string, unknown>, more: Partial<MimeOptions> = {}): Promise<string> {
  const message = await composeMime(await aMail(overrides), { ...options, ...more });
  return message.toString('latin1');
}

const read = (message: string): Promise<Email> =>
  PostalMime.parse(Buffer.from(message, 'latin1'), { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer' });

/** The media types of the parts, in their order. */
const structure = (message: string): string[] =>
  [...message.matchAll(/^Content-Type: ([^;\r]+)/gim)].map(([, type = '']) => type);

describe('attachments', () => {
  const logo = anAttachment({ name: 'logo.png', contentType: 'image/png', contentId: 'logo@contoso' });

  test('stand beside the body, inline images beside the HTML that shows them', async () => {
    const message = await compose({
      text: 'x',
      html: '<img src="cid:logo@contoso">',
      attachments: [logo, anAttachment()],
    });
    assert.deepEqual(structure(message), [
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'multipart/related',
      'text/html',
      'image/png',
      'application/pdf',
    ]);
    assert.match(message, /^Content-Id: <logo@contoso>\r$/im);
    assert.match(message, /^Content-Disposition: inline; filename=logo\.png\r$/im);
    assert.match(message, /^Content-Disposition: attachment; filename=invoice\.pdf\r$/im);
  });

  test('are left out for a draft that gets them later', async () => {
    const message = await compose({ html: '<p>', attachments: [logo, anAttachment()] }, { withAttachments: false });
    assert.deepEqual(structure(message), ['multipart/alternative', 'text/plain', 'text/html']);
  });

  test('keep names of any script and with any sign, by RFC 2231 and for older readers', async () => {
    for (const name of ['Übersicht März.pdf', 'a "b" \\ c;d=e.txt', '日本語.pdf', `${'n'.repeat(251)}.pdf`]) {
      const email = await read(await compose({ attachments: [anAttachment({ name })] }));
      assert.equal(email.attachments[0]?.filename, name);
    }
    const message = await compose({ attachments: [anAttachment({ name: 'Übersicht.pdf' })] });
    assert.match(message, /filename\*0\*=utf-8''%C3%9Cbersicht\.pdf/);
    const odd = await compose({ attachments: [anAttachment({ name: '=?UTF-8?Q?x?=.txt' })] });
    assert.match(odd, /filename\*0\*=utf-8''%3D%3FUTF-8%3FQ%3Fx%3F%3D\.txt/);
  });

  test('that are messages stay as they are, with line ends as mail has them', async () => {
    const nested = 'Subject: Nested\nContent-Type: text/plain; charset=utf-8\n\nGrüße\n';
    const content = Buffer.from(nested).toString('base64');
    const message = await compose({
      attachments: [anAttachment({ name: 'a.eml', contentType: 'message/rfc822', content })],
    });
    assert.ok(message.includes(Buffer.from(nested.replaceAll('\n', '\r\n')).toString('latin1')));
    assert.match(message, /^Content-Transfer-Encoding: 8bit\r$/m);
    const ascii = Buffer.from('Subject: x\r\n\r\ny').toString('base64');
    const plain = anAttachment({ name: 'a.eml', contentType: 'message/rfc822', content: ascii });
    assert.match(await compose({ attachments: [plain] }), /^Content-Transfer-Encoding: 7bit\r$/m);
  });

  test('that MIME cannot hold are refused with their field', async () => {
    const long = Buffer.from(`Subject: x\r\n\r\n${'y'.repeat(999)}`).toString('base64');
    for (const [attachment, name] of [
      [anAttachment({ contentType: 'multipart/mixed; boundary=x' }), 'contentType'],
      [anAttachment({ contentType: 'message/rfc822', content: long }), 'content'],
      [anAttachment({ contentType: 'Message/RFC822', content: 'AAAA' }), 'content'],
    ] as const) {
      const { code, detail } = await failureOf(compose({ attachments: [anAttachment(), attachment] }));
      assert.deepEqual([code, detail['field']], ['TRANSPORT_CANNOT', `/attachments/1/${name}`]);
    }
  });

  test('are content and never the name of something to read', async () => {
    const text = 'file:///etc/hostname';
    const attachments = [anAttachment({ name: '/etc/hostname' })];
    const email = await read(await compose({ text, html: 'https://localhost:1/', attachments }));
    assert.equal(email.text?.trimEnd(), text);
    assert.equal(email.html?.trimEnd(), 'https://localhost:1/');
    assert.equal(email.attachments[0]?.filename, '/etc/hostname');
  });
});
