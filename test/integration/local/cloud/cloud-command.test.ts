/** `npm run cloud` as a user has it: what it prints, what it begins with, and what it keeps. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { exampleSeed } from '../../../../local/cloud/seed-file/example-seed.ts';
import { trust } from '../../../../local/trust.ts';
import { waitFor } from '../../../../local/wait.ts';
import { type Program, run } from './cloud-command-runner.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloud-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const described = z.strictObject({
  endpoints: z.record(z.string(), z.string()),
  environment: z.record(z.string(), z.string()),
  caFile: z.string(),
  folder: z.string().nullable(),
});

/** Started with `--json`, and what that says. Without storage unless the test is about it. */
async function start(argv: string[], input?: string) {
  const program = run(['--json', '--port', '0', '--no-storage', ...argv], input);
  const line = await Promise.race([
    waitFor('the description', () => program.stdout().split('\n')[1] !== undefined || undefined),
    program.ended.then((code) => assert.fail(`it ended with ${code}: ${program.stderr()}`)),
  ]);
  assert.ok(line);
  return { ...program, ...described.parse(JSON.parse(program.stdout())) };
}

async function stop({ child, ended, stderr }: Program): Promise<void> {
  child.kill('SIGTERM');
  assert.equal(await ended, 0, stderr());
}

async function tokenFrom(entra: string, tenant: string, secret: string): Promise<number> {
  const response = await fetch(`${entra}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: exampleSeed.registrations[0]?.appId ?? '',
      client_secret: secret,
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

describe('by itself', { concurrency: 2 }, () => {
  test('prints every endpoint and what to set, writes it for node --env-file, and ends with 0 at SIGTERM', async () => {
    const env = join(folder, 'cloud.env');
    const program = run(['--port', '0', '--env', env]);
    await waitFor(
      'the last line',
      () => program.stdout().includes('Ctrl-C stops it. Nothing is kept then.') || undefined,
    );
    const text = program.stdout();
    const variables = parseEnv(readFileSync(env, 'utf8'));
    for (const name of ['entra', 'graph', 'vault', 'identity', 'blob', 'queue', 'table']) {
      const url = variables[`LOCAL_CLOUD_${name.toUpperCase()}_URL`] ?? assert.fail(name);
      assert.match(text, new RegExp(`^  ${name} +${url}$`, 'm'));
    }
    for (const name of ['AZURE_AUTHORITY_HOST', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'AZURE_CLIENT_ID']) {
      assert.ok(text.includes(`  ${name}=${variables[name]}\n`), name);
    }
    assert.match(
      variables['AZURE_STORAGE_CONNECTION_STRING'] ?? '',
      /^DefaultEndpointsProtocol=https;.*TableEndpoint=/,
    );
    assert.match(variables['LOCAL_CLOUD_CONTROL_URL'] ?? '', /^http:\/\/localhost:\d+\/api$/);
    const caFile = variables['NODE_EXTRA_CA_CERTS'] ?? '';
    assert.match(readFileSync(caFile, 'utf8'), /^-----BEGIN CERTIFICATE-----/);
    await stop(program);
    assert.equal(existsSync(caFile), false, 'the temporary folder is left');
  });

  test('every address is on loopback', async () => {
    const cloud = await start([]);
    for (const url of Object.values(cloud.endpoints)) {
      assert.ok(['localhost', '127.0.0.1'].includes(new URL(url).hostname), url);
    }
    await stop(cloud);
  });

  test('without --seed the world is the one that --print-seed prints, and its secret works', async () => {
    const printed = run(['--print-seed']);
    assert.equal(await printed.ended, 0);
    assert.deepEqual(JSON.parse(printed.stdout()), exampleSeed);
    const cloud = await start([]);
    trust(readFileSync(cloud.caFile, 'utf8'));
    const secret = exampleSeed.registrations[0]?.secrets[0]?.value ?? '';
    assert.equal(await tokenFrom(cloud.endpoints['entra'] ?? '', 'contoso.example', secret), 200);
    assert.equal(await tokenFrom(cloud.endpoints['entra'] ?? '', 'contoso.example', 'another secret'), 401);
    await stop(cloud);
  });

  test('the default ports are a row, documented with their order', async () => {
    const help = run(['--help']);
    assert.equal(await help.ended, 0);
    assert.match(help.stdout(), /--port N +the first of \d+ ports in a row, 7100 if left out: entra \+0, graph \+1,/);
  });
});

describe('with --folder', () => {
  const kept = join(folder, 'kept');

  test('state outlives the process, and a second cloud on the folder is refused', async () => {
    const first = await start(['--folder', kept]);
    assert.equal(first.folder, kept);
    const second = run(['--port', '0', '--no-storage', '--folder', kept]);
    assert.equal(await second.ended, 1);
    assert.match(
      second.stderr(),
      new RegExp(`Process ${first.child.pid} has a cloud in ${kept}\\. Stop that one first`),
    );
    await stop(first);

    const seed = join(folder, 'other.json');
    writeFileSync(seed, JSON.stringify({ version: 1, tenants: [{ domain: 'other.example' }] }));
    const again = await start(['--folder', kept, '--seed', seed]);
    assert.match(again.stderr(), /going on with what is kept in .*; --seed is for a folder without/);
    assert.equal(again.environment['AZURE_CLIENT_ID'], first.environment['AZURE_CLIENT_ID']);
    await stop(again);
  });

  test('the folder of a cloud that was killed is free again', async () => {
    const killed = await start(['--folder', kept]);
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    const next = await start(['--folder', kept]);
    await stop(next);
  });
});
