import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { memoryMailApi } from '../../support/mail-api.ts';
import { aMailJob } from '../../support/mail-job.ts';

describe('a request that is wrong takes nothing and names what is wrong:', () => {
  const jobs = (count: number) => ({ jobs: Array.from({ length: count }, (_, at) => aMailJob({ id: `job-${at}` })) });
  const huge = Array.from({ length: 500 }, (_, at) => ({ address: `a${at}@b.example`, name: 'é'.repeat(200) }));
  for (const [what, asked, status, code, field] of [
    ['no body', {}, 400, 'JOB_VERSION_UNKNOWN', '/version'],
    ['no JSON', { body: '{' }, 400, 'REQUEST_INVALID', undefined],
    ['no UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, 400, 'REQUEST_INVALID', undefined],
    ['null', { body: 'null' }, 400, 'REQUEST_INVALID', ''],
    ['a text', { body: '"x"' }, 400, 'REQUEST_INVALID', ''],
    ['a list', { body: [aMailJob()] }, 400, 'REQUEST_INVALID', ''],
    ['another version', { body: aMailJob({ version: 2 }) }, 400, 'JOB_VERSION_UNKNOWN', '/version'],
    ['an unknown field', { body: aMailJob({ sendAt: 1 }) }, 400, 'JOB_INVALID', '/sendAt'],
    ['no id', { body: aMailJob({ id: undefined }) }, 400, 'JOB_INVALID', '/id'],
    ['no recipient', { body: aMailJob({ to: [] }) }, 400, 'JOB_INVALID', '/to'],
    ['no transport of ours', { body: aMailJob(), query: { transport: 'fax' } }, 400, 'REQUEST_INVALID', '/transport'],
    ['two transports', { body: aMailJob(), query: { transport: 'graph,smtp' } }, 400, 'REQUEST_INVALID', '/transport'],
    ['an unknown parameter', { body: aMailJob(), query: { dry: '1' } }, 400, 'REQUEST_INVALID', '/dry'],
    ['no jobs', { body: { jobs: [] } }, 400, 'REQUEST_INVALID', '/jobs'],
    ['too many jobs', { body: jobs(101) }, 400, 'REQUEST_INVALID', '/jobs'],
    ['jobs that are no list', { body: { jobs: {} } }, 400, 'REQUEST_INVALID', '/jobs'],
    ['jobs and more', { body: { ...jobs(1), tenant: contoso } }, 400, 'REQUEST_INVALID', '/tenant'],
    ['too much beside its content', { body: aMailJob({ to: huge }) }, 413, 'JOB_TOO_LARGE', ''],
  ] as const) {
    test(what, async () => {
      const { ask, store, graph } = memoryMailApi();
      const answer = await ask('submitMailJobs', asked);
      assert.deepEqual([answer.status, answer.body['code'], answer.body['field']], [status, code, field]);
      assert.deepEqual([store.commits.length, graph.queued.length], [0, 0]);
    });
  }

  test('SMTP where that is not served', async () => {
    const { ask, queues, store } = memoryMailApi();
    delete queues.smtp;
    const { status, body } = await ask('submitMailJobs', { body: aMailJob(), query: { transport: 'smtp' } });
    assert.deepEqual([status, body['code'], store.commits.length], [422, 'TRANSPORT_OFF', 0]);
  });

  test('another tenant than that of a single-tenant installation', async () => {
    const { ask, store } = memoryMailApi(fabrikam);
    const { status, body } = await ask('submitMailJobs', { body: aMailJob() });
    assert.deepEqual([status, body['code'], body['field']], [400, 'TENANT_NOT_HOME', '/tenant']);
    assert.equal(store.commits.length, 0);
  });

  test('and the key of the Functions host in the query is not', async () => {
    const { ask } = memoryMailApi();
    assert.equal((await ask('submitMailJobs', { body: aMailJob(), query: { code: 'key' } })).status, 202);
  });
});
