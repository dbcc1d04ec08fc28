/**
 * The SDK asks again by itself when an answer is lost or is a 5xx. A write on a condition then finds its own first attempt,
 * which must not be taken for somebody else's.
 */

import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { startAzurite } from '../../../../local/azurite.ts';
import { QueueJobQueue } from '../../../../shared/adapters/queue-job-queue.ts';
import { storageClients } from '../../../../shared/adapters/storage-clients.ts';
import { TableAuditTrail } from '../../../../shared/adapters/table-audit-trail.ts';
import { TableInvitationStore } from '../../../../shared/adapters/table-invitation-store.ts';
import { TableOutcomeStore } from '../../../../shared/adapters/table-outcome-store.ts';
import { TableRenewalClaims } from '../../../../shared/adapters/table-renewal-claims.ts';
import { VaultDataKeys } from '../../../../shared/adapters/vault-data-keys.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { startLossyProxy } from '../../../support/lossy-proxy.ts';
import { anOutcome } from '../../../support/outcome.ts';
import { byKey, noCredential } from '../../../support/storage-accounts.ts';
import { anInvitation } from '../../../support/tenant.ts';

const azurite = await startAzurite();
after(() => azurite.stop());

/** Clients whose answers can be lost, and one table each, so that the tests can run side by side. */
async function lossy(t: TestContext, name: string) {
  const proxies = [await startLossyProxy(azurite.urls.table), await startLossyProxy(azurite.urls.queue)];
  t.after(() => Promise.all(proxies.map((one) => one.stop())));
  const [table, queue] = proxies;
  assert.ok(table && queue);
  const text = azurite.connectionString
    .replace(new URL(azurite.urls.table).origin, table.url)
    .replace(new URL(azurite.urls.queue).origin, queue.url);
  const clients = storageClients(byKey(text), noCredential);
  await clients.table(name).createTable();
  return { table, queue, clients, rows: clients.table(name) };
}

describe('a write whose answer is lost', { concurrency: true }, () => {
  test('claims a mail job all the same', async (t) => {
    const { table, rows } = await lossy(t, 'claims');
    const store = new TableOutcomeStore(rows);
    table.loseAnswerTo('POST');
    const etag = await store.insert(anOutcome());
    assert.equal(etag, (await store.read(contoso, 'invoice-4711'))?.etag);
  });

  test('replaces an outcome all the same', async (t) => {
    const { table, rows } = await lossy(t, 'replaces');
    const store = new TableOutcomeStore(rows);
    const etag = (await store.insert(anOutcome())) ?? '';
    table.loseAnswerTo('PUT');
    const replaced = await store.replace(anOutcome({ tries: 2 }), etag);
    const stored = await store.read(contoso, 'invoice-4711');
    assert.equal(stored?.outcome.tries, 2);
    assert.equal(replaced, stored?.etag);
  });

  test('consumes a state all the same', async (t) => {
    const { table, rows } = await lossy(t, 'states');
    table.loseAnswerTo('POST');
    assert.equal(await new TableInvitationStore(rows).consumeState(crypto.randomUUID(), noon), true);
  });

  test('makes an invitation all the same', async (t) => {
    const { table, rows } = await lossy(t, 'makes');
    const store = new TableInvitationStore(rows);
    const invitation = anInvitation();
    table.loseAnswerTo('POST');
    await store.insert(invitation);
    assert.deepEqual(await store.find(invitation.id), invitation);
  });

  test('binds an invitation all the same', async (t) => {
    const { table, rows } = await lossy(t, 'binds');
    const store = new TableInvitationStore(rows);
    const { id } = anInvitation();
    await store.insert(anInvitation({ id }));
    table.loseAnswerTo('PATCH');
    assert.notEqual(await store.bind(id, contoso), 'taken');
    assert.equal((await store.find(id))?.usedBy, contoso);
  });

  test('claims the renewal of a token all the same, whether nobody held it or a claim had ended', async (t) => {
    const { table, rows } = await lossy(t, 'renewals');
    const claims = new TableRenewalClaims(rows, () => noon);
    table.loseAnswerTo('POST');
    assert.equal(await claims.claim(contoso, 'graph', noon), 'ours');
    table.loseAnswerTo('PUT');
    assert.equal(await claims.claim(contoso, 'graph', noon + 25_000), 'ours');
    assert.equal(await claims.claim(contoso, 'graph', noon + 25_000), 'theirs');
  });

  test('ends the claim on a renewal all the same, with a failure and without', async (t) => {
    const { table, rows } = await lossy(t, 'ends');
    const claims = new TableRenewalClaims(rows, () => noon);
    for (const failure of [
      undefined,
      { code: 'APP_BLOCKED', aadsts: 7000112, retryAfterSeconds: undefined },
    ] as const) {
      assert.equal(await claims.claim(contoso, 'graph', noon + 25_000), 'ours');
      table.loseAnswerTo(failure === undefined ? 'DELETE' : 'PUT');
      await claims.release(contoso, 'graph', failure);
    }
    assert.deepEqual(await claims.claim(contoso, 'graph', noon + 25_000), {
      code: 'APP_BLOCKED',
      aadsts: 7000112,
      retryAfterSeconds: undefined,
    });
  });

  test('makes a data key once', async (t) => {
    const { table, rows } = await lossy(t, 'datakeys');
    const algorithm = 'RSA-OAEP-256' as const;
    const vault = {
      keys: { getKey: (name: string) => Promise.resolve({ name, properties: { name, vaultUrl: '', version: '1' } }) },
      cryptography: () => ({
        wrapKey: (_algorithm: string, bytes: Uint8Array) => Promise.resolve({ result: bytes, algorithm }),
        unwrapKey: (_algorithm: string, bytes: Uint8Array) => Promise.resolve({ result: bytes, algorithm }),
      }),
    };
    const options = { ...vault, table: rows, wrappingKeyName: 'key', now: () => noon, log: () => undefined };
    table.loseAnswerTo('POST');
    const key = await new VaultDataKeys(options).current();
    assert.deepEqual(await new VaultDataKeys(options).current(), { id: key.id, bytes: Buffer.from(key.bytes) });
  });

  test('appends an event once', async (t) => {
    const { table, rows } = await lossy(t, 'appends');
    table.loseAnswerTo('POST');
    await new TableAuditTrail(rows).append({ kind: 'consent-started', at: noon, tenantId: contoso });
    let count = 0;
    for await (const row of rows.listEntities()) count += row.partitionKey === contoso ? 1 : 0;
    assert.equal(count, 1);
  });

  test('puts a mail job back, twice rather than never', async (t) => {
    const { queue, clients } = await lossy(t, 'putsback');
    const jobs = clients.queue('jobs');
    await jobs.create();
    queue.loseAnswerTo('POST');
    await new QueueJobQueue(jobs, jobs, clients.container('unused')).putBack('a job', 0);
    const { receivedMessageItems } = await jobs.receiveMessages({ numberOfMessages: 32 });
    assert.deepEqual(
      receivedMessageItems.map(({ messageText }) => messageText),
      ['a job', 'a job'],
    );
  });
});
