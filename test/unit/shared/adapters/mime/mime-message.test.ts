/** Mails as MIME messages, read by another library and by eye. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import PostalMime, { type Email } from 'postal-mime';
import { composeMime, messageIdOf, type MimeOptions } from '../../../../../shared/adapters/mime/mime-message.ts';
import type { Mail } from '../../../../../shared/mail/job/mail.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { MemoryContentStore } from '../../../../support/memory-content-store.ts';
import { aMail } from '../../../../support/outgoing-mail.ts';

const blobs = new MemoryContentStore();
const options: MimeOptions = { messageId: '<id@contoso.example>', withBcc: false, withAttachments: true };

async function composed(mail: Mail, overrides: Partial<MimeOptions> = {}): Promise<string> {
  const message = await composeMime(mail, { ...options, ...overrides });
  return message.toString('latin1');
}

const compose = async (overrides: Record<string, unknown>, more: Partial<MimeOptions> = {}): Promise<string> =>
  composed(await aMail(overrides, blobs), more);

const read = (message: string): Promise<Email> =>
  PostalMime.parse(Buffer.from(message, 'latin1'), { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer' });

/** Fields of the header, unfolded. */
function fields(message: string): string[] {
  const header = message.slice(0, message.indexOf('\r\n\r\n'));
  return header.replaceAll(/\r\n(?=[ \t])/g, '').split('\r\n');
}
const field = (message: string, name: string): string[] =>
  fields(message).filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));

/** The media types of the parts, in their order, by their indentation. */
const structure = (message: string): string[] =>
  [...message.matchAll(/^Content-Type: ([^;\r]+)/gim)].map(([, type = '']) => type);

describe('the header', () => {
  test('has what RFC 5322 asks for, and the job', async () => {
    const message = await compose({
      from: 'post@contoso.example',
      to: ['anna@customer.example', { address: 'ben@customer.example', name: 'Ben O"Neil, Jr.' }],
      cc: [{ address: 'cc@customer.example', name: 'Čeněk' }],
      bcc: ['hidden@customer.example'],
      replyTo: ['answers@contoso.example'],
      subject: 'Rechnung Nº 5',
    });
    const email = await read(message);
    assert.deepEqual(field(message, 'From'), ['From: post@contoso.example']);
    assert.deepEqual(field(message, 'Message-ID'), ['Message-ID: <id@contoso.example>']);
    assert.deepEqual(field(message, 'MIME-Version'), ['MIME-Version: 1.0']);
    assert.equal(field(message, 'Date').length, 1);
    assert.ok(Math.abs(Date.parse(email.date ?? '') - Date.now()) < 60_000);
    assert.deepEqual(email.to, [
      { address: 'anna@customer.example', name: '' },
      { address: 'ben@customer.example', name: 'Ben O"Neil, Jr.' },
    ]);
    assert.deepEqual(email.cc, [{ address: 'cc@customer.example', name: 'Čeněk' }]);
    assert.deepEqual(email.replyTo, [{ address: 'answers@contoso.example', name: '' }]);
    assert.equal(email.subject, 'Rechnung Nº 5');
    assert.doesNotMatch(message, /hidden|^Bcc|^Sender/im);
    assert.doesNotMatch(message, /nodemailer|X-Mailer/i);
  });

  test('has Bcc where it is asked for', async () => {
    const message = await compose({ bcc: ['hidden@customer.example'] }, { withBcc: true });
    assert.deepEqual(field(message, 'Bcc'), ['Bcc: hidden@customer.example']);
  });

  test('is from sendAs, with its name, and from nobody besides', async () => {
    const message = await compose({ sendAs: { address: 'info@contoso.example', name: 'Contoso' } });
    assert.deepEqual(field(message, 'From'), ['From: Contoso <info@contoso.example>']);
    assert.deepEqual(field(message, 'Sender'), []);
  });

  test('says how important it is, in both ways, unless the job has one of them itself', async () => {
    const high = await compose({ importance: 'high' });
    assert.deepEqual([field(high, 'Importance'), field(high, 'X-Priority')], [['Importance: high'], ['X-Priority: 1']]);
    const low = await compose({ importance: 'low', headers: [{ name: 'x-priority', value: '4' }] });
    assert.deepEqual([field(low, 'Importance'), field(low, 'X-Priority')], [['Importance: low'], ['X-Priority: 4']]);
    const normal = await compose({});
    assert.deepEqual([...field(normal, 'Importance'), ...field(normal, 'X-Priority')], []);
  });

  test('tells how to leave a list, in one click where the job offers that', async () => {
    const url = `https://contoso.example/leave?who=${'a'.repeat(300)}`;
    const both = await compose({ listUnsubscribe: { mailto: 'leave@contoso.example?subject=x', url, oneClick: true } });
    assert.deepEqual(field(both, 'List-Unsubscribe'), [
      `List-Unsubscribe: <${url}>, <mailto:leave@contoso.example?subject=x>`,
    ]);
    assert.deepEqual(field(both, 'List-Unsubscribe-Post'), ['List-Unsubscribe-Post: List-Unsubscribe=One-Click']);
    const mailto = await compose({ listUnsubscribe: { mailto: 'leave@contoso.example' } });
    assert.deepEqual(field(mailto, 'List-Unsubscribe'), ['List-Unsubscribe: <mailto:leave@contoso.example>']);
    assert.deepEqual(field(mailto, 'List-Unsubscribe-Post'), []);
  });

  test('keeps each character of a value, also where folding or decoding would change it', async () => {
    for (const value of [
      ' begins with a space',
      'ends with one ',
      'has  two',
      'looks =?UTF-8?Q?encoded?= and is not',
      'x'.repeat(500),
      `${'long words of it '.repeat(20)}end`,
      '日本語 العربية 👩‍👩‍👧',
    ]) {
      const message = await compose({ subject: value.slice(0, 255), headers: [{ name: 'x-value', value }] });
      const email = await read(message);
      assert.equal(email.subject, value.slice(0, 255));
      const [, own = ''] = /^x-value: (.*)$/im.exec(field(message, 'x-value')[0] ?? '') ?? [];
      assert.equal((await read(`Subject: ${own}\r\n\r\n`)).subject, value);
    }
  });

  test('has no address that is not the job’s: one that nodemailer would change is refused', async () => {
    const odd = '"x <e@y.example>"@customer.example';
    for (const [field, job] of Object.entries({
      '/from': { from: odd },
      '/sendAs': { sendAs: odd },
      '/to/1': { to: ['anna@customer.example', odd] },
      '/cc/0': { cc: [{ address: odd, name: 'Odd' }] },
      '/bcc/0': { bcc: [odd] },
      '/replyTo/0': { replyTo: [odd] },
    })) {
      const error = await failureOf(compose(job));
      assert.deepEqual([error.code, error.detail['field']], ['TRANSPORT_CANNOT', field]);
      assert.doesNotMatch(shownOf(error), /@/);
    }
  });

  test('gets no line of its own from anything in the job', async () => {
    const evil = 'a\r\nBcc: evil@evil.example\nX-Evil: yes\r\n\r\n<b>';
    const mail = await aMail({ to: ['anna@customer.example'] });
    const { job } = mail;
    const message = await composed(
      {
        ...mail,
        job: {
          ...job,
          subject: evil,
          sendAs: { address: job.from, name: evil },
          to: [{ address: 'anna@customer.example', name: evil }],
          headers: [{ name: 'x-evil', value: evil }],
          listUnsubscribe: { mailto: `a@b.example?subject=${evil}` },
        },
        attachments: [
          {
            name: evil,
            contentType: `text/plain; charset=${evil}`,
            contentId: evil,
            content: {
              bytes: 0,
              whole: () => Promise.resolve(Buffer.alloc(0)),
              range: () => Promise.reject(new Error()),
            },
          },
        ],
      },
      { messageId: `<id@contoso.example>${evil}` },
    );
    const names = fields(message).map((line) => line.split(':')[0]?.toLowerCase());
    assert.equal(names.filter((name) => name === 'bcc' || name === 'x-evil').join(), 'x-evil');
    assert.doesNotMatch(message, /^(?:Bcc: evil|X-Evil: yes|<b>)/im);
  });
});

