import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealing } from '../../../../shared/tokens/sealing.ts';
import { fixedDataKeys } from '../../../support/fixed-data-keys.ts';

const seals = sealing(fixedDataKeys(), 'seal uploads');

test('what was sealed opens for what it was sealed for, in any process with the key', async () => {
  const sealed = await seals.seal('https://upload.example/?authtoken=secret', 'job 1');
  assert.doesNotMatch(sealed, /upload|secret/);
  assert.equal(
    await sealing(fixedDataKeys(), 'seal uploads').unseal(sealed, 'job 1'),
    'https://upload.example/?authtoken=secret',
  );
  assert.notEqual(await seals.seal('https://upload.example/?authtoken=secret', 'job 1'), sealed);
});

test('it opens for nothing else', async () => {
  const sealed = await seals.seal('secret', 'job 1');
  assert.equal(await seals.unseal(sealed, 'job 2'), undefined);
  assert.equal(await sealing(fixedDataKeys(), 'sign links').unseal(sealed, 'job 1'), undefined);
  assert.equal(await sealing(fixedDataKeys(8), 'seal uploads').unseal(sealed, 'job 1'), undefined);
});

test('it does not open once its key is not kept any more, nor when it was changed', async () => {
  const sealed = await seals.seal('secret', 'job 1');
  assert.equal(await sealing(fixedDataKeys(7, '2'), 'seal uploads').unseal(sealed, 'job 1'), undefined);
  for (const changed of ['', ' ', '1', '1 ', `${sealed.slice(0, -2)}A=`, sealed.slice(2)]) {
    assert.equal(await seals.unseal(changed, 'job 1'), undefined, changed);
  }
});
