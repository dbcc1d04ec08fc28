import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../shared/clock.ts';
import { fingerprint, parseMailJob } from '../../../shared/mail/job/mail-job.ts';
import type { Outcome } from '../../../shared/mail/outcome.ts';
import { rawMessage } from '../../../shared/mail/sending/raw-message.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { aPoisonEntry, memoryMailApi } from '../../support/mail-api.ts';
import { aMailJob, anAttachment } from '../../support/mail-job.ts';
import { anOutcome } from '../../support/outcome.ts';

/** The row of `aMailJob()` before any worker has seen it. */
function taken(): Outcome {
  const { mailbox: _, ...row } = anOutcome({ state: 'scheduled', tries: 0 });
  return row;
}

const link = `https://mail.example.com/api/mail-jobs/${contoso}/invoice-4711`;

test('it answers POST on mail-jobs, with a key', () => {
  const { methods, authLevel, route } = memoryMailApi().functions['submitMailJobs'] ?? {};
  assert.deepEqual([methods, authLevel, route], [['POST'], 'function', 'mail-jobs']);
});

describe('a mail job', () => {
  test('is 202 with a link to its outcome, has a row, and is on the queue with the version of the row', async () => {
    const { ask, store, graph } = memoryMailApi();
    const { status, headers, body } = await ask('submitMailJobs', { body: aMailJob() });
    assert.equal(status, 202);
    assert.equal(headers['location'], link);
    assert.deepEqual(body, {
      tenant: contoso,
      id: 'invoice-4711',
      state: 'scheduled',
      transport: 'graph',
      duplicatesRemoved: 0,
      status: link,
    });
    const stored = await store.read(contoso, 'invoice-4711');
    assert.deepEqual(stored?.outcome, taken());
    const [message, ...more] = graph.queued;
    assert.deepEqual([message?.delay, more], [0, []]);
    const { text, postmark } = rawMessage(message?.text);
    assert.deepEqual(JSON.parse(text), aMailJob());
    assert.deepEqual(postmark.row, { etag: stored?.etag, tries: 0, createdAt: noon });
  });

  test('has its row before its message is on the queue: a queue that is down is 503, and asking again mends it', async () => {
    const { ask, store, graph } = memoryMailApi();
    graph.isDown = true;
    const failed = await ask('submitMailJobs', { body: aMailJob() });
    assert.deepEqual([failed.status, failed.body['code']], [503, 'STORAGE_UNAVAILABLE']);
    assert.equal(store.row(contoso, 'invoice-4711')?.state, 'scheduled');
    graph.isDown = false;
    assert.equal((await ask('submitMailJobs', { body: aMailJob() })).status, 202);
    assert.equal(graph.queued.length, 1);
    assert.equal(store.written.length, 1);
  });

  test('goes over SMTP when that is asked for', async () => {
    const { ask, store, graph, smtp } = memoryMailApi();
    const { body } = await ask('submitMailJobs', { body: aMailJob(), query: { transport: 'smtp' } });
    assert.equal(body['transport'], 'smtp');
    assert.equal(store.row(contoso, 'invoice-4711')?.transport, 'smtp');
    assert.deepEqual([graph.queued.length, smtp.queued.length], [0, 1]);
  });

  test('for a time to come waits in the queue until then', async () => {
    const { ask, store, graph } = memoryMailApi();
    await ask('submitMailJobs', { body: aMailJob({ notBefore: '2026-11-22T14:00:00+01:00' }) });
    assert.equal(graph.queued[0]?.delay, 1 * hours);
    assert.equal(store.row(contoso, 'invoice-4711')?.notBefore, noon + 1 * hours);
  });

  test('for a time that is over waits for nothing', async () => {
    const { ask, store, graph } = memoryMailApi();
    await ask('submitMailJobs', { body: aMailJob({ notBefore: '2026-11-22T11:00:00Z' }) });
    assert.equal(graph.queued[0]?.delay, 0);
    assert.equal(store.row(contoso, 'invoice-4711')?.notBefore, undefined);
  });

  test('says how many recipients were written twice', async () => {
    const { ask } = memoryMailApi();
    const to = ['anna@customer.example', 'ANNA@customer.example'];
    const { body } = await ask('submitMailJobs', { body: aMailJob({ to, cc: ['anna@customer.example'] }) });
    assert.equal(body['duplicatesRemoved'], 2);
  });

  test('that is too large for the queue has its content in a blob, and the fingerprint of what is on the queue', async () => {
    const { ask, store, graph, content } = memoryMailApi();
    const octets = Buffer.alloc(200_000, 'ä');
    const attachments = [anAttachment({ content: octets.toString('base64') })];
    assert.equal((await ask('submitMailJobs', { body: aMailJob({ attachments }) })).status, 202);
    const { text } = rawMessage(graph.queued[0]?.text);
    const queued = JSON.parse(text) as object;
    const [attachment] = parseMailJob(queued).job.attachments;
    assert.ok(typeof attachment?.content === 'object');
    assert.ok(content.blobs.get(attachment.content.blob)?.equals(octets));
    assert.equal(store.row(contoso, 'invoice-4711')?.fingerprint, fingerprint(queued));
    // Again: the same job, and not another one under its id.
    assert.equal((await ask('submitMailJobs', { body: aMailJob({ attachments }) })).status, 202);
  });

  test('names no recipient, subject or text in answer and log', async () => {
    const { ask, graph } = memoryMailApi();
    const secret = { to: ['canary@customer.example'], subject: 'canary', text: 'canary' };
    const taken = await ask('submitMailJobs', { body: aMailJob(secret) });
    const refused = await ask('submitMailJobs', { body: aMailJob({ ...secret, cc: ['canary'], canary: 1 }) });
    assert.equal(refused.status, 400);
    const said = [taken.body, taken.headers, taken.lines, refused.body, refused.lines];
    assert.doesNotMatch(JSON.stringify(said).replaceAll('"/canary"', ''), /canary/);
    assert.equal(graph.queued.length, 1);
  });
});

