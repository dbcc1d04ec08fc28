/** The catalogue of presets. Needs nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultPanel } from '../../../../../local/cloud/faults/fault-panel.ts';
import { addPreset, faultPresets } from '../../../../../local/cloud/faults/presets.ts';

test('every preset is a rule that the panel takes, under its own name', () => {
  const panel = new FaultPanel();
  for (const { name } of faultPresets) assert.equal(addPreset(panel, name), name);
  assert.equal(panel.list().length, faultPresets.length);
});

test('no two presets have one name or one rule', () => {
  assert.equal(new Set(faultPresets.map(({ name }) => name)).size, faultPresets.length);
  assert.equal(new Set(faultPresets.map(({ rule }) => JSON.stringify(rule))).size, faultPresets.length);
});

test('a preset that is in force already is added with a number', () => {
  const panel = new FaultPanel();
  const ids = Array.from({ length: 3 }, () => addPreset(panel, 'entra-down'));
  assert.deepEqual(ids, ['entra-down', 'entra-down-2', 'entra-down-3']);
  panel.remove('entra-down');
  assert.equal(addPreset(panel, 'entra-down'), 'entra-down');
});

test('an unknown preset adds nothing', () => {
  const panel = new FaultPanel();
  assert.equal(addPreset(panel, 'everything-down'), undefined);
  assert.deepEqual(panel.list(), []);
});
