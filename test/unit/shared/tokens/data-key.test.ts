import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { type DataKey, deriveKey } from '../../../../shared/tokens/data-key.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const dataKey = (fill: number, id = '1'): DataKey => ({ id, bytes: new Uint8Array(32).fill(fill) });

describe('a derived key', () => {
  test('has 32 bytes, and is the same each time', () => {
    const [one, again] = [deriveKey(dataKey(7), 'seal tokens'), deriveKey(dataKey(7), 'seal tokens')];
    assert.equal(one.byteLength, 32);
    assert.equal(hex(one), hex(again));
  });

  test('differs for each purpose, for each data key, and from the data key', () => {
    const keys = [
      dataKey(7).bytes,
      deriveKey(dataKey(7), 'seal tokens'),
      deriveKey(dataKey(7), 'sign links'),
      deriveKey(dataKey(8), 'seal tokens'),
      deriveKey(dataKey(8), 'sign links'),
    ].map(hex);
    assert.equal(new Set(keys).size, keys.length);
  });

  test('comes from the bytes alone: what names the data key is no part of it', () => {
    assert.equal(hex(deriveKey(dataKey(7, '2'), 'sign links')), hex(deriveKey(dataKey(7), 'sign links')));
  });

  test('is HKDF-SHA-256 of the data key: another release must open what this one sealed', () => {
    const expected = hkdfSync('sha256', dataKey(7).bytes, '', 'tenantpost: seal tokens', 32);
    assert.equal(hex(deriveKey(dataKey(7), 'seal tokens')), hex(new Uint8Array(expected)));
  });
});
