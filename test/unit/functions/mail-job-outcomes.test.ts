import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../shared/clock.ts';
import { errorMeanings } from '../../../shared/errors.ts';
import { emptyGate } from '../../../shared/mail/gate/gate-state.ts';
import { terminalStates } from '../../../shared/mail/outcome.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { type ApiAnswer, memoryMailApi } from '../../support/mail-api.ts';
import { anOutcome } from '../../support/outcome.ts';

const job = { tenant: contoso, id: 'invoice-4711' };

function idsIn({ body }: ApiAnswer): unknown[] {
  assert.ok(Array.isArray(body['items']));
  return body['items'].map((item: { id: string }) => item.id);
}

test('they answer GET, with a key', () => {
  const { functions } = memoryMailApi();
  for (const [id, route] of [
    ['readMailJob', 'mail-jobs/{tenant}/{id}'],
    ['listMailJobs', 'mail-jobs'],
  ] as const) {
    const { methods, authLevel, route: own } = functions[id] ?? {};
    assert.deepEqual([methods, authLevel, own], [['GET'], 'function', route]);
  }
});

describe('an outcome', () => {
  test('has state, times, tries, request id, code, meaning, remedy and owner', async () => {
    const { ask, store } = memoryMailApi();
    store.put(
      anOutcome({
        ...{ state: 'failed', tries: 2, updatedAt: noon + 5, endedAt: noon + 5, notBefore: noon + 1 * minutes },
        ...{ code: 'MAILBOX_NOT_FOUND', field: '/from', expected: 'a mailbox', mailbox: 'billing@contoso.example' },
        ...{ requestId: 'request-1', serviceCode: 'ErrorInvalidUser' },
        progress: { draftId: 'draft-1', step: 'attaching', attached: 0 },
      }),
    );
    const { status, body } = await ask('readMailJob', { params: job });
    const { meaning, remedy, owner } = errorMeanings.MAILBOX_NOT_FOUND;
    assert.equal(status, 200);
    assert.deepEqual(body, {
      ...job,
      state: 'failed',
      transport: 'graph',
      tries: 2,
      createdAt: '2026-11-22T12:00:00.000Z',
      updatedAt: '2026-11-22T12:00:00.005Z',
      endedAt: '2026-11-22T12:00:00.005Z',
      notBefore: '2026-11-22T12:01:00.000Z',
      mailbox: 'billing@contoso.example',
      code: 'MAILBOX_NOT_FOUND',
      meaning,
      remedy,
      owner,
      field: '/from',
      expected: 'a mailbox',
      requestId: 'request-1',
      serviceCode: 'ErrorInvalidUser',
    });
  });

  test('of a message whose tenant and id cannot be read is found as well', async () => {
    const { ask, store } = memoryMailApi();
    const id = 'message-0123456789abcdef0123456789abcdef';
    store.put(anOutcome({ tenantId: 'unreadable', id, state: 'refused' }));
    assert.equal((await ask('readMailJob', { params: { tenant: 'unreadable', id } })).status, 200);
  });

  test('is found whatever the letters of the tenant id', async () => {
    const { ask, store } = memoryMailApi();
    store.put(anOutcome({}));
    assert.equal((await ask('readMailJob', { params: { ...job, tenant: contoso.toUpperCase() } })).status, 200);
  });

  test('that is not there is 404', async () => {
    const { ask, store } = memoryMailApi();
    store.put(anOutcome({ tenantId: fabrikam }));
    const { status, body } = await ask('readMailJob', { params: job });
    assert.deepEqual([status, body['code']], [404, 'JOB_NOT_FOUND']);
  });

  for (const [params, field] of [
    [{ tenant: 'contoso.com', id: 'a' }, '/tenant'],
    [{ tenant: contoso, id: 'a b' }, '/id'],
    [{ tenant: contoso, id: '!gate a@b.example' }, '/id'],
    [{ tenant: contoso, id: 'x'.repeat(221) }, '/id'],
    [{ tenant: contoso, id: '' }, '/id'],
    [{}, '/tenant'],
  ] as const) {
    test(`at an address that is none is 400: ${JSON.stringify(params)}`, async () => {
      const { ask, store } = memoryMailApi();
      const { status, body } = await ask('readMailJob', { params });
      assert.deepEqual([status, body['code'], body['field'], store.reads], [400, 'REQUEST_INVALID', field, []]);
    });
  }
});

