/** Microsoft's own Graph client against the local Graph. Needs loopback only. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { aToken, startTestCloud } from '../../../support/cloud.ts';
import { anna, copies, sender } from './graph-requests.ts';

const printed = z.object({
  status: z.number(),
  requestId: z.guid(),
  refused: z.object({ statusCode: z.number(), code: z.string(), requestId: z.guid() }),
});

const cloud = await startTestCloud();
after(() => cloud.stop());

test('sends with the unmodified @microsoft/microsoft-graph-client, which understands the refusal too', async () => {
  const env = {
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    GRAPH_URL: cloud.urls.graph,
    ACCESS_TOKEN: await aToken(cloud),
    SENDER: sender,
    RECIPIENT: anna,
  };
  const program = join(import.meta.dirname, 'graph-client-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env, timeout: 30_000 });
  const { status, refused } = printed.parse(JSON.parse(stdout));
  assert.equal(status, 202);
  assert.equal(refused.statusCode, 400);
  assert.equal(refused.code, 'ErrorInvalidRecipients');
  assert.deepEqual(
    cloud.state.messages.map(({ mailbox, folder, subject }) => [mailbox, folder, subject]),
    [
      [sender, 'sentitems', 'From the real client'],
      [anna, 'inbox', 'From the real client'],
    ],
  );
  assert.deepEqual(copies(cloud, anna)[0]?.body, { contentType: 'html', content: '<p>Hello</p>' });
  assert.deepEqual(
    cloud.journal.entries.filter(({ service }) => service === 'graph').map((entry) => entry.status),
    [202, 400],
  );
});
