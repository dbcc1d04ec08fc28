/** `tenantpost rotate` as a process, through a rotation that a server reports as the app would. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { type CredentialReport, reportCredential } from '../../../shared/checks/credential-report.ts';
import { hours, minutes } from '../../../shared/clock.ts';
import { noon } from '../../support/clock.ts';
import { start, tenantpost } from '../../support/command.ts';
import { aCredential, aProof, MemoryCredentialRecord } from '../../support/credential.ts';

/** What each request is answered with, the last one for ever. */
let reports: CredentialReport[] = [];
let asked = 0;
const methods = new Set<string | undefined>();
const server = createServer((request, response) => {
  methods.add(request.method);
  const report = reports[Math.min(asked++, reports.length - 1)];
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(report));
});
let url: string;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const result = z.looseObject({ step: z.string(), why: z.string(), commands: z.array(z.string()) });

/** With the uses so long ago (milliseconds), newest first. */
async function reported(
  ago: Record<string, number>,
  ids = Object.keys(ago),
  kind: 'certificate' | 'secret' = 'certificate',
) {
  const record = new MemoryCredentialRecord();
  for (const [proofId, since] of Object.entries(ago)) {
    if (since < 0) continue;
    await record.noteUse({ proofId, kind, usedAt: noon - 2 * hours });
    await record.noteUse({ proofId, kind, usedAt: noon - since });
  }
  const proofs = ids.map((id) => aProof(id, { expiresAt: noon + 100 * 24 * hours, registeredAs: `thumb-${id}` }));
  return reportCredential({ credential: aCredential(proofs, kind), record, refreshSeconds: 600, now: () => noon });
}

async function rotate(argv: readonly string[], ...given: CredentialReport[]) {
  [reports, asked] = [given, 0];
  return tenantpost(['rotate', '--url', url, '--key', 'k', ...argv]);
}

const names = ['--client-id', '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10', '--vault', 'kv-mail', '--name', 'tenantpost'];

describe('tenantpost rotate says where it stands and what comes next', () => {
  test('nothing is being replaced: 0, and how to begin', async () => {
    const { code, stdout } = await rotate(names, await reported({ old: 1 * minutes }));
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^Nothing is being replaced\.\n[^]*100 days left[^]*step 1 of 4[^]*az keyvault certificate create --vault-name kv-mail --name tenantpost --policy/,
    );
  });

  test('the newest is not registered: 4, and the command that registers it beside the old one', async () => {
    const { code, stdout } = await rotate(names, await reported({ next: -1, old: 1 * minutes }));
    assert.equal(code, 4);
    assert.match(
      stdout,
      /^Step 2 of 4[^]*az ad app credential reset --id 5c2d9f4e-8a41-\S+ --append --cert @next\.pem$/m,
    );
    assert.doesNotMatch(stdout, /credential delete/);
  });

  test('the old one may still be held: 4, from when on, and nothing to do', async () => {
    const { code, stdout } = await rotate([], await reported({ next: 1 * minutes, old: 5 * minutes }));
    assert.equal(code, 4);
    assert.match(stdout, /^Step 3 of 4[^]*certificate thumb-old: [^]*Not before 2026-11-22T12:30:00/m);
    assert.doesNotMatch(stdout, /delete/);
  });

  test('the old one may go: 0, and the commands that list and remove it, by its thumbprint', async () => {
    const { code, stdout } = await rotate(names, await reported({ next: 1 * minutes, old: 1 * hours }));
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^Step 4 of 4[^]*az ad app credential list [^]*az ad app credential delete --id 5c2d9f4e-\S+ --cert --key-id <keyId of thumb-old>$/m,
    );
  });

  test('a secret begins at the registration, and its value is in no argument', async () => {
    const { stdout } = await rotate(['--json', ...names], await reported({ old: 1 * minutes }, ['old'], 'secret'));
    const { commands } = result.parse(JSON.parse(stdout));
    assert.match(commands[0] ?? '', /--append/);
    assert.match(commands[1] ?? '', /--file \/dev\/stdin/);
  });
});

describe('tenantpost rotate --wait', () => {
  test('looks on until the old one may go, and asks nothing but GET', async () => {
    const steps = [
      await reported({ next: -1, old: 1 * minutes }),
      await reported({ next: 1 * minutes, old: 5 * minutes }),
      await reported({ next: 1 * minutes, old: 1 * hours }),
    ];
    const { code, stdout } = await rotate(['--wait', '--every', '1', '--json'], ...steps);
    assert.deepEqual([code, result.parse(JSON.parse(stdout)).step, asked], [0, 'remove-old', 3]);
    assert.deepEqual([...methods], ['GET']);
  });

  test('ends with 3 when it takes too long, and by Ctrl-C with 130', async () => {
    const stuck = await reported({ next: -1, old: 1 * minutes });
    const late = await rotate(['--wait', '--every', '1', '--timeout', '1'], stuck);
    assert.equal(late.code, 3);
    assert.match(late.stderr, /^Not over in time: /m);
    [reports, asked] = [[stuck], 0];
    const running = start(['rotate', '--url', url, '--wait', '--every', '3600']);
    await running.sees(/^register: /m);
    running.signal();
    const { code, stderr } = await running.ended;
    assert.equal(code, 130);
    assert.match(stderr, /^Stopped\. Nothing was changed; the rotation goes on as it was\.$/m);
  });

  test('refuses names that would be more than a name in a command', async () => {
    const { code, stderr } = await rotate(['--vault', 'x; rm -rf /'], await reported({ old: 1 * minutes }));
    assert.equal(code, 2);
    assert.match(stderr, /--client-id, --vault and --name/);
  });
});
