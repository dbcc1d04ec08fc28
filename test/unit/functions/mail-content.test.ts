import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { mailJobSchema } from '../../../shared/mail/job/mail-job.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { describedApi, memoryMailApi } from '../../support/mail-api.ts';
import { aMailJob, anAttachment } from '../../support/mail-job.ts';

describe('content', () => {
  test('is kept octet for octet, and the answer is what a mail job says of it', async () => {
    const { ask, content } = memoryMailApi();
    const octets = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 256));
    const { status, body } = await ask('storeMailContent', { body: octets });
    assert.equal(status, 201);
    assert.ok(content.blobs.get(String(body['blob']))?.equals(octets));
    assert.deepEqual([body['bytes'], body['sha256']], [1000, createHash('sha256').update(octets).digest('hex')]);
    const job = aMailJob({ attachments: [anAttachment({ content: body })] });
    assert.equal((await ask('submitMailJobs', { body: job })).status, 202);
  });

  test('may be empty', async () => {
    assert.equal((await memoryMailApi().ask('storeMailContent')).body['bytes'], 0);
  });
});

describe('the delivery of a tenant', () => {
  const params = { tenant: contoso };

  test('is kept beside its state, and set back whole', async () => {
    const { ask, tenants } = memoryMailApi();
    const both = await ask('setDelivery', { params, body: { delivery: 'exactly-once', onUnknown: 'resend' } });
    assert.deepEqual(both.body, { tenant: contoso, delivery: 'exactly-once', onUnknown: 'resend' });
    const { state, delivery, onUnknown } = (await tenants.find(contoso)) ?? {};
    assert.deepEqual([state, delivery, onUnknown], ['active', 'exactly-once', 'resend']);
    const none = await ask('setDelivery', { params, body: { delivery: null } });
    assert.deepEqual(none.body, { tenant: contoso, delivery: null, onUnknown: null });
    assert.equal((await tenants.find(contoso))?.onUnknown, undefined);
  });

  test('of one that never consented is 403', async () => {
    const { ask, tenants } = memoryMailApi();
    const { status, body } = await ask('setDelivery', { params: { tenant: fabrikam }, body: { delivery: 'standard' } });
    assert.deepEqual([status, body['code']], [403, 'TENANT_NOT_CONSENTED']);
    assert.equal(await tenants.find(fabrikam), undefined);
  });

  for (const [body, field] of [
    [undefined, '/delivery'],
    [{}, '/delivery'],
    [{ delivery: 'twice' }, '/delivery'],
    [{ delivery: 'standard', onUnknown: 'guess' }, '/onUnknown'],
    [{ delivery: 'standard', since: 1 }, '/since'],
  ] as const) {
    test(`that is none is 400: ${JSON.stringify(body)}`, async () => {
      const answer = await memoryMailApi().ask('setDelivery', { params, body });
      assert.deepEqual([answer.status, answer.body['code'], answer.body['field']], [400, 'REQUEST_INVALID', field]);
    });
  }

  test('is put, with a key', () => {
    const { methods, authLevel, route } = memoryMailApi().functions['setDelivery'] ?? {};
    assert.deepEqual([methods, authLevel, route], [['PUT'], 'function', 'tenants/{tenant}/delivery']);
  });
});

describe('the documents', () => {
  test('need no key', () => {
    const { functions } = memoryMailApi();
    for (const id of ['readOpenApi', 'readMailJobSchema']) {
      assert.deepEqual([functions[id]?.methods, functions[id]?.authLevel], [['GET'], 'anonymous']);
    }
  });

  test('are the JSON Schema that a mail job is of, and the description of the API', async () => {
    const { ask } = memoryMailApi();
    const schema = await ask('readMailJobSchema');
    assert.equal(schema.headers['content-type'], 'application/schema+json');
    assert.deepEqual(schema.body, JSON.parse(JSON.stringify(mailJobSchema())));
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    assert.ok(ajv.compile(schema.body)(aMailJob()));
    const { body } = await ask('readOpenApi');
    assert.equal(body['openapi'], '3.1.0');
    assert.deepEqual(body['servers'], [{ url: 'https://mail.example.com/api' }]);
  });

  test('say the same of a mail job', () => {
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    const [inSchema, inApi] = [
      ajv.compile(mailJobSchema()),
      describedApi.validator({ $ref: '#/components/schemas/MailJob' }),
    ];
    for (const job of [aMailJob(), aMailJob({ to: [] }), aMailJob({ x: 1 }), aMailJob({ to: ['x'] }), {}, null]) {
      assert.equal(inApi(job), inSchema(job), JSON.stringify(job));
    }
  });
});
