/** What `npm run cloud` refuses, with which exit code and in which words. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { run } from './cloud-command-runner.ts';

describe('is refused', { concurrency: 2 }, () => {
  test('a taken port, with its number, its service and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const program = run(['--port', String(port - 1), '--no-storage']);
    assert.equal(await program.ended, 1);
    assert.match(
      program.stderr(),
      /Port \d+, wanted for \w+, is taken\. Stop what listens there, or choose another with --port\./,
    );
    server.close();
  });

  test('an unknown argument and a port that is none, with 2', async () => {
    const unknown = run(['--forever']);
    assert.equal(await unknown.ended, 2);
    assert.match(unknown.stderr(), /Unknown option '--forever'.*\nusage: npm run cloud/s);
    for (const written of ['80', '0x2000', '']) {
      const port = run(['--port', written]);
      assert.equal(await port.ended, 2);
      assert.match(
        port.stderr(),
        new RegExp(`^--port takes 0 or a number from 1024 to \\d+, not "${written}"\\.$`, 'm'),
      );
    }
  });

  test('an --env file that cannot be written, with 1, and the folder is free again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cloud-command-'));
    const program = run(['--port', '0', '--no-storage', '--folder', folder, '--env', join(folder, 'none', 'env')]);
    assert.equal(await program.ended, 1);
    assert.match(program.stderr(), /ENOENT: no such file or directory, open .*none/);
    assert.ok(existsSync(join(folder, 'cloud.json')), 'its state is not kept');
    assert.ok(!existsSync(join(folder, 'owner.pid')), 'the folder is not given back');
    rmSync(folder, { recursive: true });
  });

  test("--local-settings on somebody's own file, which is left as it is, and without storage, with 2", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cloud-command-'));
    const file = join(folder, 'local.settings.json');
    writeFileSync(file, '{ "Values": { "MINE": "yes" } } // mine');
    const own = run(['--port', '0', '--local-settings', file]);
    assert.equal(await own.ended, 2);
    assert.match(own.stderr(), /local\.settings\.json is there, and this command has not written it\. .*--overwrite/);
    assert.equal(readFileSync(file, 'utf8'), '{ "Values": { "MINE": "yes" } } // mine');
    const bare = run(['--port', '0', '--no-storage', '--local-settings', join(folder, 'other.json')]);
    assert.equal(await bare.ended, 2);
    assert.match(bare.stderr(), /--local-settings needs the storage that --no-storage leaves out/);
    assert.ok(!existsSync(join(folder, 'other.json')));
    rmSync(folder, { recursive: true });
  });

  test('a wrong seed, with all its wrong fields at once, with 2, before anything starts', async () => {
    const seed = { version: 1, tenants: [{ domain: 'Contoso' }], identities: [{ name: 'a', vaultRoles: ['Owner'] }] };
    const program = run(['--seed', '-', '--port', '0'], JSON.stringify(seed));
    assert.equal(await program.ended, 2);
    assert.match(program.stderr(), /^The seed file - is wrong:$/m);
    assert.match(program.stderr(), /^ {2}tenants\.0\.domain: must be a domain in small letters/m);
    assert.match(program.stderr(), /^ {2}identities\.0\.vaultRoles\.0: must be one of Key Vault/m);
    assert.equal(program.stdout(), '');
  });

  test('a seed file that is not there, or is no JSON, with 2', async () => {
    const missing = run(['--seed', join(tmpdir(), 'no-such-folder', 'missing.json')]);
    assert.equal(await missing.ended, 2);
    assert.match(missing.stderr(), /the whole: cannot be read: ENOENT/);
    const broken = run(['--seed', '-'], '{"version": 1,');
    assert.equal(await broken.ended, 2);
    assert.match(broken.stderr(), /the whole: is no JSON: .*position 14/);
  });
});
