import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { fingerprint, parseMailJob } from '../../../../shared/mail/mail-job.ts';
import { contoso } from '../../../support/app-identity.ts';
import { withCode } from '../../../support/failing.ts';
import { aMailJob, anAttachment, aParsedMailJob } from '../../../support/mail-job.ts';
import { refusalOf, wrongField } from '../../../support/mail-job-refusal.ts';

describe('a mail job', () => {
  test('needs little, and has a default for the rest', () => {
    assert.deepEqual(parseMailJob(aMailJob({ subject: undefined })), {
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
      attachments: [],
      saveToSentItems: true,
    });
  });

  test('is taken with everything that it may hold', () => {
    const job = aMailJob({
      tenant: contoso.toUpperCase(),
      to: [{ address: 'anna@customer.example', name: 'Anna Müller, Einkauf' }, 'ben@customer.example'],
      cc: ['carla@customer.example'],
      bcc: [{ address: 'archive@contoso.example' }],
      replyTo: ['service@contoso.example'],
      subject: 'Grüße 🎉',
      text: undefined,
      html: '<p>Hello</p>',
      attachments: [anAttachment(), anAttachment({ name: 'logo.png', contentType: 'image/png', contentId: 'logo@1' })],
      saveToSentItems: false,
    });
    const parsed = parseMailJob(job);
    assert.equal(parsed.tenant, contoso);
    assert.deepEqual(parsed.to, [
      { address: 'anna@customer.example', name: 'Anna Müller, Einkauf' },
      { address: 'ben@customer.example' },
    ]);
    assert.equal(parsed.html, '<p>Hello</p>');
    assert.ok(!('text' in parsed));
    assert.deepEqual(parsed.attachments, job['attachments']);
    assert.equal(parsed.saveToSentItems, false);
  });

  test('may have line breaks where they belong: in its text', () => {
    assert.equal(aParsedMailJob({ text: 'one\r\ntwo\n' }).text, 'one\r\ntwo\n');
  });
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

  test('may not be 501', () => {
    for (const one of ['to', 'cc', 'bcc']) {
      const expected = 'at most 500 recipients in to, cc and bcc together';
      assert.deepEqual(
        wrongField({ to: addresses(500), ...(one === 'to' ? { to: addresses(501) } : { [one]: addresses(1) }) }),
        {
          field: '/to',
          expected,
        },
      );
    }
  });

  test('may be in bcc alone', () => {
    assert.deepEqual(aParsedMailJob({ to: undefined, bcc: ['a@b.example'] }).bcc, [{ address: 'a@b.example' }]);
  });
});

describe('the fingerprint', () => {
  test('is the same for the same mail, whatever the order of its fields, at any depth', () => {
    const job = aMailJob({ to: [{ address: 'a@b.example', name: 'A' }], attachments: [anAttachment()] });
    const expected = fingerprint(job);
    assert.match(expected, /^[\w-]{43}$/);
    for (const same of [
      Object.fromEntries(Object.entries(job).reverse()),
      { ...job, to: [{ name: 'A', address: 'a@b.example' }] },
      { ...job, attachments: [Object.fromEntries(Object.entries(anAttachment()).reverse())] },
    ]) {
      assert.notEqual(JSON.stringify(same), JSON.stringify(job));
      assert.equal(fingerprint(same), expected);
    }
  });

  test('is over what the producer wrote: a default that a later version adds does not change it', () => {
    const job = aMailJob();
    assert.notDeepEqual(parseMailJob(job), job, 'parsing adds defaults');
    assert.notEqual(fingerprint(job), fingerprint(parseMailJob(job)));
    // Spelt out, since rows outlive a version: another way of writing it would make every waiting job look like another one.
    const written =
      '{"from":"billing@contoso.example","id":"invoice-4711","subject":"Your invoice",' +
      `"tenant":"${contoso}","text":"It is attached.","to":["anna@customer.example"],"version":1}`;
    assert.equal(fingerprint(job), createHash('sha256').update(written).digest('base64url'));
  });

  test('keeps the order of a list, which is the mail', () => {
    const [one, other] = ['a@b.example', 'c@d.example'];
    assert.notEqual(fingerprint(aMailJob({ to: [one, other] })), fingerprint(aMailJob({ to: [other, one] })));
  });

  test('can be taken of a job that is none, and tells one from the other', () => {
    const broken = [{}, { version: 9 }, { to: null }, { to: {} }, { to: [] }, { to: [[]] }, { to: [{}] }];
    assert.equal(new Set(broken.map(fingerprint)).size, broken.length);
  });

  test('differs with each field', () => {
    const others = [
      { id: 'other' },
      { tenant: '22222222-bbbb-4bbb-8bbb-222222222222' },
      { from: 'other@contoso.example' },
      { to: ['other@customer.example'] },
      { to: undefined, cc: ['anna@customer.example'] },
      { to: undefined, bcc: ['anna@customer.example'] },
      { replyTo: ['other@contoso.example'] },
      { subject: 'Your Invoice' },
      { text: 'It is attached' },
      { text: undefined, html: 'It is attached.' },
      { attachments: [anAttachment()] },
      { saveToSentItems: false },
    ];
    const all = [{}, ...others].map((overrides) => fingerprint(aMailJob(overrides)));
    assert.equal(new Set(all).size, all.length);
  });
});

test('an attachment may have a media type with parameters, and nothing that is none', () => {
  const typed = (contentType: string) => aMailJob({ attachments: [anAttachment({ contentType })] });
  for (const good of ['text/plain; charset=utf-8', 'text/calendar;method=REQUEST; name="an event.ics"']) {
    assert.equal(parseMailJob(typed(good)).attachments[0]?.contentType, good);
  }
  for (const bad of ['text/plain;', 'text/plain; charset', 'text/plain; a="b', 'text/plain; a=b\r\nX-Evil: 1']) {
    assert.throws(() => parseMailJob(typed(bad)), withCode('JOB_INVALID'), bad);
  }
});