describe('the list of outcomes', () => {
  const filled = () => {
    const api = memoryMailApi();
    for (let at = 0; at < 25; at += 1) {
      const state = at % 5 === 0 ? 'failed' : 'sent';
      const id = `job-${String(at).padStart(2, '0')}`;
      api.store.put(anOutcome({ id, state, updatedAt: noon + at * minutes }));
    }
    api.store.put(anOutcome({ tenantId: fabrikam, id: 'foreign' }));
    return api;
  };

  test('goes by tenant, state and time, from inclusive and to exclusive', async () => {
    const { ask } = filled();
    assert.equal(idsIn(await ask('listMailJobs', { query: { tenant: contoso } })).length, 25);
    assert.equal(idsIn(await ask('listMailJobs', { query: { tenant: contoso, state: 'failed' } })).length, 5);
    const times = { from: '2026-11-22T12:10:00Z', to: '2026-11-22T13:20:00+01:00' };
    const found = await ask('listMailJobs', { query: { tenant: contoso, ...times } });
    assert.deepEqual([idsIn(found)[0], idsIn(found).at(-1), idsIn(found).length], ['job-10', 'job-19', 10]);
    const failed = await ask('listMailJobs', { query: { tenant: contoso, state: 'failed', ...times } });
    assert.deepEqual(idsIn(failed), ['job-10', 'job-15']);
  });

  test('goes on from page to page, whole and once', async () => {
    const { ask } = filled();
    const found: unknown[] = [];
    let query: Record<string, string> = { tenant: contoso, limit: '10' };
    for (let page = 0; page < 3; page += 1) {
      const answer = await ask('listMailJobs', { query });
      found.push(...idsIn(answer));
      query = { ...query, continuation: String(answer.body['continuation']) };
      assert.equal('continuation' in answer.body, page < 2);
    }
    assert.equal(new Set(found).size, 25);
    assert.equal(found.length, 25);
  });

  for (const [query, field] of [
    [{}, '/tenant'],
    [{ tenant: 'contoso.com' }, '/tenant'],
    [{ tenant: `${contoso},${fabrikam}` }, '/tenant'],
    [{ tenant: contoso, state: 'gone' }, '/state'],
    [{ tenant: contoso, state: 'sent,failed' }, '/state'],
    [{ tenant: contoso, from: 'yesterday' }, '/from'],
    [{ tenant: contoso, from: '2026-11-22' }, '/from'],
    [{ tenant: contoso, from: '2026-11-22T12:00:00' }, '/from'],
    [{ tenant: contoso, to: '2026-02-30T12:00:00Z' }, '/to'],
    [{ tenant: contoso, from: '2026-11-22T12:00:00Z', to: '2026-11-22T12:00:00Z' }, '/to'],
    [{ tenant: contoso, limit: '0' }, '/limit'],
    [{ tenant: contoso, limit: '501' }, '/limit'],
    [{ tenant: contoso, limit: '-1' }, '/limit'],
    [{ tenant: contoso, limit: '1e2' }, '/limit'],
    [{ tenant: contoso, limit: '' }, '/limit'],
    [{ tenant: contoso, continuation: '' }, '/continuation'],
    [{ tenant: contoso, continuation: 'x' }, '/continuation'],
    [{ tenant: contoso, stat: 'sent' }, '/stat'],
  ] as const) {
    test(`that is asked for wrongly is 400: ${JSON.stringify(query)}`, async () => {
      const { status, body } = await filled().ask('listMailJobs', { query });
      assert.deepEqual([status, body['code'], body['field']], [400, 'REQUEST_INVALID', field]);
    });
  }
});

