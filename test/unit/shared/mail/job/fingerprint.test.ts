import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { fingerprint, parseMailJob } from '../../../../../shared/mail/job/mail-job.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { aMailJob, anAttachment } from '../../../../support/mail-job.ts';
import { refTo } from '../../../../support/memory-content-store.ts';

const calendar = { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' };

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
    assert.notDeepEqual(parseMailJob(job).job, job, 'parsing adds defaults');
    assert.notEqual(fingerprint(job), fingerprint(parseMailJob(job).job));
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
      { sendAs: 'sales@contoso.example' },
      { importance: 'high' },
      { headers: [{ name: 'X-A', value: 'b' }] },
      { listUnsubscribe: { mailto: 'leave@contoso.example' } },
      { calendar },
      { text: refTo('It is attached.') },
      { delivery: 'exactly-once' },
      { onUnknown: 'resend' },
      { notBefore: '2026-01-31T09:30:00Z' },
      { expiresAt: '2026-01-31T09:30:00Z' },
      { attachments: [anAttachment()] },
      { saveToSentItems: false },
    ];
    const all = [{}, ...others].map((overrides) => fingerprint(aMailJob(overrides)));
    assert.equal(new Set(all).size, all.length);
  });
});
