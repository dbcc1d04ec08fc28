import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorMeanings } from '../../../shared/errors.ts';
import { fingerprint } from '../../../shared/mail/job/mail-job.ts';
import type { Outcome } from '../../../shared/mail/outcome.ts';
import type { PoisonEntry } from '../../../shared/mail/poison.ts';
import { rawMessage } from '../../../shared/mail/sending/raw-message.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { aPoisonEntry, memoryMailApi } from '../../support/mail-api.ts';
import { aMailJob } from '../../support/mail-job.ts';
import { anOutcome } from '../../support/outcome.ts';

const job = { tenant: contoso, id: 'invoice-4711' };
const text = JSON.stringify(aMailJob());

/** With the entry and, if any, the row of a job. */
async function poisoned(row: Partial<Outcome> | undefined, overrides: Partial<PoisonEntry> = {}) {
  const api = memoryMailApi();
  if (row) api.store.put(anOutcome(row));
  const entry = aPoisonEntry({ text, ...overrides });
  await api.store.commit(entry.tenantId, [{ kind: 'poison', entry }]);
  return api;
}

test('they ask for a key: GET on poison, POST on replay', () => {
  const { functions } = memoryMailApi();
  const { listPoison, replayMailJob } = functions;
  assert.deepEqual([listPoison?.methods, listPoison?.authLevel, listPoison?.route], [['GET'], 'function', 'poison']);
  const replay = [replayMailJob?.methods, replayMailJob?.authLevel, replayMailJob?.route];
  assert.deepEqual(replay, [['POST'], 'function', 'mail-jobs/{tenant}/{id}/replay']);
});

describe('the list of poison', () => {
  test('has code, meaning, message, remedy and owner of each, a link, and not the message that was queued', async () => {
    const { ask } = await poisoned(undefined);
    const { status, body } = await ask('listPoison', { query: { tenant: contoso } });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      items: [
        {
          ...job,
          transport: 'graph',
          at: '2026-11-22T12:00:00.000Z',
          code: 'MAILBOX_NOT_FOUND',
          meaning: errorMeanings.MAILBOX_NOT_FOUND.meaning,
          message: 'No such mailbox.',
          remedy: 'Check it.',
          owner: 'tenant admin',
          status: `https://mail.example.com/api/mail-jobs/${contoso}/invoice-4711`,
        },
      ],
    });
  });

  test('without a tenant has those of all, also of messages whose tenant cannot be read', async () => {
    const { ask, store, mailTenants } = await poisoned(undefined);
    for (const tenantId of ['unreadable', fabrikam]) {
      mailTenants.push(tenantId);
      await store.commit(tenantId, [{ kind: 'poison', entry: aPoisonEntry({ tenantId, id: 'message-1' }) }]);
    }
    const { body } = await ask('listPoison');
    const items = body['items'] as { tenant: string }[];
    assert.deepEqual(items.map(({ tenant }) => tenant).sort(), [contoso, fabrikam, 'unreadable'].sort());
  });

  test('goes on from page to page, of one tenant and of all', async () => {
    const { ask, store } = await poisoned(undefined);
    for (const id of ['a', 'b', 'c']) await store.commit(contoso, [{ kind: 'poison', entry: aPoisonEntry({ id }) }]);
    for (const which of [{ tenant: contoso }, {}]) {
      const found: string[] = [];
      let query: Record<string, string> = { ...which, limit: '3' };
      for (;;) {
        const { body } = await ask('listPoison', { query });
        found.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
        if (body['continuation'] === undefined) break;
        query = { ...query, continuation: String(body['continuation']) };
      }
      assert.deepEqual(found.sort(), ['a', 'b', 'c', 'invoice-4711']);
    }
  });

  for (const [query, field] of [
    [{ tenant: 'x' }, '/tenant'],
    [{ limit: 'many' }, '/limit'],
    [{ continuation: 'x' }, '/continuation'],
    [{ tenant: contoso, continuation: 'x' }, '/continuation'],
    [{ state: 'failed' }, '/state'],
  ] as const) {
    test(`that is asked for wrongly is 400: ${JSON.stringify(query)}`, async () => {
      const { ask } = await poisoned(undefined);
      const { status, body } = await ask('listPoison', { query });
      assert.deepEqual([status, body['code'], body['field']], [400, 'REQUEST_INVALID', field]);
    });
  }
});

