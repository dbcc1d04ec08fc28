/** The bootstrap that every command begins with, under the Node that runs this test: 22.19 or later. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'tenantpost-bootstrap-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const bootstrap = join(import.meta.dirname, '..', '..', '..', 'local', 'bootstrap.mjs');

function run(program: string, ...argv: string[]) {
  const file = join(folder, 'program.ts');
  writeFileSync(file, program);
  return spawnSync(process.execPath, [bootstrap, file, ...argv], { encoding: 'utf8' });
}

test('goes on with this Node, installs nothing, and hands arguments and exit code through', () => {
  const program = `const said: string[] = [process.execPath, ...process.argv.slice(2)];
    console.log(JSON.stringify(said));
    process.exitCode = 3;`;
  const { stdout, stderr, status } = run(program, '--json', 'a b');
  assert.deepEqual(JSON.parse(stdout), [process.execPath, '--json', 'a b']);
  assert.equal(stderr, '');
  assert.equal(status, 3);
});

test('says how it is used when it is given no program', () => {
  const { stderr, status } = spawnSync(process.execPath, [bootstrap], { encoding: 'utf8' });
  assert.match(stderr, /^usage: node local\/bootstrap\.mjs/);
  assert.equal(status, 1);
});
