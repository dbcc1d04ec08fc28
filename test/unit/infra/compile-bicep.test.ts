/** The step of `npm run check` that compiles Bicep, with compilers that only write down how they were called. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

const root = join(import.meta.dirname, '..', '..', '..');
const files = globSync('infra/**/*.{bicep,bicepparam}', { cwd: root });

interface Run {
  readonly status: number | null;
  readonly output: string;
  /** How the compiler was called, one line each. */
  readonly calls: readonly string[];
}

/** @param compiler what stands on the PATH, and nothing else does. */
function compile(context: TestContext, compiler?: { name: string; script: string }): Run {
  const folder = mkdtempSync(join(tmpdir(), 'compile-bicep-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  if (compiler !== undefined) {
    const path = join(folder, compiler.name);
    writeFileSync(path, `#!/bin/sh\necho "$@" >> "${calls}"\n${compiler.script}\n`);
    chmodSync(path, 0o755);
  }
  const argv = ['--disable-warning=ExperimentalWarning', 'test/compile-bicep.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd: root,
    env: { PATH: folder },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr, calls: readFileSync(calls, 'utf8').trim().split('\n') };
}

test('says that nothing was compiled where no compiler is on the PATH, and does not fail for it', (context) => {
  const { status, output } = compile(context);
  assert.equal(status, 0);
  assert.match(output, new RegExp(`^NOT COMPILED: ${files.length} Bicep files\\.`));
});

test('builds every file with bicep, and lints every template', (context) => {
  const { status, output, calls } = compile(context, { name: 'bicep', script: '' });
  assert.equal(status, 0, output);
  for (const file of files) {
    const isTemplate = file.endsWith('.bicep');
    assert.ok(calls.includes(`${isTemplate ? 'build' : 'build-params'} ${file} --stdout`), file);
    assert.equal(calls.includes(`lint ${file}`), isTemplate, file);
  }
});

test('takes the Azure CLI where there is no bicep', (context) => {
  const { status, output, calls } = compile(context, { name: 'az', script: '' });
  assert.equal(status, 0, output);
  assert.ok(calls.includes('bicep build --file infra/main.bicep --stdout'));
  assert.match(output, /compiled and linted with az bicep/);
});

test('fails for a finding, and names the file', (context) => {
  const script = 'if [ "$1 $2" = "lint infra/main.bicep" ]; then echo "Error no-unused-params" >&2; exit 1; fi';
  const { status, output } = compile(context, { name: 'bicep', script });
  assert.equal(status, 1);
  assert.match(output, /Error no-unused-params/);
  assert.match(output, /bicep lint refused infra\/main\.bicep/);
});
