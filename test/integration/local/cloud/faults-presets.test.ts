/** Presets do to the services what they say. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { addPreset } from '../../../../local/cloud/faults/presets.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { asked, isReset, sendImpatiently } from './fault-requests.ts';
import { aMessage, anna, copies, send } from './graph-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.state.messages.length = 0;
});

const sendOne = () => send(cloud, { message: aMessage() });
const waitOf = (response: Response): string | null => response.headers.get('retry-after');

test('graph-busy, graph-busy-until and graph-busy-without-hint differ in what they say of the wait', async () => {
  const waits: Record<string, RegExp | null> = {
    'graph-busy': /^10$/,
    'graph-busy-until': / GMT$/,
    'graph-busy-without-hint': null,
  };
  for (const [name, wait] of Object.entries(waits)) {
    cloud.faults.clear();
    addPreset(cloud.faults, name);
    const response = await sendOne();
    assert.equal(response.status, 429);
    if (wait === null) assert.equal(waitOf(response), null);
    else assert.match(waitOf(response) ?? '', wait);
  }
  assert.deepEqual(cloud.state.messages, []);
});

test('graph-unavailable refuses some requests, the same at every run', async () => {
  addPreset(cloud.faults, 'graph-unavailable');
  const url = `${cloud.urls.graph}/v1.0/nothing`;
  const statuses: number[] = [];
  for (let count = 0; count < 12; count += 1) statuses.push((await cloud.fetch(url)).status);
  assert.equal(statuses.map((status) => (status === 503 ? 'x' : '.')).join(''), '..x.x....x..');
});

test('graph-504-after-accepting and graph-cut-after-accepting deliver the mail, once', async () => {
  addPreset(cloud.faults, 'graph-504-after-accepting');
  assert.equal((await sendOne()).status, 504);
  addPreset(cloud.faults, 'graph-cut-after-accepting');
  await isReset(sendOne());
  assert.equal((await sendOne()).status, 202);
  assert.equal(copies(cloud, anna).length, 3);
});

test('graph-cut, graph-error and graph-html deliver nothing', async () => {
  addPreset(cloud.faults, 'graph-cut');
  await isReset(sendOne());
  addPreset(cloud.faults, 'graph-error');
  assert.equal((await sendOne()).status, 500);
  addPreset(cloud.faults, 'graph-html');
  const page = await sendOne();
  assert.deepEqual([page.status, page.headers.get('content-type')], [502, 'text/html']);
  assert.deepEqual(cloud.state.messages, []);
});

test('graph-slow delivers at once and lets the caller wait, graph-silent does neither', async () => {
  addPreset(cloud.faults, 'graph-slow');
  await assert.rejects(sendImpatiently(cloud, 300), { name: 'TimeoutError' });
  assert.equal(copies(cloud, anna).length, 1);
  cloud.faults.clear();
  addPreset(cloud.faults, 'graph-silent');
  await assert.rejects(sendImpatiently(cloud, 300), { name: 'TimeoutError' });
  assert.equal(copies(cloud, anna).length, 1);
});

test('those of Entra hit token requests', async () => {
  const expected: Record<string, [status: number, wait: string | null]> = {
    'entra-throttled': [429, '30'],
    'entra-unavailable': [503, null],
    'entra-sign-in-page': [200, null],
    'entra-clock-behind': [401, null],
  };
  for (const [name, [status, wait]] of Object.entries(expected)) {
    cloud.faults.clear();
    addPreset(cloud.faults, name);
    const response = await asked.entra.ask(cloud);
    assert.deepEqual([response.status, waitOf(response)], [status, wait], name);
  }
});

test('those of Key Vault and the managed identity refuse or reset', async () => {
  const statuses = { 'vault-throttled': 429, 'vault-forbidden': 403, 'identity-error': 500 };
  for (const [name, status] of Object.entries(statuses)) {
    cloud.faults.clear();
    addPreset(cloud.faults, name);
    assert.equal((await asked[name.startsWith('vault') ? 'vault' : 'identity'].ask(cloud)).status, status, name);
  }
});
