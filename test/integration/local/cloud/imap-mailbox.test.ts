import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { TestCloud } from '../../../support/cloud.ts';
import { type Dialog } from '../../../support/line-dialog.ts';
import { openSignedInImap, openSignedInSmtp, post, sendMail, startMailCloud } from '../../../support/mail-servers.ts';

let cloud: TestCloud;
let imap: Dialog;
before(async () => {
  cloud = await startMailCloud();
  const smtp = await openSignedInSmtp(cloud);
  const offer = new MailComposer({
    from: { name: 'Jörg "Boss"', address: post },
    to: [{ name: 'Post', address: post }],
    subject: 'Offer ä',
    messageId: '<offer@contoso.example>',
    date: new Date('2026-11-17T09:00:00Z'),
    text: 'plain words',
    html: '<b>bold words</b>',
    attachments: [{ filename: 'price list.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF') }],
  });
  await sendMail(smtp, { to: [post], message: (await offer.compile().build()).toString('latin1').trimEnd() });
  await sendMail(smtp, {
    to: [post],
    message: `From: ${post}\r\nTo: ${post}\r\nSubject: Second\r\nX-Job: 42\r\n\r\nline 1\r\nline 2`,
  });
  smtp.close();
  imap = await openSignedInImap(cloud);
});
after(async () => {
  imap.close();
  await cloud.stop();
});

const uids = (): number[] =>
  cloud.state.messages.filter(({ mailbox, folder }) => mailbox === post && folder === 'inbox').map(({ uid }) => uid);
const untagged = (answer: string): string[] => answer.split('\r\n').filter((line) => line.startsWith('* '));

describe('folders', () => {
  test('lists them with their special uses, by pattern, and tells the delimiter', async () => {
    const all = await imap.command('a LIST "" "*"');
    assert.ok(all.includes('* LIST (\\HasNoChildren) "/" INBOX\r\n'));
    assert.ok(all.includes('* LIST (\\HasNoChildren \\Sent) "/" "Sent Items"\r\n'));
    assert.equal(untagged(all).length, 7);
    assert.deepEqual(untagged(await imap.command('a LIST "" inbox')), ['* LIST (\\HasNoChildren) "/" INBOX']);
    assert.deepEqual(untagged(await imap.command('a LIST "" "%Items"')).length, 2);
    assert.deepEqual(untagged(await imap.command('a LSUB "" "Dr*"')), ['* LSUB (\\HasNoChildren \\Drafts) "/" Drafts']);
    assert.deepEqual(untagged(await imap.command('a LIST "" ""')), ['* LIST (\\Noselect) "/" ""']);
    assert.deepEqual(untagged(await imap.command('a NAMESPACE')), ['* NAMESPACE (("" "/")) NIL NIL']);
  });

  test('tells how full a folder is without opening it', async () => {
    const status = await imap.command('a STATUS INBOX (MESSAGES RECENT UNSEEN UIDNEXT UIDVALIDITY)');
    const { uidNext, uidValidity } = { uidNext: cloud.state.nextUid, uidValidity: cloud.state.uidValidity };
    assert.match(
      status,
      new RegExp(
        `^\\* STATUS INBOX \\(MESSAGES 2 RECENT 0 UNSEEN 2 UIDNEXT ${uidNext} UIDVALIDITY ${uidValidity}\\) \\r\\na OK STATUS completed\\.$`,
      ),
    );
    assert.match(await imap.command('a STATUS "Sent Items" (MESSAGES)'), /MESSAGES 2/);
    assert.match(await imap.command('a STATUS INBOX (COLOUR)'), /^a BAD /);
  });

  test('does not open, copy to, append to or make a folder that is not there', async () => {
    assert.equal(await imap.command('a SELECT Nowhere'), "a NO Nowhere doesn't exist.");
    assert.equal(
      await imap.command('a APPEND Nowhere {2+}\r\nhi'),
      'a NO [TRYCREATE] The destination mailbox could not be found.',
    );
    assert.match(await imap.command('a CREATE Nowhere'), /^a NO The local cloud does not change folders\./);
  });
});

