import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripsTypes } from '../../../local/node-version.mjs';

test('goes on with a Node that strips types without a flag, and with no other', () => {
  for (const version of ['22.18.0', '22.19.0', '23.6.0', '23.11.1', '24.0.0', '24.11.0', '25.0.0']) {
    assert.equal(stripsTypes(version), true, version);
  }
  for (const version of ['18.20.8', '20.19.5', '22.6.0', '22.17.1', '23.0.0', '23.5.0']) {
    assert.equal(stripsTypes(version), false, version);
  }
});
