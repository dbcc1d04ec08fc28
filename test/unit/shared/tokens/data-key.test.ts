import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { deriveKey } from '../../../../shared/tokens/data-key.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { fixedDataKey } from '../../../support/fixed-data-key.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a derived key', () => {
  test('has 32 bytes, and is the same each time', async () => {
    const [one, again] = [
      await deriveKey(fixedDataKey(), 'seal tokens'),
      await deriveKey(fixedDataKey(), 'seal tokens'),
    ];
    assert.equal(one.byteLength, 32);
    assert.equal(hex(one), hex(again));
  });

  test('differs for each purpose, for each data key, and from the data key', async () => {
    const keys = [
      await fixedDataKey().read(),
      await deriveKey(fixedDataKey(), 'seal tokens'),
      await deriveKey(fixedDataKey(), 'sign links'),
      await deriveKey(fixedDataKey(8), 'seal tokens'),
      await deriveKey(fixedDataKey(8), 'sign links'),
    ].map(hex);
    assert.equal(new Set(keys).size, keys.length);
  });

  test('is HKDF-SHA-256 of the data key: another release must open what this one sealed', async () => {
    const expected = hkdfSync('sha256', await fixedDataKey().read(), '', 'tenantpost: seal tokens', 32);
    assert.equal(hex(await deriveKey(fixedDataKey(), 'seal tokens')), hex(new Uint8Array(expected)));
  });

  test('cannot be had without the vault', async () => {
    await assert.rejects(
      deriveKey({ read: failing('VAULT_UNAVAILABLE') }, 'sign links'),
      withCode('VAULT_UNAVAILABLE'),
    );
  });
});
