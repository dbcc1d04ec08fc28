import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { demoState } from '../../../../local/cloud/seed.ts';
import { emptyState, loadState, saveState } from '../../../../local/cloud/state.ts';

const folder = mkdtempSync(join(tmpdir(), 'state-test-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'cloud.json');
const anew = 'delete .local/ to begin anew.';

test('loads what was saved, and nothing where nothing was', async () => {
  assert.equal(loadState(join(folder, 'none.json')), undefined);
  const state = await demoState('http://localhost/api/consent/callback');
  saveState(file, state);
  assert.deepEqual(loadState(file), state);
});

test('refuses a state of another version, with the file, the field and what to do', () => {
  const { mailboxes: _left, ...withoutMailboxes } = emptyState();
  writeFileSync(file, JSON.stringify(withoutMailboxes));
  assert.throws(() => loadState(file), {
    message: `${file} was kept by another version (mailboxes: Invalid input: expected array, received undefined): ${anew}`,
  });

  const tenant = { id: 'x', displayName: 'X', domain: 'x.example', administrators: 'admin@x.example' };
  writeFileSync(file, JSON.stringify({ ...emptyState(), tenants: [tenant] }));
  assert.throws(() => loadState(file), {
    message: `${file} was kept by another version (tenants.0.administrators: Invalid input: expected array, received string): ${anew}`,
  });

  writeFileSync(file, JSON.stringify({ ...emptyState(), calendars: [] }));
  assert.throws(() => loadState(file), {
    message: `${file} was kept by another version (the whole: Unrecognized key: "calendars"): ${anew}`,
  });
});

test('refuses a file that is no JSON in the same way', () => {
  writeFileSync(file, '{"tenants":[');
  assert.throws(() => loadState(file), {
    message: `${file} was kept by another version (the whole: Invalid input: expected object, received undefined): ${anew}`,
  });
});