describe('the same mail job again', () => {
  test('is answered alike, and queued again only while its row is as it was written', async () => {
    const { ask, store, graph, clock } = memoryMailApi();
    const first = await ask('submitMailJobs', { body: aMailJob() });
    clock.advance(1 * hours);
    assert.deepEqual((await ask('submitMailJobs', { body: aMailJob() })).body, first.body);
    assert.equal(graph.queued.length, 2, 'who submitted it may have died before it was on the queue');
    assert.equal(store.written.length, 1);

    for (const touched of [{ tries: 1 }, { code: 'MAILBOX_PACED' as const }, { updatedAt: noon + 1 }]) {
      store.put(anOutcome({ state: 'scheduled', tries: 0, ...touched }));
      assert.deepEqual((await ask('submitMailJobs', { body: aMailJob() })).body, first.body);
    }
    assert.equal(graph.queued.length, 2);
  });

  test('in another order of its fields is the same', async () => {
    const { ask, store } = memoryMailApi();
    await ask('submitMailJobs', { body: aMailJob() });
    const turned = Object.fromEntries(Object.entries(aMailJob()).reverse());
    assert.equal((await ask('submitMailJobs', { body: turned })).status, 202);
    assert.equal(store.written.length, 1);
  });

  test('that has gone on is answered with its state, and not queued', async () => {
    for (const state of ['sending', 'sent', 'unknown', 'cancelled'] as const) {
      const { ask, store, graph } = memoryMailApi();
      store.put(anOutcome({ state }));
      const { status, body } = await ask('submitMailJobs', { body: aMailJob() });
      assert.deepEqual([status, body['state'], graph.queued.length], [202, state, 0]);
    }
  });

  test('stays on the queue of the transport that it was taken for', async () => {
    const { ask, graph, smtp } = memoryMailApi();
    await ask('submitMailJobs', { body: aMailJob() });
    const { body } = await ask('submitMailJobs', { body: aMailJob(), query: { transport: 'smtp' } });
    assert.deepEqual([body['transport'], graph.queued.length, smtp.queued.length], ['graph', 2, 0]);
  });

  test('after it was refused or failed is tried anew, and is in poison no more', async () => {
    for (const state of ['refused', 'failed'] as const) {
      const { ask, store, graph } = memoryMailApi();
      store.put(anOutcome({ state, tries: 3, code: 'MAILBOX_NOT_FOUND', fingerprint: 'another' }));
      await store.commit(contoso, [{ kind: 'poison', entry: aPoisonEntry() }]);
      assert.equal((await ask('submitMailJobs', { body: aMailJob() })).body['state'], 'scheduled');
      assert.deepEqual(store.row(contoso, 'invoice-4711'), taken());
      assert.equal(graph.queued.length, 1);
      assert.equal(await store.readPoison(contoso, 'invoice-4711'), undefined);
    }
  });

  test('and what fails as soon as it is on the queue stays in poison', async () => {
    const { ask, store, graph } = memoryMailApi();
    store.put(anOutcome({ state: 'failed' }));
    const entry = aPoisonEntry();
    graph.put = async () => void (await store.commit(contoso, [{ kind: 'poison', entry }]));
    assert.equal((await ask('submitMailJobs', { body: aMailJob() })).status, 202);
    assert.deepEqual((await store.readPoison(contoso, 'invoice-4711'))?.entry, entry);
  });

  test('is queued again when nobody has looked at it for an hour after its time: its message may be gone', async () => {
    const { ask, store, graph } = memoryMailApi();
    store.put(
      anOutcome({ state: 'scheduled', tries: 3, notBefore: noon - 2 * hours, updatedAt: noon - 1 * hours - 1 }),
    );
    assert.equal((await ask('submitMailJobs', { body: aMailJob() })).status, 202);
    assert.equal(graph.queued.length, 1);
    store.put(anOutcome({ state: 'scheduled', tries: 3, notBefore: noon + 2 * hours, updatedAt: noon - 9 * hours }));
    assert.equal((await ask('submitMailJobs', { body: aMailJob() })).status, 202);
    assert.equal(graph.queued.length, 1);
  });

  test('at the same moment is taken once', async () => {
    const { ask, store } = memoryMailApi();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('submitMailJobs', { body: aMailJob() })));
    assert.ok(answers.every(({ status }) => status === 202));
    assert.equal(store.written.length, 1);
  });
});

