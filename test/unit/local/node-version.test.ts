import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNewEnough } from '../../../local/node-version.mjs';

test('goes on with a Node that runs TypeScript and our packages, and with no other', () => {
  for (const version of ['22.19.0', '22.20.0', '23.6.0', '23.11.1', '24.0.0', '24.11.0', '25.0.0']) {
    assert.equal(isNewEnough(version), true, version);
  }
  for (const version of ['18.20.8', '20.19.5', '22.6.0', '22.17.1', '22.18.0', '23.0.0', '23.5.0']) {
    assert.equal(isNewEnough(version), false, version);
  }
});
