/** The demo when it cannot go on: what it says, what it leaves behind, and how it ends. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { z } from 'zod';
import { root } from '../../../local/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function startDemo(temporary: string) {
  // The system's folder for temporary files, by its names on Unix and on Windows.
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/demo.ts', '--json'], {
    cwd: root,
    env,
  });
}

const failure = z.strictObject({
  ok: z.literal(false),
  tenants: z.array(z.unknown()).length(0),
  jobs: z.array(z.unknown()).length(0),
  tokenRequestsWhileSending: z.literal(0),
  seconds: z.number(),
  error: z.string(),
});
const lastLine = (output: string): unknown => JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');

test('exits 1 and ends its output with ok: false when there is no folder for temporary files', async () => {
  const child = startDemo(join(folder, 'missing'));
  child.stderr.resume();
  const output = text(child.stdout);
  assert.deepEqual(await once(child, 'close'), [1, null]);
  assert.match(failure.parse(lastLine(await output)).error, /^ENOENT: .*mkdtemp/);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`on ${signal} stops the stack, removes its folder, and exits 130`, async () => {
    const child = startDemo(folder);
    const output = text(child.stdout);
    for await (const line of createInterface({ input: child.stderr })) {
      // With the last of the progress lines everything runs but the host, which is stopped as well once it does.
      if (!line.includes('starting the function host')) continue;
      assert.equal(readdirSync(folder).filter((name) => name.startsWith('tenantpost-demo-')).length, 1);
      child.kill(signal);
      break;
    }
    child.stderr.resume();
    assert.deepEqual(await once(child, 'close'), [130, null]);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('tenantpost-demo-')),
      [],
    );
    assert.equal(failure.parse(lastLine(await output)).error, 'It was interrupted.');
  });
}