describe('another mail job under an id that is taken', () => {
  test('is 409, and nothing of it is taken', async () => {
    for (const state of ['scheduled', 'sending', 'sent', 'unknown', 'cancelled'] as const) {
      const { ask, store, graph } = memoryMailApi();
      store.put(anOutcome({ state }));
      const { status, body } = await ask('submitMailJobs', { body: aMailJob({ subject: 'Another' }) });
      assert.deepEqual([status, body['code'], body['field']], [409, 'JOB_ID_REUSED', '/id']);
      assert.deepEqual([store.written.length, graph.queued.length], [1, 0]);
    }
  });

  test('of another tenant is its own', async () => {
    const { ask } = memoryMailApi();
    await ask('submitMailJobs', { body: aMailJob() });
    assert.equal((await ask('submitMailJobs', { body: aMailJob({ tenant: fabrikam }) })).status, 202);
  });

  test('that was cancelled before any came is 409, with the state', async () => {
    const { ask, graph } = memoryMailApi();
    await ask('cancelMailJob', { params: { tenant: contoso, id: 'invoice-4711' } });
    const { status, body } = await ask('submitMailJobs', { body: aMailJob() });
    assert.deepEqual([status, body['code'], body['state'], graph.queued.length], [409, 'JOB_ENDED', 'cancelled', 0]);
  });
});