describe('FETCH', () => {
  before(async () => {
    const answer = await imap.command('s SELECT INBOX');
    assert.equal(
      answer,
      [
        '* 2 EXISTS',
        '* 0 RECENT',
        '* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)',
        '* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] Permanent flags',
        '* OK [UNSEEN 1] Is the first unseen message',
        `* OK [UIDVALIDITY ${cloud.state.uidValidity}] UIDVALIDITY value`,
        `* OK [UIDNEXT ${cloud.state.nextUid}] The next unique identifier value`,
        's OK [READ-WRITE] SELECT completed.',
      ].join('\r\n'),
    );
  });

  test('tells envelope and structure of a message with parts', async () => {
    const answer = await imap.command('a FETCH 1 (ENVELOPE BODYSTRUCTURE)');
    assert.match(
      answer,
      /ENVELOPE \("Tue, 17 Nov 2026 09:00:00 \+0000" "=\?UTF-8\?Q\?Offer_=C3=A4\?=" \(\("=\?utf-8\?B\?/,
    );
    assert.match(answer, /\(\("Post" NIL "post" "contoso\.example"\)\) NIL NIL NIL "<offer@contoso\.example>"\)/);
    assert.match(
      answer,
      /BODYSTRUCTURE \(\(\("text" "plain" \("charset" "utf-8"\) NIL NIL "7bit" 11 0 NIL NIL NIL\)\("text" "html" \("charset" "utf-8"\) NIL NIL "7bit" 17 0 NIL NIL NIL\) "alternative" \("boundary" "[^"]+"\) NIL NIL\)\("application" "pdf" \("name" "price list\.pdf"\) NIL NIL "base64" 8 NIL \("attachment" \("filename" "price list\.pdf"\)\) NIL\) "mixed" \("boundary" "[^"]+"\) NIL NIL\)\)/,
    );
    assert.match(
      await imap.command('a FETCH 1 BODY'),
      /BODY \(\(\("text" "plain" \("charset" "utf-8"\) NIL NIL "7bit" 11 0\)/,
    );
  });

  test('gives parts, their headers, chosen fields and a piece of the text, without marking the message', async () => {
    assert.match(await imap.command('a FETCH 1 BODY.PEEK[1.1]'), /BODY\[1\.1\] \{11\}\r\nplain words\)/);
    assert.match(
      await imap.command('a FETCH 1 BODY.PEEK[2.MIME]'),
      /Content-Disposition: attachment; filename="price list\.pdf"/,
    );
    assert.match(await imap.command('a FETCH 2 BODY.PEEK[1]'), /BODY\[1\] \{16\}\r\nline 1\r\nline 2\r\n\)/);
    assert.match(await imap.command('a FETCH 2 BODY.PEEK[TEXT]<2.4>'), /BODY\[TEXT\]<2> \{4\}\r\nne 1\)/);
    assert.match(await imap.command('a FETCH 2 BODY.PEEK[TEXT]<900.4>'), /BODY\[TEXT\]<900> \{0\}\r\n\)/);
    assert.match(
      await imap.command('a FETCH 2 BODY.PEEK[HEADER.FIELDS (x-job SUBJECT)]'),
      /\{\d+\}\r\nSubject: Second\r\nX-Job: 42\r\n\r\n\)/,
    );
    assert.doesNotMatch(await imap.command('a FETCH 2 BODY.PEEK[HEADER.FIELDS.NOT (X-Job)]'), /X-Job: 42/);
    assert.match(await imap.command('a FETCH 2 BODY.PEEK[7]'), /BODY\[7\] NIL/);
    assert.match(
      await imap.command('a FETCH 1:2 (FLAGS)'),
      /^\* 1 FETCH \(FLAGS \(\)\)\r\n\* 2 FETCH \(FLAGS \(\)\)\r\n/,
    );
  });

  test('marks as read what it gives whole, and tells so', async () => {
    const [first] = uids();
    assert.match(
      await imap.command(`a UID FETCH ${first} BODY[TEXT]`),
      new RegExp(
        `^\\* 1 FETCH \\(UID ${first} BODY\\[TEXT\\] [\\s\\S]* FLAGS \\(\\\\Seen\\)\\)\\r\\na OK FETCH completed\\.$`,
      ),
    );
    assert.match(
      await imap.command('a FETCH 1 FAST'),
      /FLAGS \(\\Seen\) INTERNALDATE "[ \d]\d-\w{3}-\d{4} [\d:]{8} \+0000" RFC822\.SIZE \d+\)/,
    );
    assert.equal(cloud.state.messages.find(({ uid }) => uid === first)?.isRead, true);
  });

  test('tells what there is of a range that goes too far, and that it does', async () => {
    assert.equal(
      await imap.command('a FETCH 2:9 (FLAGS)'),
      '* 2 FETCH (FLAGS ())\r\na NO The specified message set is invalid.',
    );
    assert.equal(await imap.command('a UID FETCH 999999 (FLAGS)'), 'a OK FETCH completed.');
  });

  test('refuses what is no item and no set', async () => {
    const other = await openSignedInImap(cloud);
    await other.command('s EXAMINE INBOX');
    assert.equal(await other.command('a FETCH 1 (COLOUR)'), 'a BAD Command Argument Error. 11');
    assert.equal(await other.command('b UID FETCH 1 ()'), 'b BAD Command Argument Error. 11');
    assert.equal(await other.command('c FETCH one FLAGS'), 'c BAD Command Argument Error. 12');
    assert.equal(await other.expect(/BYE.*\r\n/), '* BYE Connection closed. 14\r\n');
    await other.ended;
  });
});

