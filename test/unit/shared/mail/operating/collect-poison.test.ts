import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../../shared/clock.ts';
import { CollectPoison } from '../../../../../shared/mail/operating/collect-poison.ts';
import type { Outcome } from '../../../../../shared/mail/outcome.ts';
import { postmarked, readPostmark } from '../../../../../shared/mail/sending/postmark.ts';
import { noMetrics } from '../../../../../shared/metrics.ts';
import { noTracing } from '../../../../../shared/tracing.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { noon, settableClock } from '../../../../support/clock.ts';
import { failing, withCode } from '../../../../support/failing.ts';
import { aPoisonEntry } from '../../../../support/mail-api.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { MemoryMailStore } from '../../../../support/memory-mail-store.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { recordingLog } from '../../../../support/recording-log.ts';

function aCollector(...rows: readonly Partial<Outcome>[]) {
  const store = new MemoryMailStore();
  for (const row of rows) store.put(anOutcome(row));
  const clock = settableClock();
  const published: Outcome[] = [];
  const queued: { text: string; delay: number }[] = [];
  const events = { publish: (outcome: Outcome): Promise<void> => Promise.resolve(void published.push(outcome)) };
  const { log, lines } = recordingLog();
  const collector = new CollectPoison({
    transport: 'graph',
    store,
    queue: { put: (text, delay) => Promise.resolve(void queued.push({ text, delay })) },
    events,
    times: { messageLock: 10 * minutes, settle: 5 * minutes },
    now: clock.now,
    log,
    metrics: noMetrics,
    tracing: noTracing,
  });
  return { collector, store, clock, events, published, queued, lines };
}

const text = JSON.stringify(aMailJob());

describe('a message that the Functions host gave up', () => {
  test('gets an entry in poison and an outcome that says so, and its end is published', async () => {
    for (const rows of [[], [{ state: 'scheduled', tries: 1 }]] as const) {
      const { collector, store, published } = aCollector(...rows);
      await collector.handle(postmarked(text, { turn: noon }));
      const row = store.row(contoso, 'invoice-4711');
      assert.deepEqual([row?.state, row?.code, row?.endedAt], ['failed', 'UNEXPECTED', noon]);
      const entry = (await store.readPoison(contoso, 'invoice-4711'))?.entry;
      assert.deepEqual([entry?.reason.code, entry?.text, entry?.transport], ['UNEXPECTED', text, 'graph']);
      assert.match(entry?.reason.message ?? '', /five times/);
      assert.deepEqual(published, [row]);
    }
  });

  test('is found by a digest when neither tenant nor id can be read, whatever it is', async () => {
    for (const item of ['Dear Anna', 42, [1], { tenant: 'x' }, null]) {
      const { collector, store } = aCollector();
      await collector.handle(item);
      const [row] = store.written;
      assert.match(row?.id ?? '', /^message-[0-9a-f]{32}$/);
      assert.equal(row?.tenantId, 'unreadable');
      const entry = (await store.readPoison('unreadable', row.id))?.entry;
      assert.equal(entry?.text, typeof item === 'string' ? item : JSON.stringify(item));
    }
  });

  test('is unknown when its worker was killed while it sent', async () => {
    const { collector, store, clock } = aCollector({ state: 'sending' });
    clock.advance(11 * minutes);
    await collector.handle(aMailJob());
    assert.equal(store.row(contoso, 'invoice-4711')?.state, 'unknown');
    assert.equal((await store.readPoison(contoso, 'invoice-4711'))?.entry.reason.code, 'SEND_UNCONFIRMED');
  });

  test('goes back to its queue while another worker may be sending it', async () => {
    const { collector, store, queued } = aCollector({ state: 'sending' });
    await collector.handle(aMailJob());
    assert.equal(store.row(contoso, 'invoice-4711')?.state, 'sending');
    assert.equal(readPostmark(queued[0]?.text ?? '').text, text);
    assert.ok((queued[0]?.delay ?? 0) > 9 * minutes);
  });

  for (const state of ['sent', 'unknown', 'cancelled', 'failed', 'refused'] as const) {
    test(`changes nothing of a job that is ${state}, and publishes its end, which may have been what failed`, async () => {
      const { collector, store, published } = aCollector({ state, code: 'MAILBOX_FULL' });
      const entry = aPoisonEntry();
      await store.commit(contoso, [{ kind: 'poison', entry }]);
      await collector.handle(aMailJob());
      assert.equal(store.written.length, 1);
      assert.deepEqual((await store.readPoison(contoso, 'invoice-4711'))?.entry, entry);
      assert.deepEqual(
        published.map((one) => one.state),
        [state],
      );
    });
  }

  test('under an id that another job has is kept beside that one', async () => {
    const { collector, store } = aCollector({ state: 'sent', fingerprint: 'another' });
    await collector.handle(aMailJob());
    assert.equal(store.row(contoso, 'invoice-4711')?.state, 'sent');
    const { items } = await store.listPoison(contoso, { pageSize: 10 });
    assert.deepEqual(
      items.map((one) => one.text),
      [text],
    );
  });

  test('stays where it is while storage is down', async () => {
    const down = aCollector();
    down.store.commit = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(down.collector.handle(aMailJob()), withCode('STORAGE_UNAVAILABLE'));
  });

  test('has its end told later when it cannot be published, and so has one that waited to be told', async () => {
    const { collector, events, published, queued, store } = aCollector();
    const { publish } = events;
    events.publish = failing('STORAGE_UNAVAILABLE');
    await collector.handle(aMailJob());
    assert.deepEqual([queued.length, published], [1, []]);
    events.publish = publish;
    await collector.handle(queued[0]?.text);
    assert.deepEqual([queued.length, published], [1, [store.row(contoso, 'invoice-4711')]]);
    assert.equal(store.poisoned.length, 1);
  });

  test('leaves nothing of itself in the log', async () => {
    const { collector, lines } = aCollector();
    await collector.handle(aMailJob({ to: ['canary@customer.example'], subject: 'canary', text: 'canary' }));
    await collector.handle('canary');
    assert.ok(lines.length >= 2);
    assert.doesNotMatch(JSON.stringify(lines), /canary/);
  });
});
