import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { decodeMessage, rawMessage } from '../../../../../shared/mail/sending/raw-message.ts';

const value = { version: 1, subject: 'Grüße 🎉' };
const json = JSON.stringify(value);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function refusal(item: unknown): TenantpostError {
  try {
    decodeMessage(rawMessage(item));
  } catch (error) {
    assert.ok(error instanceof TenantpostError);
    return error;
  }
  assert.fail('The message was taken.');
}

describe('a message is read', () => {
  for (const [what, item] of Object.entries({
    'as the object that the host made of it': value,
    'as JSON text': json,
    'as JSON text with white space around it': `\n ${json}\r\n`,
    'as base64': base64(json),
    'as base64 without padding': base64(json).replace(/=+$/, ''),
    'as base64 in lines': base64(json).replace(/(.{20})/g, '$1\r\n'),
    'as base64url': Buffer.from(json).toString('base64url'),
    'as base64 that begins with a byte order mark, as .NET writes it': base64(`\ufeff${json}`),
  })) {
    test(what, () => {
      assert.deepEqual(decodeMessage(rawMessage(item)), value);
    });
  }
});

describe('a message is refused as no JSON object', () => {
  for (const [what, item] of Object.entries({
    'when it is junk': 'hello',
    'when it is empty': '',
    'when it is nothing': undefined,
    'when it is null': null,
    'when it is a number': 4711,
    'when it is a number in text': '12345678',
    'when it is a boolean': true,
    'when it is a list': [value],
    'when it is JSON text of a list': `[${json}]`,
    'when it is base64 of a list': base64(`[${json}]`),
    'when it is base64 of text': base64('hello'),
    'when it is base64 of a number': base64('4711'),
    'when it is base64 of JSON cut short': base64(json.slice(0, -1)),
    'when it is encoded twice': base64(base64(json)),
    // The mail would go out with a replacement character for every umlaut.
    'when it is base64 of JSON that is not UTF-8': Buffer.from('{"subject":"Grüße"}', 'latin1').toString('base64'),
    'when it is base64 of UTF-16': Buffer.from(json, 'utf16le').toString('base64'),
    'when it is base64 of UTF-8 cut inside a character': Buffer.from('{"a":"ü"}').subarray(0, -3).toString('base64'),
  })) {
    test(what, () => {
      const { code, detail } = refusal(item);
      assert.equal(code, 'JOB_NOT_JSON');
      assert.deepEqual(detail, { field: '', expected: 'a JSON object' });
    });
  }

  test('and the next one is read as if it had not been', () => {
    const cut = Buffer.from('{"a":"ü"}').subarray(0, -3);
    assert.equal(refusal(cut.toString('base64')).code, 'JOB_NOT_JSON');
    assert.deepEqual(decodeMessage(rawMessage(base64(json))), value);
  });

  test('and nothing of it is shown', () => {
    assert.doesNotMatch(refusal('{"secret":').message, /secret/);
  });
});

describe('the size', () => {
  test('of 64 KiB is taken, and one byte more is not', () => {
    const filled = (bytes: number): string => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    assert.deepEqual(Object.keys(decodeMessage(rawMessage(filled(65_536)))), ['a']);
    const { code, detail } = refusal(filled(65_537));
    assert.equal(code, 'JOB_TOO_LARGE');
    assert.deepEqual(detail, { field: '', expected: 'at most 65536 bytes', bytes: 65_537 });
  });

  test('counts bytes and not characters', () => {
    assert.equal(refusal({ a: 'ü'.repeat(40_000) }).code, 'JOB_TOO_LARGE');
  });
});

describe('the text that is put back or kept', () => {
  test('is the text as it came, and an object as JSON', () => {
    assert.equal(rawMessage(base64(json)).text, base64(json));
    assert.equal(rawMessage(value).text, json);
    assert.equal(rawMessage('junk').text, 'junk');
    assert.equal(rawMessage(undefined).text, '');
  });

  test('has a name of its own, the same each time', () => {
    assert.match(rawMessage('junk').digest, /^[0-9a-f]{32}$/);
    assert.equal(rawMessage('junk').digest, rawMessage('junk').digest);
    assert.equal(rawMessage(value).digest, rawMessage(json).digest);
    assert.notEqual(rawMessage('junk').digest, rawMessage('junk ').digest);
  });
});