describe('SEARCH', () => {
  test('finds by header, sender, date, flag, number, size and text, together and turned round', async () => {
    const [first, second] = uids();
    const found = async (keys: string): Promise<string> =>
      untagged(await imap.command(`a UID SEARCH ${keys}`))[0] ?? '';
    const expected: [string, number[]][] = [
      ['ALL', [first, second].map(Number)],
      ['SUBJECT second', [Number(second)]],
      ['SUBJECT "offer ä"', [Number(first)]],
      ['FROM post@contoso', [first, second].map(Number)],
      ['HEADER X-Job 42', [Number(second)]],
      ['HEADER X-Job ""', [Number(second)]],
      ['UNSEEN', [Number(second)]],
      ['NOT UNSEEN', [Number(first)]],
      ['SEEN SUBJECT second', []],
      ['OR SEEN (SUBJECT second)', [first, second].map(Number)],
      [`UID ${second}`, [Number(second)]],
      ['1', [Number(first)]],
      ['SINCE 1-Jan-2020', [first, second].map(Number)],
      ['BEFORE 1-Jan-2020', []],
      ['SENTBEFORE 18-Nov-2026', [Number(first)]],
      ['BODY "line 2"', [Number(second)]],
      ['LARGER 500', [Number(first)]],
      ['KEYWORD $MDNSent', []],
    ];
    for (const [keys, numbers] of expected) {
      assert.equal(await found(keys), ['* SEARCH', ...numbers].join(' '), keys);
    }
    assert.equal(untagged(await imap.command('a SEARCH SUBJECT second'))[0], '* SEARCH 2');
    assert.match(await imap.command('a SEARCH CHARSET KOI8-R SUBJECT x'), /^a NO \[BADCHARSET/);
  });

  test('refuses the fifth alternative in an alternative, as Exchange does', async () => {
    const nested = (depth: number): string => (depth === 0 ? '(SEEN)' : `OR (FROM nobody) (${nested(depth - 1)})`);
    assert.match(await imap.command(`a SEARCH ${nested(4)}`), /^\* SEARCH 1\r\na OK /);
    assert.equal(await imap.command(`b SEARCH ${nested(5)}`), 'b BAD Command Argument Error. 12');
  });
});
