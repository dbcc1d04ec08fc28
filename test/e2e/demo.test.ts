/** `npm run demo` as a newcomer runs it. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { root } from '../../local/stack.ts';

interface DemoResult {
  ok: boolean;
  tenants: { id: string; name: string; state: string }[];
  jobs: { id: string; tenant: string; outcome: string; code?: string }[];
  tokenRequestsWhileSending: number;
  seconds: number;
}

test('exits 0 with every job as it should be, and ends its output with one JSON object', async () => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/demo.ts', '--json'], {
    cwd: root,
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.resume();
  const [code] = (await once(child, 'close')) as [number];
  const { seconds, ...result } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as DemoResult;
  assert.equal(code, 0, output);
  assert.equal(result.ok, true);
  assert.deepEqual(
    result.tenants.map(({ name, state }) => `${name}: ${state}`),
    ['Contoso: active', 'Fabrikam: active', 'Northwind Traders: none'],
  );
  assert.deepEqual(
    result.jobs.map(({ id, outcome, code: reason }) => `${id}: ${outcome} ${reason ?? ''}`.trim()),
    [
      'demo-plain-text: sent',
      'demo-html: sent',
      'demo-scripts: sent',
      'demo-smtp: sent',
      'demo-no-consent: refused TENANT_NOT_CONSENTED',
      'demo-malformed: refused JOB_INVALID',
    ],
  );
  assert.equal(result.tokenRequestsWhileSending, 0);
  assert.ok(seconds > 0);
});
