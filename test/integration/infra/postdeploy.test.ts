/** The hook after deployment under `sh`, with stand-ins of `az`, `curl` and `npm`: what it waits for, prints and keeps to itself. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contoso } from '../../support/app-identity.ts';
import { provisioned } from '../../support/provisioned.ts';
import { type Finished, type Rule, runWithStubs } from '../../support/stub-commands.ts';

const url = provisioned.AZURE_FUNCTION_APP_URL;

describe('after deployment', () => {
  const key = 'host-key-that-nobody-may-see';
  const run = (rules: readonly Rule[]): Promise<Finished> =>
    runWithStubs('sh infra/hooks/postdeploy.sh', [...rules, ['az functionapp keys list', `${key}\n`]], provisioned);

  test('waits for health, then prints callback URL, invitation and console, and has the doctor look', async () => {
    const finished = await run([
      ['curl', '000', '503', '200'],
      ['npm run', 'The doctor’s report\n'],
    ]);
    assert.equal(finished.code, 0, finished.stderr);
    for (const line of [
      `Callback URL:       ${url}/api/consent/callback`,
      'tenantpost -- invite <tenant>',
      'The doctor’s report',
    ]) {
      assert.ok(finished.stdout.includes(line), line);
    }
    assert.equal(finished.calls.filter((call) => call.startsWith('curl')).length, 3);
    assert.equal(finished.calls.at(-1), `npm run -s tenantpost -- doctor ${contoso}`);
  });

  test('shows the key to nobody: neither printed nor an argument', async () => {
    const finished = await run([
      ['curl', '200'],
      ['npm run', { stdout: '' }],
    ]);
    assert.ok(![finished.stdout, finished.stderr, ...finished.calls].some((text) => text.includes(key)));
  });

  for (const [code, ends] of [
    [3, 0],
    [4, 0],
    [1, 1],
    [2, 2],
  ] as const) {
    test(`ends with ${ends} when the doctor ends with ${code}`, async () => {
      const finished = await run([
        ['curl', '200'],
        ['npm run', { code }],
      ]);
      assert.equal(finished.code, ends);
    });
  }

  test('gives up when health never answers, and asks for no key', async () => {
    const finished = await run([['curl', '503']]);
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /has not answered 200 within five minutes/);
    assert.equal(finished.calls.length, 60);
  });
});
