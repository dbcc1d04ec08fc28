import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseMailJob } from '../../../../../shared/mail/job/mail-job.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { aMailJob, anAttachment, aParsedMailJob } from '../../../../support/mail-job.ts';
import { refTo } from '../../../../support/memory-content-store.ts';
import { refusalOf } from '../../../../support/mail-job-refusal.ts';

const calendar = { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' };

describe('a mail job', () => {
  test('needs little, and has a default for the rest', () => {
    assert.deepEqual(parseMailJob(aMailJob({ subject: undefined })), {
      job: {
        version: 1,
        id: 'invoice-4711',
        tenant: contoso,
        from: 'billing@contoso.example',
        to: [{ address: 'anna@customer.example' }],
        cc: [],
        bcc: [],
        replyTo: [],
        subject: '',
        text: 'It is attached.',
        importance: 'normal',
        headers: [],
        attachments: [],
        saveToSentItems: true,
      },
      removed: 0,
    });
  });

  test('is taken with everything that it may hold', () => {
    const written = aMailJob({
      tenant: contoso.toUpperCase(),
      sendAs: { address: 'sales@contoso.example', name: 'Verkauf ' },
      to: [{ address: 'anna@customer.example', name: 'Anna Müller, Einkauf' }, 'ben@customer.example'],
      cc: ['carla@customer.example'],
      bcc: [{ address: 'archive@contoso.example' }],
      replyTo: ['service@contoso.example'],
      subject: 'Grüße 🎉',
      html: '<p>Hello</p>',
      importance: 'high',
      headers: [{ name: 'X-Campaign', value: 'Frühling' }],
      listUnsubscribe: {
        mailto: 'leave@contoso.example?subject=leave',
        url: 'https://contoso.example/leave',
        oneClick: true,
      },
      calendar,
      attachments: [anAttachment(), anAttachment({ name: 'logo.png', contentType: 'image/png', contentId: 'logo@1' })],
      saveToSentItems: false,
      delivery: 'exactly-once',
      onUnknown: 'resend',
      notBefore: '2026-01-31T09:30:00Z',
      expiresAt: '2026-01-31T10:30:01.5+01:00',
    });
    assert.deepEqual(parseMailJob(written).job, {
      ...written,
      tenant: contoso,
      to: [{ address: 'anna@customer.example', name: 'Anna Müller, Einkauf' }, { address: 'ben@customer.example' }],
      cc: [{ address: 'carla@customer.example' }],
      bcc: [{ address: 'archive@contoso.example' }],
      replyTo: [{ address: 'service@contoso.example' }],
      notBefore: Date.UTC(2026, 0, 31, 9, 30),
      expiresAt: Date.UTC(2026, 0, 31, 9, 30, 1, 500),
    });
  });

  test('may name content instead of holding it', () => {
    const ref = refTo('It is attached.');
    const attachments = [anAttachment({ content: ref })];
    const job = aParsedMailJob({ text: ref, html: ref, calendar: { ...calendar, content: ref }, attachments });
    assert.deepEqual([job.text, job.html, job.calendar?.content], [ref, ref, ref]);
    assert.deepEqual(job.attachments, attachments);
    // Whoever computes hashes writes them in either case.
    assert.deepEqual(aParsedMailJob({ text: { ...ref, sha256: ref.sha256.toUpperCase() } }).text, ref);
  });

  test('may be a ready MIME message with its envelope', () => {
    const mime = refTo('Subject: x\r\n\r\n');
    const job = aParsedMailJob({
      subject: undefined,
      text: undefined,
      mime,
      delivery: 'standard',
      saveToSentItems: false,
    });
    assert.deepEqual(job.mime, mime);
    assert.deepEqual(job.to, [{ address: 'anna@customer.example' }]);
  });

  for (const content of [{ html: '' }, { text: '' }, { text: 'a', html: '<p>a' }, { calendar }]) {
    test(`may have ${Object.keys(content).join(' and ')} for its content`, () => {
      const job = aParsedMailJob({ text: undefined, ...content });
      for (const [name, value] of Object.entries(content)) {
        assert.deepEqual(Object.entries(job).find(([key]) => key === name)?.[1], value);
      }
    });
  }

  test('may have line breaks where they belong: in its text', () => {
    assert.equal(aParsedMailJob({ text: 'one\r\ntwo\n' }).text, 'one\r\ntwo\n');
  });
});

describe('a recipient who is named twice', () => {
  test('is written to once: in the first of to, cc and bcc that names him', () => {
    const { job, removed } = parseMailJob(
      aMailJob({
        to: ['anna@customer.example', { address: 'ANNA@customer.example', name: 'Anna' }],
        cc: ['ben@customer.example', 'anna@CUSTOMER.example'],
        bcc: ['Ben@customer.example', 'carla@customer.example'],
        replyTo: ['anna@customer.example', 'anna@customer.example'],
      }),
    );
    assert.deepEqual(job.to, [{ address: 'anna@customer.example' }]);
    assert.deepEqual(job.cc, [{ address: 'ben@customer.example' }]);
    assert.deepEqual(job.bcc, [{ address: 'carla@customer.example' }]);
    assert.equal(job.replyTo.length, 2, 'nobody is written to by replyTo');
    assert.equal(removed, 3);
  });

  for (const [one, same] of [
    ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['anna@BÜCHER.example', 'anna@bücher.example'],
    ['anna@日本。example', 'anna@日本.example'],
    ['"anna"@customer.example', 'anna@customer.example'],
    ['"an\\na"@customer.example', 'anna@customer.example'],
    ['ÄNNE@customer.example', 'a\u0308nne@customer.example'],
  ] as const) {
    test(`is known however he is written: ${one} and ${same}`, () => {
      assert.equal(parseMailJob(aMailJob({ to: [one], bcc: [same] })).removed, 1);
    });
  }

  for (const [one, other] of [
    ['anna@customer.example', 'anna+news@customer.example'],
    ['anna@customer.example', 'anna@mail.customer.example'],
    ['"anna "@customer.example', 'anna@customer.example'],
  ] as const) {
    test(`is somebody else: ${one} and ${other}`, () => {
      assert.equal(parseMailJob(aMailJob({ to: [one, other] })).removed, 0);
    });
  }
});

describe('the version', () => {
  for (const version of [undefined, 0, 2, '1', null, [1], 1.5]) {
    test(`${JSON.stringify(version) ?? 'absent'} is unknown`, () => {
      const error = refusalOf(aMailJob({ version }));
      assert.equal(error.code, 'JOB_VERSION_UNKNOWN');
      assert.deepEqual(error.detail, { field: '/version', expected: 'the number 1' });
    });
  }

  test('is judged before all else: another version may have other fields', () => {
    assert.equal(refusalOf({ version: 2, anything: true }).code, 'JOB_VERSION_UNKNOWN');
    assert.equal(refusalOf({}).code, 'JOB_VERSION_UNKNOWN');
  });
});

const addresses = (count: number, prefix = 'r'): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}@customer.example`);

describe('recipients', () => {
  test('may be 500 in to, cc and bcc together', () => {
    const job = aParsedMailJob({ to: addresses(300), cc: addresses(100, 'c'), bcc: addresses(100, 'b') });
    assert.equal(job.to.length + job.cc.length + job.bcc.length, 500);
  });

  test('may be in bcc alone', () => {
    assert.deepEqual(aParsedMailJob({ to: undefined, bcc: ['a@b.example'] }).bcc, [{ address: 'a@b.example' }]);
  });
});

test('an attachment may have a media type with parameters', () => {
  for (const good of ['text/plain; charset=utf-8', 'text/calendar;method=REQUEST; name="an event.ics"']) {
    const { attachments } = aParsedMailJob({ attachments: [anAttachment({ contentType: good })] });
    assert.equal(attachments[0]?.contentType, good);
  }
});