describe('the body', () => {
  test('is text, HTML or both, the plainest first', async () => {
    assert.deepEqual(structure(await compose({ text: 'Hello' })), ['text/plain']);
    assert.deepEqual(structure(await compose({ text: undefined, html: '<p>Hello' })), ['text/html']);
    const both = await compose({ text: 'Hello', html: '<p>Hello' });
    assert.deepEqual(structure(both), ['multipart/alternative', 'text/plain', 'text/html']);
  });

  test('keeps every character, with line ends as mail has them', async () => {
    const text = 'a\nb\rc\r\n\r\n.\n.dot\nFrom x\n trailing \t\n=3D =\n\u0000\u0001\u007f ü €\u{1F600}\n';
    for (const more of ['', 'x'.repeat(2000), 'ж'.repeat(2000)]) {
      const email = await read(await compose({ text: text + more, html: `<p>${text}${more}</p>` }));
      assert.equal(email.html?.replaceAll('\r\n', '\n').trimEnd(), `<p>${text.replaceAll(/\r\n?/g, '\n')}${more}</p>`);
      assert.equal(email.text?.replaceAll('\r\n', '\n').trimEnd(), (text + more).replaceAll(/\r\n?/g, '\n').trimEnd());
    }
  });

  test('is an invitation where the job has a calendar', async () => {
    const calendar = { method: 'REQUEST', content: 'BEGIN:VCALENDAR\nSUMMARY:Größe\nEND:VCALENDAR\n' };
    const message = await compose({ text: 'Come', html: '<p>Come', calendar });
    assert.deepEqual(structure(message), ['multipart/alternative', 'text/plain', 'text/html', 'text/calendar']);
    assert.match(message, /^Content-Type: text\/calendar; charset=utf-8; method=REQUEST\r$/m);
    const alone = await compose({ text: undefined, calendar });
    assert.deepEqual(structure(alone), ['text/calendar']);
    const [invitation] = (await read(alone)).attachments;
    const content = invitation?.content ?? '';
    const octets = typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content));
    assert.equal(octets.toString().trimEnd(), 'BEGIN:VCALENDAR\nSUMMARY:Größe\nEND:VCALENDAR');
  });
});

test('a Message-ID is the same for each try of a job, and another for another job, tenant or mailbox', () => {
  const id = messageIdOf(contoso, 'invoice-1', 'post@contoso.example');
  assert.match(id, /^<[0-9a-f]{40}@contoso\.example>$/);
  assert.equal(messageIdOf(contoso.toUpperCase(), 'invoice-1', 'post@contoso.example'), id);
  const others = [
    messageIdOf(contoso, 'invoice-2', 'post@contoso.example'),
    messageIdOf(fabrikam, 'invoice-1', 'post@contoso.example'),
    messageIdOf(contoso, 'invoice-1', 'post@fabrikam.example'),
  ];
  assert.equal(new Set([id, ...others]).size, 4);
});
