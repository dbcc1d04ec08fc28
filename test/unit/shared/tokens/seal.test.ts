import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { seal, unseal } from '../../../../shared/tokens/seal.ts';

const key = randomBytes(32);
const text = 'eyJ0eXAiOiJKV1Qi… ✓';
const boundTo = 'public app contoso graph';

/** A sealed value with one bit of one byte changed. */
function changedAt(sealed: string, index: number): string {
  const bytes = Buffer.from(sealed, 'base64');
  const at = index < 0 ? bytes.length + index : index;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64');
}

describe('a sealed value', () => {
  test('opens under its key for what it belongs to', () => {
    assert.equal(unseal(key, seal(key, text, boundTo), boundTo), text);
    assert.equal(unseal(key, seal(key, '', boundTo), boundTo), '');
  });

  test('shows nothing of the text, and is another each time', () => {
    const [one, other] = [seal(key, text, boundTo), seal(key, text, boundTo)];
    assert.notEqual(one, other);
    assert.ok(!Buffer.from(one, 'base64').toString('latin1').includes(text.slice(0, 8)));
    // The nonce must never repeat under one key.
    assert.notEqual(one.slice(0, 16), other.slice(0, 16));
  });

  test('does not open for anything else', () => {
    const sealed = seal(key, text, boundTo);
    for (const other of ['public app fabrikam graph', 'public app contoso outlook', '', `${boundTo} `]) {
      assert.equal(unseal(key, sealed, other), undefined);
    }
  });

  test('does not open under another key', () => {
    assert.equal(unseal(randomBytes(32), seal(key, text, boundTo), boundTo), undefined);
  });

  for (const [region, index] of Object.entries({
    'the first byte of the nonce': 0,
    'the last byte of the nonce': 11,
    'the first byte of the text': 12,
    'the last byte of the text': -17,
    'the first byte of the tag': -16,
    'the last byte of the tag': -1,
  })) {
    test(`does not open with ${region} changed`, () => {
      assert.equal(unseal(key, changedAt(seal(key, text, boundTo), index), boundTo), undefined);
    });
  }

  test('does not open when it is cut short anywhere, or longer', () => {
    const bytes = Buffer.from(seal(key, text, boundTo), 'base64');
    for (let length = 0; length < bytes.length; length += 1) {
      assert.equal(unseal(key, bytes.subarray(0, length).toString('base64'), boundTo), undefined, `${length} bytes`);
    }
    assert.equal(unseal(key, Buffer.concat([bytes, bytes]).toString('base64'), boundTo), undefined);
  });

  test('is not made of text that nobody sealed', () => {
    for (const junk of ['', 'junk', '{}', '='.repeat(64), 'A'.repeat(64)]) {
      assert.equal(unseal(key, junk, boundTo), undefined);
    }
  });
});
