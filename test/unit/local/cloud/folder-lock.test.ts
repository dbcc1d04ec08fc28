import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { takeFolder } from '../../../../local/cloud/folder-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'folder-lock-'));
const file = join(folder, 'owner.pid');
after(() => rmSync(folder, { recursive: true }));

test('a folder is taken once, until it is given back', () => {
  const leave = takeFolder(folder);
  assert.throws(() => takeFolder(folder), new RegExp(`^FolderTakenError: Process ${process.pid} has a cloud in `));
  leave();
  assert.equal(existsSync(file), false);
});

test('a folder of a process that has ended is free, and that of another user’s process is not', (t) => {
  const kill = t.mock.method(process, 'kill', () => {
    throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
  });
  writeFileSync(file, '12345');
  takeFolder(folder)();
  kill.mock.mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  writeFileSync(file, '12345');
  assert.throws(() => takeFolder(folder), /Process 12345 has a cloud in /);
});
