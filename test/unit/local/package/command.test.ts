import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { root } from '../../../../local/stack.ts';

const run = (...argv: string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/package.ts', ...argv], {
    cwd: root,
    encoding: 'utf8',
  });

test('--help says what is written and with which exit codes, and writes nothing', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  assert.match(stdout, /dist\/tenantpost\.zip [^]*dist\/tenantpost\.cdx\.json [^]*Exit codes: 0 /);
  assert.doesNotMatch(stdout, /SHA-256 [0-9a-f]/);
});

test('an argument that it does not know is refused with 2', () => {
  const { status, stderr } = run('--minify');
  assert.equal(status, 2);
  assert.match(stderr, /Unknown option '--minify'.*\nusage: npm run package\n/s);
});
