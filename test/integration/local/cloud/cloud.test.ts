/** Starting and stopping the local cloud as a whole. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Hono } from 'hono';
import { z } from 'zod';
import { startCloud } from '../../../../local/cloud/cloud.ts';
import { demoState } from '../../../../local/cloud/seed.ts';
import { serve } from '../../../../local/cloud/serve.ts';
import { loadState } from '../../../../local/cloud/state.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloud-test-'));
const taken = createServer().listen(0, '127.0.0.1');
await once(taken, 'listening');
const { port } = z.object({ port: z.number() }).parse(taken.address());
after(() => {
  taken.close();
  rmSync(folder, { recursive: true });
});
const seed = () => demoState('http://localhost/api/consent/callback');

test('a taken port is named with the service that wants it and what to do', async () => {
  const remedy = 'Stop what listens there, or choose another with --port.';
  await assert.rejects(startCloud({ folder, seed, ports: { vault: port } }), {
    name: 'PortTakenError',
    message: `Port ${port}, wanted for vault, is taken. ${remedy}`,
  });
  await assert.rejects(serve('the portal', new Hono().fetch, { port }), {
    name: 'PortTakenError',
    message: `Port ${port}, wanted for the portal, is taken. ${remedy}`,
  });
});

test('a cloud that cannot start keeps nothing and leaves no service listening', async () => {
  const before = process.getActiveResourcesInfo().filter((one) => one === 'TCPServerWrap').length;
  await assert.rejects(startCloud({ folder, seed, ports: { identity: port } }));
  const now = process.getActiveResourcesInfo().filter((one) => one === 'TCPServerWrap').length;
  assert.equal(now, before);
  assert.equal(loadState(join(folder, 'cloud.json')), undefined);
});

test('what changes while the services stop is kept', async () => {
  const cloud = await startCloud({ folder, seed });
  const stopping = cloud.stop();
  cloud.state.propagation = { enterpriseApp: 1, roles: 2 };
  await stopping;
  assert.deepEqual(loadState(join(folder, 'cloud.json'))?.propagation, { enterpriseApp: 1, roles: 2 });
});
