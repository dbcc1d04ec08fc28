import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyStructure, envelope } from '../../../../../local/cloud/mail-servers/imap/message/envelope.ts';
import { section } from '../../../../../local/cloud/mail-servers/imap/message/section.ts';
import { ArgumentError } from '../../../../../local/cloud/mail-servers/imap/tokens.ts';
import { parseMime } from '../../../../../local/cloud/mail-servers/message/mime-part.ts';

const crlf = (lines: string[]): Buffer => Buffer.from(lines.join('\r\n'));
const text = (data: (string | Buffer)[]): string => data.map(String).join('');

const forwarded = crlf([
  'From: =?utf-8?Q?J=C3=B6rg?= <j@a.example>, "B, C" <b@c.example>',
  'To: friends: x@y.example, z@y.example;',
  'Subject: folded',
  ' over lines',
  'Content-Type: multipart/mixed; boundary="outer"',
  '',
  'preamble',
  '--outer',
  '',
  'first part',
  '--outer',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  'Content-Type: multipart/alternative; boundary=in',
  '',
  '--in',
  'Content-Type: text/plain',
  '',
  'one',
  'two',
  '--in',
  'Content-Type: text/html',
  'Content-ID: <c>',
  '',
  '<p>',
  '--in--',
  '--outer--',
  'epilogue',
]);

test('finds the bytes of every section of a forwarded message', () => {
  const root = parseMime(forwarded);
  const at = (name: string): string | undefined => section(forwarded, root, name)?.toString();
  assert.equal(at(''), forwarded.toString());
  assert.equal(at('1'), 'first part');
  assert.equal(at('1.MIME'), '\r\n');
  assert.equal(at('2.HEADER'), 'Subject: inner\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n');
  assert.equal(at('2.1'), 'one\r\ntwo');
  assert.equal(at('2.2.MIME'), 'Content-Type: text/html\r\nContent-ID: <c>\r\n\r\n');
  assert.equal(at('2.HEADER.FIELDS (SUBJECT)'), 'Subject: inner\r\n\r\n');
  assert.equal(at('HEADER.FIELDS ("subject" X)'), 'Subject: folded\r\n over lines\r\n\r\n');
  for (const missing of ['3', '1.1', '2.3', '2.1.1', '1.TEXT', '0']) assert.equal(at(missing), undefined, missing);
  for (const wrong of ['MIME', 'BODY', '1.HEADERS', 'HEADER.FIELDS', '1x', '..1', 'HEADER.FIELDS ((a))']) {
    assert.throws(() => at(wrong), ArgumentError, wrong);
  }
});

test('tells envelope and structure of it, groups and encoded names included', () => {
  const root = parseMime(forwarded);
  const from = '(("=?utf-8?B?SsO2cmc=?=" NIL "j" "a.example")("B, C" NIL "b" "c.example"))';
  assert.equal(
    text(envelope(root)),
    `(NIL "folded over lines" ${from} ${from} ${from} ((NIL NIL "friends" NIL)(NIL NIL "x" "y.example")(NIL NIL "z" "y.example")(NIL NIL NIL NIL)) NIL NIL NIL NIL)`,
  );
  assert.equal(
    text(bodyStructure(forwarded, root, false)),
    '(("text" "plain" NIL NIL NIL "7bit" 10 0)("message" "rfc822" NIL NIL NIL "7bit" 173 (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) (("text" "plain" NIL NIL NIL "7bit" 8 1)("text" "html" NIL "<c>" NIL "7bit" 3 0) "alternative") 13) "mixed")',
  );
});

test('takes whatever comes: no header, no end, no boundary, a message in a message in a message', () => {
  for (const raw of [
    '',
    '\r\n',
    'no header at all',
    'A: b',
    ': nothing\r\n\r\n',
    'Content-Type: multipart/mixed\r\n\r\nx',
    'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b',
  ]) {
    const bytes = Buffer.from(raw);
    assert.match(text(bodyStructure(bytes, parseMime(bytes), true)), /^\("/);
    assert.equal(text(envelope(parseMime(bytes))).startsWith('('), true);
  }
  const nested = Buffer.from(`${'Content-Type: message/rfc822\r\n\r\n'.repeat(5000)}x`);
  assert.match(text(bodyStructure(nested, parseMime(nested), true)), /"message" "rfc822"/);
  const many = Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(3000)}--b--`);
  assert.equal(parseMime(many).parts.length, 1000);
});

test('looks for the end of each header within its part, so that many parts before a long one take no longer', () => {
  const heading = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nA: b\r\n'.repeat(900)}--b\r\n`;
  const long = Buffer.from(heading + `${'y'.repeat(70)}\r\n`.repeat(100_000));
  const short = Buffer.from(`${heading}y\r\n`);
  const timeOf = (raw: Buffer): number => {
    const before = process.cpuUsage();
    assert.equal(parseMime(raw).parts.length, 901);
    return process.cpuUsage(before).user;
  };
  timeOf(short);
  // Seven seconds if every part is looked for in the whole of the rest.
  assert.ok(timeOf(long) < 2_000_000);
});

test('reads lines that end in a line feed alone', () => {
  const bytes = Buffer.from('Subject: unix\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n');
  assert.equal(section(bytes, parseMime(bytes), '1')?.toString(), 'one');
  assert.equal(section(bytes, parseMime(bytes), 'HEADER.FIELDS (SUBJECT)')?.toString(), 'Subject: unix\n\r\n');
});
