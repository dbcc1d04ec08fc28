/** The HTTP API for mail, of the built bundle. Every answer is held against the OpenAPI description that the app itself gives. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { contentOf } from '../../local/cloud/mail/content.ts';
import { customers } from '../../local/cloud/seed.ts';
import { waitFor } from '../../local/wait.ts';
import { poisonRow } from '../../shared/adapters/storage/poison-row.ts';
import { operations as mailOperations } from '../../shared/mail/api/operations.ts';
import { containers, queues, tables } from '../../shared/names.ts';
import { aPoisonEntry } from '../support/mail-api.ts';
import { aMailJob, anAttachment } from '../support/mail-job.ts';
import { type Asked, MailApiClient } from '../support/mail-api-client.ts';
import { bringIn, copiesOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';
import { messagesOf, rowsOf } from '../support/tables.ts';

const { contoso, northwind } = customers;
const eventsQueue = 'mail-ended';
let stack: TestStack;
let client: MailApiClient;

const mail = (overrides: Record<string, unknown>): Record<string, unknown> =>
  aMailJob({ tenant: contoso.id, from: `post@${contoso.domain}`, to: ['ada@customer.example'], ...overrides });

const jobAt = (id: string, tenant: string = contoso.id) => ({ tenant, id });
const ask: MailApiClient['ask'] = (...asked) => client.ask(...asked);

before(async () => {
  stack = await startTestStack({ TENANTPOST_EVENTS_QUEUE: eventsQueue });
  client = await MailApiClient.of(stack);
  await bringIn(stack, contoso);
});
after(async () => stack.stop());

describe('the description', () => {
  test('is given without a key, and is OpenAPI 3.1', async () => {
    const { body } = await ask('readOpenApi', {}, { withoutKey: true });
    const { valid, errors } = await new Validator().validate(body);
    assert.ok(valid, JSON.stringify(errors));
    assert.deepEqual(body['servers'], [{ url: `${stack.settings['TENANTPOST_PUBLIC_URL'] ?? ''}/api` }]);
    assert.equal((await ask('readMailJobSchema', {}, { withoutKey: true })).body['type'], 'object');
  });

  test('asks for a key where there must be one', async () => {
    for (const { operationId, security } of client.api.operations) {
      if (security !== undefined) continue;
      const params = { tenant: contoso.id, id: 'a', mailbox: `post@${contoso.domain}` };
      assert.equal((await ask(operationId, params, { withoutKey: true })).status, 401);
    }
  });
});

describe('a mail job', () => {
  test('is taken, leaves, and says so at its link and on the events queue', async () => {
    const { status, headers, body } = await ask('submitMailJobs', {}, { body: mail({ id: 'one', subject: 'one' }) });
    assert.deepEqual([status, body['state'], headers.get('location')], [202, 'scheduled', body['status']]);
    const link = new URL(String(body['status']));
    assert.equal(link.pathname, `/api/mail-jobs/${contoso.id}/one`);
    const sent = await client.outcome(jobAt('one'), 'sent');
    assert.match(String(sent['requestId']), /^[0-9a-f-]{36}$/);
    assert.equal(sent['mailbox'], `post@${contoso.domain}`);
    assert.equal(copiesOf(stack, 'one').length, 2);
    const event = await waitFor('the event', async () => {
      // The app makes the queue with the first event.
      if (!(await stack.storage.queue(eventsQueue).exists())) return undefined;
      const events = (await messagesOf(stack, eventsQueue)).map((text) => JSON.parse(text) as Record<string, unknown>);
      return events.find(({ id }) => id === 'one');
    });
    client.api.requireValid({ $ref: '#/components/schemas/MailJobEnded' }, event, 'event');
    assert.deepEqual([event['state'], event['endedAt']], ['sent', sent['endedAt']]);
  });

  test('submitted again leaves once; another one under its id is refused', async () => {
    const again = await ask('submitMailJobs', {}, { body: mail({ id: 'one', subject: 'one' }) });
    assert.deepEqual([again.status, again.body['state']], [202, 'sent']);
    const other = await ask('submitMailJobs', {}, { body: mail({ id: 'one', subject: 'another' }) });
    assert.deepEqual([other.status, other.body['code']], [409, 'JOB_ID_REUSED']);
    assert.equal(copiesOf(stack, 'one').length, 2);
    assert.equal(copiesOf(stack, 'another').length, 0);
  });

  test('has its id from Idempotency-Key, and content of any size arrives byte for byte', async () => {
    const octets = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256));
    const kept = await ask('storeMailContent', {}, { body: octets });
    assert.equal(kept.status, 201);
    const inline = octets.subarray(0, 90_001).toString('base64');
    const html = `<p>${'Grüße 🙂 '.repeat(20_000)}</p>`;
    const attachments = [
      anAttachment({ name: 'kept.bin', contentType: 'application/octet-stream', content: kept.body }),
      anAttachment({ name: 'inline.bin', contentType: 'application/octet-stream', content: inline }),
    ];
    const job = mail({ id: undefined, subject: 'large', text: undefined, html, attachments });
    const taken = await ask('submitMailJobs', {}, { headers: { 'idempotency-key': 'large' }, body: job });
    assert.deepEqual([taken.status, taken.body['id']], [202, 'large']);
    await client.outcome(jobAt('large'), 'sent');
    const [copy] = copiesOf(stack, 'large');
    assert.equal(copy?.body.content, html);
    const contents = copy.attachments.map(({ content }) => contentOf(stack.cloud, content ?? ''));
    assert.ok(contents[0]?.equals(octets) && contents[1]?.equals(octets.subarray(0, 90_001)));
  });

  test('is one of many: what is right leaves, what is wrong is named', async () => {
    const jobs = [
      mail({ id: 'many-a', subject: 'many' }),
      mail({ id: 'many-b', to: [] }),
      mail({ id: 'many-c', subject: 'many' }),
    ];
    const { status, body } = await ask('submitMailJobs', {}, { body: { jobs } });
    assert.deepEqual([status, body['taken'], body['refused']], [202, 2, 1]);
    await client.outcome(jobAt('many-a'), 'sent');
    await client.outcome(jobAt('many-c'), 'sent');
    assert.equal(copiesOf(stack, 'many').length, 4);
    assert.equal((await ask('readMailJob', jobAt('many-b'))).status, 404);
  });

  test('is listed by tenant, state and time, from page to page', async () => {
    const ids: string[] = [];
    let query: Record<string, string> = { tenant: contoso.id, state: 'sent', from: '2020-01-01T00:00:00Z', limit: '2' };
    for (;;) {
      const { status, body } = await ask('listMailJobs', {}, { query });
      assert.equal(status, 200);
      ids.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
      if (body['continuation'] === undefined) break;
      query = { ...query, continuation: String(body['continuation']) };
    }
    assert.deepEqual(ids, ['large', 'many-a', 'many-c', 'one']);
    const none = await ask('listMailJobs', {}, { query: { ...query, to: '2020-01-02T00:00:00Z', continuation: '' } });
    assert.equal(none.status, 400);
  });
});

describe('a cancel', () => {
  test('in time keeps a job from leaving, also when it has not come yet; too late says so', async () => {
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    await ask('submitMailJobs', {}, { body: mail({ id: 'later', subject: 'later', notBefore }) });
    assert.equal((await client.outcome(jobAt('later'), 'scheduled'))['notBefore'], notBefore);
    assert.equal((await ask('cancelMailJob', jobAt('later'))).body['state'], 'cancelled');
    // The same job, now: its id is spent.
    assert.equal(
      (await ask('submitMailJobs', {}, { body: mail({ id: 'later', subject: 'later', notBefore }) })).status,
      202,
    );

    assert.equal((await ask('cancelMailJob', jobAt('to-come'))).status, 200);
    const refused = await ask('submitMailJobs', {}, { body: mail({ id: 'to-come', subject: 'to come' }) });
    assert.deepEqual([refused.status, refused.body['code']], [409, 'JOB_ENDED']);
    await queueMail(stack, mail({ id: 'to-come', subject: 'to come' }));
    await waitFor('the message to be met', () =>
      stack.lines.find((line) => line.includes('job.ended-before') && line.includes('to-come')),
    );
    assert.equal(copiesOf(stack, 'to come').length, 0);

    const late = await ask('cancelMailJob', jobAt('one'));
    assert.deepEqual([late.status, late.body['code'], late.body['state']], [409, 'JOB_ENDED', 'sent']);
  });
});

describe('poison', () => {
  test('lists what did not leave with its reason, and a replay sends it once that is mended', async () => {
    const job = mail({ id: 'early', subject: 'early', tenant: northwind.id, from: `post@${northwind.domain}` });
    await ask('submitMailJobs', {}, { body: job });
    await client.outcome(jobAt('early', northwind.id), 'refused');
    for (const query of [{ tenant: northwind.id }, {}]) {
      const { body } = await ask('listPoison', {}, { query });
      const entry = (body['items'] as Record<string, unknown>[]).find(({ id }) => id === 'early');
      assert.deepEqual([entry?.['code'], entry?.['owner']], ['TENANT_NOT_CONSENTED', 'operator']);
    }
    await bringIn(stack, northwind);
    const replayed = await ask('replayMailJob', jobAt('early', northwind.id));
    assert.deepEqual([replayed.status, replayed.body['state']], [202, 'scheduled']);
    await client.outcome(jobAt('early', northwind.id), 'sent');
    assert.equal(copiesOf(stack, 'early').length, 2);
    const left = await ask('listPoison', {}, { query: { tenant: northwind.id } });
    assert.deepEqual(left.body['items'], []);
    const again = await ask('replayMailJob', jobAt('early', northwind.id));
    assert.deepEqual([again.status, again.body['state']], [409, 'sent']);
    assert.equal((await ask('replayMailJob', jobAt('never'))).status, 404);
  });

  test('has what the Functions host gave up without a word of ours, and it can be replayed', async () => {
    const text = JSON.stringify(mail({ id: 'killed', subject: 'killed' }));
    await stack.storage.queue(queues.mailGraphPoison).sendMessage(text);
    const entry = await waitFor('the entry', async () => {
      const { body } = await ask('listPoison', {}, { query: { tenant: contoso.id } });
      return (body['items'] as Record<string, unknown>[]).find(({ id }) => id === 'killed');
    });
    assert.equal(entry['code'], 'UNEXPECTED');
    assert.equal((await ask('readMailJob', jobAt('killed'))).body['state'], 'failed');
    assert.equal((await ask('replayMailJob', jobAt('killed'))).status, 202);
    await client.outcome(jobAt('killed'), 'sent');
    assert.equal(copiesOf(stack, 'killed').length, 2);
  });
});

describe('a mailbox', () => {
  const mailbox = { tenant: contoso.id, mailbox: `anna@${contoso.domain}` };

  test('that is held sends nothing before the end of the hold, and shows it', async () => {
    const until = new Date(Date.now() + 15_000).toISOString();
    const held = await ask('holdMailbox', mailbox, { body: { until, reason: 'INC-1234' } });
    assert.equal(held.status, 200);
    await ask('submitMailJobs', {}, { body: mail({ id: 'held', subject: 'held', from: mailbox.mailbox }) });
    const waiting = await client.outcome(jobAt('held'), 'scheduled', 'sent');
    if (waiting['code'] === undefined)
      await waitFor('the job to wait', async () => (await client.outcome(jobAt('held'), 'scheduled'))['code']);
    const seenMailbox = await ask('readMailbox', mailbox);
    assert.equal((seenMailbox.body['hold'] as { reason?: string } | undefined)?.reason, 'INC-1234');
    assert.equal((await client.outcome(jobAt('held'), 'scheduled'))['code'], 'MAILBOX_HELD');
    const sent = await client.outcome(jobAt('held'), 'sent');
    assert.ok(Date.parse(String(sent['endedAt'])) >= Date.parse(until));
    assert.equal(copiesOf(stack, 'held').length, 2);
  });

  test('that was held without an end is released by hand', async () => {
    await ask('holdMailbox', mailbox);
    const { status, body } = await ask('releaseMailbox', mailbox);
    assert.deepEqual([status, body['hold']], [200, undefined]);
  });
});

test('the delivery of a tenant is kept in its row, beside its state', async () => {
  const asked = { body: { delivery: 'standard', onUnknown: 'resend' } };
  assert.equal((await ask('setDelivery', { tenant: contoso.id }, asked)).status, 200);
  const row = (await rowsOf(stack, tables.tenants)).find(({ rowKey }) => rowKey === contoso.id);
  assert.deepEqual([row?.['state'], row?.['delivery'], row?.['onUnknown']], ['active', 'standard', 'resend']);
  assert.equal((await ask('setDelivery', { tenant: contoso.id }, { body: { delivery: null } })).status, 200);
  const stranger = await ask('setDelivery', { tenant: '99999999-9999-4999-8999-999999999999' }, asked);
  assert.equal(stranger.status, 403);
});

test('what is wrong is a problem document that names it, whatever the operation', async () => {
  const at = { tenant: contoso.id, id: 'one', mailbox: `post@${contoso.domain}` };
  const wrong: Record<string, { params?: Record<string, string>; asked?: Asked }> = {
    submitMailJobs: { asked: { body: '{' } },
    listMailJobs: { asked: { query: { tenant: contoso.id, limit: 'x' } } },
    readMailJob: { params: { ...at, id: 'a b' } },
    cancelMailJob: { asked: { body: { now: true } } },
    replayMailJob: { asked: { body: '[]' } },
    listPoison: { asked: { query: { continuation: 'x' } } },
    readMailbox: { params: { ...at, mailbox: 'post' } },
    holdMailbox: { asked: { body: { until: 'tomorrow' } } },
    releaseMailbox: { params: { ...at, tenant: 'contoso.com' } },
    setDelivery: { asked: { body: { delivery: 'twice' } } },
  };
  for (const [id, { params = at, asked = {} }] of Object.entries(wrong)) {
    assert.equal((await ask(id, params, asked)).status, 400, id);
  }
  const to = Array.from({ length: 500 }, (_, index) => ({ address: `a${index}@b.example`, name: 'é'.repeat(200) }));
  assert.equal((await ask('submitMailJobs', {}, { body: mail({ id: 'huge', to }) })).status, 413);
  assert.equal(
    (await ask('submitMailJobs', {}, { query: { transport: 'smtp' }, body: mail({ id: 'smtp' }) })).status,
    422,
  );
  // As it was left before SMTP was switched off.
  const left = aPoisonEntry({ tenantId: contoso.id, id: 'smtp', transport: 'smtp' });
  await stack.storage.table(tables.mail).createEntity(poisonRow(left));
  assert.equal((await ask('replayMailJob', jobAt('smtp'))).status, 422);
});

test('storage that is out of order is 503, and nothing is taken', async () => {
  const container = stack.storage.container(containers.mailContent);
  await container.delete();
  try {
    assert.equal((await ask('storeMailContent', {}, { body: Buffer.from('x') })).status, 503);
    const large = mail({ id: 'no-container', text: 'x'.repeat(100_000) });
    assert.equal((await ask('submitMailJobs', {}, { body: large })).status, 503);
  } finally {
    await container.create();
  }
  assert.equal((await ask('readMailJob', jobAt('no-container'))).status, 404);
});

test('retention runs when it is told to, and removes nothing of today', async () => {
  const before = (await rowsOf(stack, tables.mail)).length;
  const response = await fetch(`${stack.host.url}/admin/functions/retention`, {
    method: 'POST',
    headers: { 'x-functions-key': stack.host.keys.master, 'content-type': 'application/json' },
    body: JSON.stringify({ input: '' }),
  });
  assert.equal(response.status, 202);
  const done = await waitFor('outcomes, content and invitations to be done', () => {
    const lines = stack.lines.filter((line) => line.includes('retention.'));
    return lines.length === 3 ? lines : undefined;
  });
  for (const line of done) assert.match(line, /"retention\.done".*"removed":0,"failed":0/);
  assert.ok((await rowsOf(stack, tables.mail)).length >= before);
});

test('every answer that is described was seen, but for faults of our own', () => {
  const ofMail = client.api.operations.filter((one) => mailOperations.some(({ id }) => id === one.operationId));
  const described = ofMail.flatMap(({ operationId, responses }) =>
    Object.keys(responses).map((status) => `${operationId} ${status}`),
  );
  const never = described.filter((one) => !client.seen.has(one) && !/ 50[03]$/.test(one));
  // Content has nothing that could be wrong but its size, at which the Functions host itself answers.
  assert.deepEqual(never, ['storeMailContent 400']);
});

test('no answer and no line has a recipient or a subject', () => {
  assert.ok(client.answered.length > 50);
  for (const said of [client.answered.join('\n'), stack.lines.join('\n')]) {
    assert.doesNotMatch(said, /ada@customer\.example|Grüße/);
  }
});
