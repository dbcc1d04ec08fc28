/** Drafts, uploads and look-ups with Microsoft's own Graph client against the local Graph. Needs loopback only. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { contentOf } from '../../../../local/cloud/mail/content.ts';
import { aToken, startTestCloud } from '../../../support/cloud.ts';
import { anna, copies, sender } from './graph-requests.ts';

const printed = z.strictObject({
  location: z.url(),
  isCancelled: z.boolean(),
  refused: z.string(),
  status: z.number(),
  isDraft: z.boolean(),
  sameId: z.boolean(),
  subjects: z.array(z.string()),
  attachments: z.array(z.tuple([z.string(), z.number()])),
});

const cloud = await startTestCloud();
after(() => cloud.stop());

test('writes, uploads in ranges, resumes, cancels, sends and finds again with the unmodified client', async () => {
  const env = {
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    GRAPH_URL: cloud.urls.graph,
    ACCESS_TOKEN: await aToken(cloud, { roles: ['Mail.Send', 'Mail.ReadWrite'] }),
    SENDER: sender,
    RECIPIENT: anna,
  };
  const program = join(import.meta.dirname, 'graph-client-upload-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env, timeout: 60_000 });
  const { location, refused, ...rest } = printed.parse(JSON.parse(stdout));
  const size = 9_000_000;
  assert.deepEqual(rest, {
    isCancelled: true,
    status: 202,
    isDraft: false,
    sameId: true,
    subjects: ['Large'],
    attachments: [
      ['small.txt', 5],
      ['file.bin', size],
      ['stream.bin', size],
      ['resumed.bin', size],
    ],
  });
  assert.equal(refused, 'BadRequest');
  assert.match(location, /\/Attachments\('[\w-]+'\)$/);
  const expected = Buffer.from(new Uint8Array(size).map((_, index) => index % 251));
  const [received] = copies(cloud, anna, 'inbox');
  for (const { name, content } of received?.attachments.slice(1) ?? []) {
    assert.ok(contentOf(cloud, content).equals(expected), name);
  }

  const uploads = cloud.journal.entries.filter(({ service }) => service === 'upload');
  const count = (operation: string, status: number): number =>
    uploads.filter((entry) => entry.operation === operation && entry.status === status).length;
  assert.equal(count('uploadRange', 201), 3);
  assert.equal(count('uploadRange', 200), 6);
  assert.equal(count('uploadRange', 413), 1);
  assert.equal(count('getUploadSession', 200), 1);
  assert.equal(count('deleteUploadSession', 204), 1);
  assert.ok(uploads.every(({ request }) => request?.authorization === 'none'));
  const others = cloud.journal.entries.filter(({ service }) => service === 'graph');
  assert.ok(others.length > 5 && others.every(({ request }) => request?.authorization === 'bearer'));
});
