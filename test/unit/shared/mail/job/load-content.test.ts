import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { contentRefs, loadContent } from '../../../../../shared/mail/job/load-content.ts';
import { failing, withCode } from '../../../../support/failing.ts';
import { anAttachment, aParsedMailJob } from '../../../../support/mail-job.ts';
import { MemoryContentStore, refTo } from '../../../../support/memory-content-store.ts';

const store = new MemoryContentStore();
const invitation = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';

const load = (overrides: Record<string, unknown>) => loadContent(aParsedMailJob(overrides), store);

describe('a mail job with its content', () => {
  test('is the same whether the content stands in the job or in blobs', async () => {
    const image = Buffer.from([0, 255, 128, 10, 13]);
    const written = {
      text: 'Grüße 🎉\r\n',
      html: '<p>Grüße</p>',
      calendar: { method: 'REQUEST', content: invitation },
      attachments: [anAttachment({ content: image.toString('base64'), contentId: 'logo' })],
    };
    const named = {
      text: store.hold('jobs/a/text', written.text),
      html: store.hold('jobs/a/html', written.html),
      calendar: { method: 'REQUEST', content: store.hold('jobs/a/invitation', invitation) },
      attachments: [anAttachment({ content: store.hold('jobs/a/image', image), contentId: 'logo' })],
    };
    for (const mail of [await load(written), await load(named)]) {
      assert.equal(mail.text, written.text);
      assert.equal(mail.html, written.html);
      assert.deepEqual(mail.calendar, written.calendar);
      assert.equal(mail.mime, undefined);
      const [attachment] = mail.attachments;
      assert.ok(attachment);
      const { content, ...rest } = attachment;
      assert.deepEqual(rest, { name: 'invoice.pdf', contentType: 'application/pdf', contentId: 'logo' });
      assert.equal(content.bytes, 5);
      assert.deepEqual(await content.whole(), image);
      assert.deepEqual(await content.range(1, 3), Buffer.from([255, 128]));
      // Octets and not characters: 13 + 2 of the text, 14 of the HTML.
      assert.equal(mail.bytes, Buffer.byteLength(written.text + written.html + invitation) + 5);
    }
  });

  test('has nothing that the job does not have', async () => {
    const mail = await load({});
    assert.deepEqual(Object.keys(mail).sort(), ['attachments', 'bytes', 'job', 'text']);
    assert.deepEqual(mail.attachments, []);
  });

  test('has a ready MIME message as it is, octet by octet', async () => {
    const message = Buffer.from('Subject: x\r\n\r\n\xE4\r\n', 'latin1');
    const mail = await load({ subject: undefined, text: undefined, mime: store.hold('jobs/b/mime', message) });
    assert.deepEqual(await mail.mime?.whole(), message);
    assert.equal(mail.bytes, message.length);
  });

  test('may be empty', async () => {
    const mail = await load({ text: '', attachments: [anAttachment({ content: '' })] });
    assert.equal(mail.text, '');
    assert.equal(mail.attachments[0]?.content.bytes, 0);
    assert.equal(mail.bytes, 0);
  });

  test('names every blob that it needs', () => {
    const [text, html, content, file] = ['text', 'html', 'calendar', 'file'].map((name) => refTo(name, `jobs/${name}`));
    const job = aParsedMailJob({
      text,
      html,
      calendar: { method: 'REQUEST', content },
      attachments: [anAttachment(), anAttachment({ content: file })],
    });
    assert.deepEqual(contentRefs(job), [text, html, content, file]);
    const mime = refTo('mime');
    assert.deepEqual(contentRefs(aParsedMailJob({ subject: undefined, text: undefined, mime })), [mime]);
    assert.deepEqual(contentRefs(aParsedMailJob({ attachments: [anAttachment()] })), []);
  });
});

describe('content that is not as the job says', () => {
  const missing = refTo('nobody', 'jobs/nobody');
  const wrong = { ...store.hold('jobs/c/secret', 'secret words'), sha256: '0'.repeat(64) };
  const latin = store.hold('jobs/c/latin', Buffer.from('Gr\xFC\xDFe', 'latin1'));

  const cases = (ref: object): readonly [string, Record<string, unknown>][] => [
    ['/text', { text: ref }],
    ['/html', { html: ref }],
    ['/calendar/content', { calendar: { method: 'REQUEST', content: ref } }],
    ['/mime', { subject: undefined, text: undefined, mime: ref }],
    ['/attachments/1/content', { attachments: [anAttachment(), anAttachment({ content: ref })] }],
  ];

  for (const [code, ref] of [
    ['CONTENT_MISSING', missing],
    ['CONTENT_WRONG', wrong],
  ] as const) {
    for (const [field, overrides] of cases(ref)) {
      test(`is ${code} at ${field}`, async () => {
        await assert.rejects(load(overrides), (error: unknown) => {
          assert.ok(error instanceof TenantpostError);
          assert.equal(error.code, code);
          assert.equal(error.detail['field'], field);
          assert.doesNotMatch(`${error.message} ${JSON.stringify(error.detail)}`, /secret|nobody/);
          return true;
        });
      });
    }
  }

  for (const [field, overrides] of cases(latin).slice(0, 3)) {
    test(`is CONTENT_WRONG at ${field} when it is no UTF-8: the mail would have other letters than the blob`, async () => {
      await assert.rejects(load(overrides), (error: unknown) => {
        assert.ok(error instanceof TenantpostError);
        assert.equal(error.code, 'CONTENT_WRONG');
        assert.deepEqual(error.detail, { field, expected: 'text in UTF-8' });
        return true;
      });
    });
  }

  test('is not called wrong when it is storage that fails', async () => {
    const job = aParsedMailJob({ text: missing });
    await assert.rejects(loadContent(job, { open: failing('STORAGE_UNAVAILABLE') }), withCode('STORAGE_UNAVAILABLE'));
  });
});
