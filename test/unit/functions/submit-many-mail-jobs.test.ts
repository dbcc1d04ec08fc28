import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rawMessage } from '../../../shared/mail/sending/raw-message.ts';
import { memoryMailApi } from '../../support/mail-api.ts';
import { aMailJob } from '../../support/mail-job.ts';

describe('an Idempotency-Key', () => {
  const keyed = (key: string, id?: string) => ({ headers: { 'Idempotency-Key': key }, body: aMailJob({ id }) });

  test('stands for the id of a job that has none, with quotes or without', async () => {
    const { ask, store, graph } = memoryMailApi();
    for (const key of ['invoice-4711', '"invoice-4711"']) {
      assert.equal((await ask('submitMailJobs', keyed(key))).body['id'], 'invoice-4711');
    }
    assert.equal(store.written.length, 1);
    assert.equal((JSON.parse(rawMessage(graph.queued[0]?.text).text) as { id: string }).id, 'invoice-4711');
  });

  test('beside the same id is taken', async () => {
    assert.equal((await memoryMailApi().ask('submitMailJobs', keyed('a', 'a'))).status, 202);
  });

  test('beside another id is refused, and so is one that is no id, and one for many jobs', async () => {
    const { ask, store } = memoryMailApi();
    const other = await ask('submitMailJobs', keyed('a', 'b'));
    assert.deepEqual([other.status, other.body['code'], other.body['field']], [400, 'REQUEST_INVALID', '/id']);
    const none = await ask('submitMailJobs', keyed('no id'));
    assert.deepEqual([none.status, none.body['code'], none.body['field']], [400, 'JOB_INVALID', '/id']);
    const many = await ask('submitMailJobs', { headers: { 'idempotency-key': 'a' }, body: { jobs: [aMailJob()] } });
    assert.deepEqual([many.status, many.body['code'], many.body['field']], [400, 'REQUEST_INVALID', '/jobs']);
    assert.equal(store.commits.length, 0);
  });
});

describe('many mail jobs', () => {
  test('are judged one by one, in their order: what is taken is on the queue, and nothing else', async () => {
    const { ask, store, graph } = memoryMailApi();
    const wrong = [aMailJob({ id: 'no-one', to: [] }), 'x', null, aMailJob({ id: 'a', subject: 'Another' })];
    const jobs = [aMailJob({ id: 'a' }), ...wrong, aMailJob({ id: 'b' }), aMailJob({ id: 'a' })];
    const { status, body, lines } = await ask('submitMailJobs', { body: { jobs } });
    assert.equal(status, 202);
    assert.deepEqual([body['taken'], body['refused']], [3, 4]);
    const results = body['results'] as { index: number; job?: { id: string }; problem?: { code: string } }[];
    assert.deepEqual(
      results.map(({ index, job, problem }) => [index, job?.id ?? problem?.code]),
      [
        [0, 'a'],
        [1, 'JOB_INVALID'],
        [2, 'REQUEST_INVALID'],
        [3, 'REQUEST_INVALID'],
        [4, 'JOB_ID_REUSED'],
        [5, 'b'],
        [6, 'a'],
      ],
    );
    assert.deepEqual(store.written.map(({ id }) => id).sort(), ['a', 'b']);
    assert.equal(graph.queued.length, 3);
    assert.equal(lines.filter((line) => line.includes('http.refused')).length, 4);
  });

  test('are a hundred at most, and all of them are taken', async () => {
    const { ask, store } = memoryMailApi();
    const jobs = Array.from({ length: 100 }, (_, at) => aMailJob({ id: `job-${at}` }));
    const { body } = await ask('submitMailJobs', { body: { jobs } });
    assert.deepEqual([body['taken'], body['refused'], store.written.length], [100, 0, 100]);
  });

  test('that meet an outage say so one by one, and can be submitted again as they are', async () => {
    const { ask, graph } = memoryMailApi();
    const body = { jobs: [aMailJob({ id: 'a' }), aMailJob({ id: 'b' })] };
    graph.isDown = true;
    assert.equal((await ask('submitMailJobs', { body })).body['refused'], 2);
    graph.isDown = false;
    assert.equal((await ask('submitMailJobs', { body })).body['taken'], 2);
    assert.equal(graph.queued.length, 2);
  });
});
