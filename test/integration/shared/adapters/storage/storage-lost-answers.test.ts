/**
 * The SDK asks again by itself when an answer is lost or is a 5xx. A write on a condition then finds its own first attempt,
 * which must not be taken for somebody else's.
 */

import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { startAzurite } from '../../../../../local/azurite.ts';
import { QueueJobQueue } from '../../../../../shared/adapters/storage/queue-job-queue.ts';
import { storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { TableAuditTrail } from '../../../../../shared/adapters/storage/table-audit-trail.ts';
import { TableInvitationStore } from '../../../../../shared/adapters/storage/table-invitation-store.ts';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { TableRenewalClaims } from '../../../../../shared/adapters/storage/table-renewal-claims.ts';
import { VaultDataKeys } from '../../../../../shared/adapters/vault/vault-data-keys.ts';
import { emptyGate, type GateState } from '../../../../../shared/mail/gate/gate-state.ts';
import type { Change } from '../../../../../shared/mail/mail-store.ts';
import type { Outcome } from '../../../../../shared/mail/outcome.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { anAsk, askTimes } from '../../../../support/gate.ts';
import { startLossyProxy } from '../../../../support/lossy-proxy.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPoisonEntry } from '../../../../support/poison.ts';
import { byKey, noCredential } from '../../../../support/storage-accounts.ts';
import { anInvitation } from '../../../../support/tenant.ts';

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

const outcomeChange = (outcome: Outcome, etag?: string): Change => ({ kind: 'outcome', outcome, etag });
const gateChange = (gate: GateState, etag?: string): Change => {
  return { kind: 'gate', mailbox: 'post@contoso.example', gate, etag };
};

describe('a write whose answer is lost', { concurrency: true }, () => {
  test('claims a mail job all the same', async (t) => {
    const { table, rows } = await lossy(t, 'claims');
    const store = new TableMailStore(rows);
    table.loseAnswerTo('POST');
    const etags = await store.commit(contoso, [outcomeChange(anOutcome())]);
    assert.deepEqual(etags, [(await store.read(contoso, 'invoice-4711'))?.etag]);
  });

  test('replaces an outcome all the same', async (t) => {
    const { table, rows } = await lossy(t, 'replaces');
    const store = new TableMailStore(rows);
    const [etag] = (await store.commit(contoso, [outcomeChange(anOutcome())])) ?? [];
    table.loseAnswerTo('PUT');
    const replaced = await store.commit(contoso, [outcomeChange(anOutcome({ tries: 2 }), etag)]);
    const stored = await store.read(contoso, 'invoice-4711');
    assert.equal(stored?.outcome.tries, 2);
    assert.deepEqual(replaced, [stored.etag]);
  });

  test('claims a mail job with its permit all the same, and ends it with its poison entry', async (t) => {
    const { table, rows } = await lossy(t, 'together');
    const store = new TableMailStore(rows);
    const mailbox = 'post@contoso.example';
    const { gate } = askTimes(emptyGate, 1, anAsk(), noon);
    table.loseAnswerTo('POST');
    const claimed = await store.commit(contoso, [outcomeChange(anOutcome()), gateChange(gate)]);
    assert.deepEqual(table.passed.slice(-5), ['POST 202', 'POST 202', 'GET 200', 'GET 200', 'GET 200']);
    const versions = async () => [
      (await store.read(contoso, 'invoice-4711'))?.etag,
      (await store.readGate(contoso, mailbox))?.etag,
    ];
    assert.deepEqual(claimed, await versions());
    table.loseAnswerTo('POST');
    const failed = anOutcome({ state: 'failed' });
    const ended = await store.commit(contoso, [
      { kind: 'poison', entry: aPoisonEntry() },
      outcomeChange(failed, claimed?.[0]),
      gateChange(emptyGate, claimed?.[1]),
    ]);
    assert.deepEqual(ended?.slice(1), await versions());
    assert.deepEqual((await store.read(contoso, 'invoice-4711'))?.outcome, failed);
    assert.deepEqual((await store.readPoison(contoso, 'invoice-4711'))?.entry, aPoisonEntry());
  });

  test('is known again when another writer has changed the gate since', async (t) => {
    const { table, rows } = await lossy(t, 'overtaken');
    const store = new TableMailStore(rows);
    const direct = new TableMailStore(storageClients(byKey(azurite.connectionString), noCredential).table('overtaken'));
    table.loseAnswerTo('POST', async () => {
      const stored = await direct.readGate(contoso, 'post@contoso.example');
      assert.ok(await direct.commit(contoso, [gateChange({ ...emptyGate, waiting: 7 }, stored?.etag)]));
    });
    const claimed = await store.commit(contoso, [outcomeChange(anOutcome()), gateChange(emptyGate)]);
    assert.equal(claimed?.[0], (await store.read(contoso, 'invoice-4711'))?.etag);
    // The gate's version is past: whoever writes the gate at it is told so.
    assert.equal(await store.commit(contoso, [gateChange(emptyGate, claimed?.[1])]), undefined);
    assert.equal((await store.readGate(contoso, 'post@contoso.example'))?.gate.waiting, 7);
  });

  test("is not taken for another writer's: a transaction that met one is refused", async (t) => {
    const { table, rows } = await lossy(t, 'refused');
    const store = new TableMailStore(rows);
    await store.commit(contoso, [outcomeChange(anOutcome())]);
    table.loseAnswerTo('POST');
    assert.equal(await store.commit(contoso, [outcomeChange(anOutcome()), gateChange(emptyGate)]), undefined);
    assert.equal(await store.readGate(contoso, 'post@contoso.example'), undefined);
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
    await new QueueJobQueue(jobs).put('a job', 0);
    const { receivedMessageItems } = await jobs.receiveMessages({ numberOfMessages: 32 });
    assert.deepEqual(
      receivedMessageItems.map(({ messageText }) => messageText),
      ['a job', 'a job'],
    );
  });
});
