import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matchesPattern } from '../../../../../local/cloud/mail-servers/imap/folder-names.ts';
import { dateTime, nstring } from '../../../../../local/cloud/mail-servers/imap/responses.ts';
import { formatSequenceSet, parseSequenceSet } from '../../../../../local/cloud/mail-servers/imap/sequence-set.ts';
import { ArgumentError, type Token, tokenize } from '../../../../../local/cloud/mail-servers/imap/tokens.ts';

const shown = (token: Token): unknown =>
  token.kind === 'atom' ? token.text : token.kind === 'string' ? [token.bytes.toString()] : token.items.map(shown);

describe('tokens', () => {
  test('are atoms, strings, literals and lists; a section belongs to its atom', () => {
    const tokens = tokenize([
      ' 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (DATE "X Y")]<0.9>) "a \\"b\\\\" ',
      Buffer.from('lit'),
    ]);
    assert.deepEqual(tokens.map(shown), [
      '1:*',
      ['FLAGS', 'BODY.PEEK[HEADER.FIELDS (DATE "X Y")]<0.9>'],
      ['a "b\\'],
      ['lit'],
    ]);
    assert.deepEqual(tokenize([' (', Buffer.from('x'), ' y)']).map(shown), [[['x'], 'y']]);
    assert.deepEqual(tokenize(['']), []);
  });

  test('are refused where something has no end or cannot be', () => {
    for (const text of ['(', ')', '(()', '"open', '"bad \\escape"', 'BODY[', 'a{b', 'a\x01b']) {
      assert.throws(() => tokenize([text]), ArgumentError, text);
    }
    assert.throws(() => tokenize(['('.repeat(25) + ')'.repeat(25)]), ArgumentError);
  });
});

describe('sets of numbers', () => {
  test('hold single numbers, ranges in either direction, and the largest', () => {
    const isIn = parseSequenceSet('1,4:3,9:*', 10);
    assert.deepEqual([1, 2, 3, 4, 5, 8, 9, 10, 11].filter(isIn), [1, 3, 4, 9, 10]);
    assert.equal(parseSequenceSet('20:*', 10)(15), true);
    assert.equal(parseSequenceSet('1:4294967295', 3)(2), true);
  });

  test('are refused when they are none', () => {
    for (const text of ['', '0', '1,', ',1', '1:', 'a', '1:2:3', '-1', '99999999999']) {
      assert.throws(() => parseSequenceSet(text, 5), ArgumentError, text);
    }
  });

  test('are written as short as they can be', () => {
    assert.equal(formatSequenceSet([1, 2, 3, 7, 9, 10]), '1:3,7,9:10');
    assert.equal(formatSequenceSet([]), '');
  });
});

test('strings are quoted where they can be and literals where they cannot', () => {
  assert.deepEqual(nstring(undefined), ['NIL']);
  assert.deepEqual(nstring('a "b" \\'), ['"a \\"b\\" \\\\"']);
  assert.deepEqual(nstring('ä'), ['{2}\r\n', Buffer.from('ä')]);
  assert.deepEqual(nstring('two\r\nlines'), ['{10}\r\n', Buffer.from('two\r\nlines')]);
});

test('dates are written as INTERNALDATE has them', () => {
  assert.equal(dateTime(Date.UTC(2026, 6, 7, 2, 4, 5)), '07-Jul-2026 02:04:05 +0000');
});

test('patterns match folders without regard to case, wildcards anywhere, and nothing else', () => {
  assert.equal(matchesPattern('Sent Items', 'sent%'), true);
  assert.equal(matchesPattern('Sent Items', '*ITEMS'), true);
  assert.equal(matchesPattern('Sent Items', 'Sent'), false);
  assert.equal(matchesPattern('Sent Items', 'Sent.Items'), false);
  assert.equal(matchesPattern('Sent Items', `${'*'.repeat(5000)}z`), false);
});
