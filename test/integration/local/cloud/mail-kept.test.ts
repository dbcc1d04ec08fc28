/** Messages and half-done uploads of a cloud that is started again, and what is removed with a message. Needs loopback only. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { type Cloud, startCloud } from '../../../../local/cloud/cloud.ts';
import { demoState } from '../../../../local/cloud/seed.ts';
import { trust } from '../../../../local/trust.ts';
import { anEnterpriseApp, customers, redirectUri, type TestCloud } from '../../../support/cloud.ts';
import { call, draft, readPage, sendDraft } from './graph-mailbox.ts';
import { anna, copies, sender } from './graph-requests.ts';
import { create, file, open, put, readSession, size } from './upload-sessions.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantpost-mail-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const kept = (): string[] => readdirSync(join(folder, 'mail')).filter((name) => !name.endsWith('.new'));

async function start(ports: Partial<Record<'graph' | 'upload', number>> = {}): Promise<TestCloud> {
  const cloud: Cloud = await startCloud({
    folder,
    ports,
    async seed() {
      const state = await demoState(redirectUri);
      state.enterpriseApps.push(anEnterpriseApp({ tenantId: customers.contoso.id }));
      return state;
    },
  });
  trust(cloud.ca);
  return { ...cloud, fetch: (url, init) => fetch(url, init) };
}

const portOf = (url: string): number => Number(new URL(url).port);

test('goes on with an upload after a restart, and gives the attachment out then and after another', async () => {
  const first = await start();
  const { uploadUrl, message } = await open(first);
  assert.equal((await put(first, uploadUrl, [0, 1_000_000])).status, 200);
  const ports = { graph: portOf(first.urls.graph), upload: portOf(first.urls.upload) };
  await first.stop();
  assert.ok(readFileSync(join(folder, 'cloud.json')).length < 100_000);

  const second = await start(ports);
  assert.equal((await put(second, uploadUrl, [1_000_000, size])).status, 201);
  assert.equal((await sendDraft(second, message.id)).status, 202);
  await second.stop();
  assert.ok(readFileSync(join(folder, 'cloud.json')).length < 100_000);
  assert.equal(kept().length, 1);

  const third = await start(ports);
  try {
    const [received] = copies(third, anna, 'inbox');
    const { value } = await readPage(await call(third, `messages/${received?.id}/attachments`, { as: anna }));
    const path = `messages/${received?.id}/attachments/${value[0]?.id}/$value`;
    const content = await (await call(third, path, { as: anna })).arrayBuffer();
    assert.ok(Buffer.from(content).equals(file));
  } finally {
    await third.stop();
  }
});

test('removes the bytes of an attachment with the last message that has it', async () => {
  const cloud = await start();
  try {
    for (const { id, mailbox } of [...copies(cloud, sender), ...copies(cloud, anna)]) {
      assert.equal(kept().length, 1);
      assert.equal((await call(cloud, `messages/${id}`, { method: 'DELETE', as: mailbox })).status, 204);
      const [deleted] = copies(cloud, mailbox, 'deleteditems');
      await call(cloud, `messages/${deleted?.id}`, { method: 'DELETE', as: mailbox });
    }
    assert.deepEqual(kept(), []);
  } finally {
    await cloud.stop();
  }
});

test('removes at the start what no message has', async () => {
  writeFileSync(join(folder, 'mail', 'f'.repeat(64)), 'left behind');
  const cloud = await start();
  try {
    assert.deepEqual(kept(), []);
  } finally {
    await cloud.stop();
  }
});

test('forgets an upload that was cancelled, with its bytes', async () => {
  const cloud = await start();
  try {
    const { id } = await draft(cloud);
    const { uploadUrl } = await readSession(await create(cloud, id));
    assert.equal((await put(cloud, uploadUrl, [0, 1000])).status, 200);
    assert.equal(kept().length, 1);
    assert.equal((await cloud.fetch(uploadUrl, { method: 'DELETE' })).status, 204);
    assert.deepEqual(kept(), []);
    assert.deepEqual(cloud.state.uploadSessions, []);
  } finally {
    await cloud.stop();
  }
});

test('does not start with a state whose content lies elsewhere', async () => {
  const cloud = await start();
  await draft(cloud);
  await cloud.stop();
  const file = join(folder, 'cloud.json');
  const kept = readFileSync(file, 'utf8');
  try {
    const state = z.looseObject({ messages: z.array(z.looseObject({})).min(1) }).parse(JSON.parse(kept));
    for (const name of ['../cloud.json', '..%2fcloud.json', '/etc/passwd', '']) {
      for (const message of state.messages) message['mime'] = { file: name, bytes: 1 };
      writeFileSync(file, JSON.stringify(state));
      await assert.rejects(start(), /cloud\.json was kept by another version \(messages\.0\.mime/);
    }
  } finally {
    writeFileSync(file, kept);
  }
});