describe('a replay', () => {
  for (const state of ['failed', 'refused'] as const) {
    test(`of a job that was ${state} is 202: row scheduled, message on its queue, nothing in poison`, async () => {
      const { ask, store, graph, clock } = await poisoned({
        state,
        tries: 5,
        code: 'MAILBOX_NOT_FOUND',
        endedAt: noon,
      });
      clock.advance(1000);
      const { status, headers, body } = await ask('replayMailJob', { params: job });
      const status202 = `https://mail.example.com/api/mail-jobs/${contoso}/invoice-4711`;
      assert.deepEqual([status, headers['location']], [202, status202]);
      assert.deepEqual(body, { ...job, state: 'scheduled', transport: 'graph', status: status202 });
      const stored = await store.read(contoso, 'invoice-4711');
      const { mailbox: _, ...expected } = anOutcome({ state: 'scheduled', tries: 0, updatedAt: noon + 1000 });
      assert.deepEqual(stored?.outcome, expected);
      const { text: queued, postmark } = rawMessage(graph.queued[0]?.text);
      assert.deepEqual([queued, graph.queued.length, graph.queued[0]?.delay], [text, 1, 0]);
      assert.deepEqual(postmark.row, { etag: stored?.etag, tries: 0, createdAt: noon });
      assert.equal(await store.readPoison(contoso, 'invoice-4711'), undefined);
    });
  }

  test('of a job without a row makes one', async () => {
    const { ask, store } = await poisoned(undefined);
    assert.equal((await ask('replayMailJob', { params: job })).status, 202);
    assert.equal(store.row(contoso, 'invoice-4711')?.fingerprint, fingerprint(aMailJob()));
  });

  test('goes back to the transport that it came by, and nowhere while that is not served', async () => {
    const { ask, smtp, graph, queues, store } = await poisoned({ state: 'failed' }, { transport: 'smtp' });
    delete queues.smtp;
    const off = await ask('replayMailJob', { params: job });
    assert.deepEqual([off.status, off.body['code']], [422, 'TRANSPORT_OFF']);
    assert.equal(store.row(contoso, 'invoice-4711')?.state, 'failed');
    queues.smtp = smtp;
    assert.equal((await ask('replayMailJob', { params: job })).body['transport'], 'smtp');
    assert.deepEqual([smtp.queued.length, graph.queued.length], [1, 0]);
  });

  test('of a message that is no job puts it back as it is', async () => {
    const id = rawMessage('Dear Anna').digest;
    const own = { tenantId: 'unreadable', id: `message-${id}` };
    const { ask, graph } = await poisoned({ ...own, state: 'refused' }, { ...own, text: 'Dear Anna' });
    assert.equal((await ask('replayMailJob', { params: { tenant: 'unreadable', id: own.id } })).status, 202);
    assert.equal(rawMessage(graph.queued[0]?.text).text, 'Dear Anna');
  });

  describe('of a job that is unknown', () => {
    const progress = { draftId: 'draft-1', step: 'submitting', attached: 0 } as const;

    test('is 409 unless somebody says that it may arrive twice', async () => {
      const { ask, store, graph } = await poisoned({ state: 'unknown', progress });
      for (const body of [undefined, {}, { evenIfSent: false }]) {
        const answer = await ask('replayMailJob', { params: job, body });
        assert.deepEqual([answer.status, answer.body['code'], answer.body['state']], [409, 'JOB_ENDED', 'unknown']);
      }
      assert.deepEqual([store.row(contoso, 'invoice-4711')?.state, graph.queued], ['unknown', []]);
      assert.ok(await store.readPoison(contoso, 'invoice-4711'));
    });

    test('is 202 when somebody does, and begins anew', async () => {
      const { ask, store, graph } = await poisoned({ state: 'unknown', progress });
      assert.equal((await ask('replayMailJob', { params: job, body: { evenIfSent: true } })).status, 202);
      assert.equal(store.row(contoso, 'invoice-4711')?.progress, undefined);
      assert.equal(graph.queued.length, 1);
    });
  });

  test('of a job that failed goes on with its draft, and lets the next worker read the row', async () => {
    const progress = { draftId: 'draft-1', step: 'attaching', attached: 2 } as const;
    const { ask, store, graph } = await poisoned({ state: 'failed', progress });
    await ask('replayMailJob', { params: job });
    assert.deepEqual(store.row(contoso, 'invoice-4711')?.progress, progress);
    assert.equal(rawMessage(graph.queued[0]?.text).postmark.row, undefined);
  });

  for (const state of ['sent', 'sending', 'cancelled'] as const) {
    test(`of a job that is ${state} is 409, whatever is said`, async () => {
      const { ask, graph } = await poisoned({ state });
      const { status, body } = await ask('replayMailJob', { params: job, body: { evenIfSent: true } });
      assert.deepEqual([status, body['code'], body['state'], graph.queued], [409, 'JOB_ENDED', state, []]);
    });
  }

  test('of a job whose id another one has is 409', async () => {
    const id = 'invoice-4711~W_c49hjs';
    const { ask, graph } = await poisoned({ state: 'sent', fingerprint: 'another' }, { id });
    const { status, body } = await ask('replayMailJob', { params: { tenant: contoso, id } });
    assert.deepEqual([status, body['code'], graph.queued], [409, 'JOB_ID_REUSED', []]);
  });

  test('whose answer was lost is 202 again, and queues nothing more', async () => {
    const { ask, graph } = await poisoned({ state: 'failed' });
    const first = await ask('replayMailJob', { params: job });
    assert.deepEqual((await ask('replayMailJob', { params: job })).body, first.body);
    assert.equal(graph.queued.length, 1);
  });

  test('that ended before its message was on the queue is done by the next one', async () => {
    const { ask, graph, store } = await poisoned({ state: 'failed' });
    graph.isDown = true;
    assert.equal((await ask('replayMailJob', { params: job })).status, 503);
    assert.ok(await store.readPoison(contoso, 'invoice-4711'), 'nothing is lost');
    graph.isDown = false;
    assert.equal((await ask('replayMailJob', { params: job })).status, 202);
    assert.equal(graph.queued.length, 1);
    assert.equal(await store.readPoison(contoso, 'invoice-4711'), undefined);
  });

  test('whose message fails again at once leaves the new entry', async () => {
    const { ask, graph, store } = await poisoned({ state: 'failed' });
    const entry = aPoisonEntry({ text, at: noon + 1 });
    const put = graph.put.bind(graph);
    graph.put = async (message, delay) => {
      await put(message, delay);
      await store.commit(contoso, [{ kind: 'poison', entry }]);
    };
    assert.equal((await ask('replayMailJob', { params: job })).status, 202);
    assert.deepEqual((await store.readPoison(contoso, 'invoice-4711'))?.entry, entry);
  });

  test('of what is not in poison is 404, or 409 with the state that its job has', async () => {
    const { ask, store } = memoryMailApi();
    assert.equal((await ask('replayMailJob', { params: job })).body['code'], 'JOB_NOT_FOUND');
    store.put(anOutcome({ state: 'sent' }));
    const { status, body } = await ask('replayMailJob', { params: job });
    assert.deepEqual([status, body['state']], [409, 'sent']);
  });

  for (const [body, field] of [
    ['{', undefined],
    ['[]', ''],
    [{ evenIfSent: 'yes' }, '/evenIfSent'],
    [{ evenIfsent: true }, '/evenIfsent'],
  ] as const) {
    test(`that is asked for wrongly is 400: ${JSON.stringify(body)}`, async () => {
      const { ask, graph } = await poisoned({ state: 'unknown' });
      const answer = await ask('replayMailJob', { params: job, body });
      assert.deepEqual([answer.status, answer.body['field'], graph.queued], [400, field, []]);
    });
  }
});