describe('a cancel', () => {
  test('of a job that waits is 200: the row says so without what it waited for, and the end is published', async () => {
    const { ask, store, published, clock } = memoryMailApi();
    const progress = { draftId: 'draft-1', step: 'attaching', attached: 0 } as const;
    store.put(anOutcome({ state: 'scheduled', tries: 2, code: 'MAILBOX_PACED', notBefore: noon + 5, progress }));
    clock.advance(1 * minutes);
    const { status, body } = await ask('cancelMailJob', { params: job });
    assert.deepEqual([status, body['state'], body['endedAt']], [200, 'cancelled', '2026-11-22T12:01:00.000Z']);
    const at = noon + 1 * minutes;
    const expected = anOutcome({ state: 'cancelled', tries: 2, updatedAt: at, endedAt: at, progress });
    assert.deepEqual(store.row(contoso, 'invoice-4711'), expected);
    assert.deepEqual(published, [expected]);
  });

  test('of a job that waits for its turn gives the turn back with it, so that the next need not wait behind it', async () => {
    const { ask, store } = memoryMailApi();
    const turn = noon + 60 * minutes;
    const gate = { ...emptyGate, lastTurn: turn, next: turn + 2000, waiting: 1 };
    await store.commit(contoso, [{ kind: 'gate', mailbox: 'post@contoso.example', gate }]);
    const mailbox = { tenant: contoso, mailbox: 'post@contoso.example' };
    assert.equal((await ask('readMailbox', { params: mailbox })).body['waiting'], 1);
    store.put(anOutcome({ state: 'scheduled', code: 'MAILBOX_PACED', mailbox: mailbox.mailbox, notBefore: turn }));
    assert.equal((await ask('cancelMailJob', { params: job })).status, 200);
    assert.equal(store.row(contoso, 'invoice-4711')?.state, 'cancelled');
    const { body } = await ask('readMailbox', { params: mailbox });
    assert.deepEqual([body['waiting'], body['nextTurn']], [0, '2026-11-22T12:00:00.000Z']);
    assert.equal(store.commits.at(-1)?.length, 2, 'both in one transaction');
  });

  test('of a job that has not come yet is 200, and keeps it from leaving', async () => {
    const { ask, store, published } = memoryMailApi();
    assert.equal((await ask('cancelMailJob', { params: job, body: {} })).status, 200);
    assert.equal(store.row(contoso, 'invoice-4711')?.fingerprint, '');
    assert.equal(published.length, 1);
  });

  test('that was done before is 200 again, and published again', async () => {
    const { ask, store, published } = memoryMailApi();
    const first = await ask('cancelMailJob', { params: job });
    assert.deepEqual((await ask('cancelMailJob', { params: job })).body, first.body);
    assert.deepEqual([store.written.length, published.length], [1, 2]);
  });

  for (const state of ['sending', ...terminalStates.filter((one) => one !== 'cancelled')] as const) {
    test(`of a job that is ${state} is 409 with the state, and changes nothing`, async () => {
      const { ask, store, published } = memoryMailApi();
      store.put(anOutcome({ state }));
      const { status, body } = await ask('cancelMailJob', { params: job });
      assert.deepEqual([status, body['code'], body['state']], [409, 'JOB_ENDED', state]);
      assert.deepEqual([store.written.length, published], [1, []]);
    });
  }

  test('of a job that waits to be sent once more, and may have left before, is 409', async () => {
    const { ask, store } = memoryMailApi();
    store.put(anOutcome({ state: 'scheduled', resends: 1 }));
    const { status, body } = await ask('cancelMailJob', { params: job });
    assert.deepEqual(
      [status, body['code'], store.row(contoso, 'invoice-4711')?.state],
      [409, 'JOB_ENDED', 'scheduled'],
    );
  });

  test('that meets a worker who claims the job at that moment is 409', async () => {
    const { ask, store } = memoryMailApi();
    store.put(anOutcome({ state: 'scheduled' }));
    const commit = store.commit.bind(store);
    store.commit = (tenantId, changes) => {
      store.commit = commit;
      store.put(anOutcome({ state: 'sending' }));
      return commit(tenantId, changes);
    };
    const { status, body } = await ask('cancelMailJob', { params: job });
    assert.deepEqual([status, body['state']], [409, 'sending']);
    assert.equal(store.row(contoso, 'invoice-4711')?.state, 'sending');
  });

  test('with something to say, or at no address, is 400', async () => {
    const { ask, store } = memoryMailApi();
    const said = await ask('cancelMailJob', { params: job, body: { force: true } });
    assert.deepEqual([said.status, said.body['field']], [400, '/force']);
    assert.equal((await ask('cancelMailJob', { params: { tenant: 'x', id: 'y' } })).status, 400);
    assert.equal(store.written.length, 0);
  });
});
