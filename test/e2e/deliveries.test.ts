/**
 * The built bundle and the ways in which a mail leaves: both deliveries, both transports, content in blobs, and a mailbox at its
 * limit. And what all of it has told a collector of telemetry.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { contentOf } from '../../local/cloud/mail/content.ts';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { invite, setUpSmtp } from '../../local/onboarding.ts';
import { readOutcomes } from '../../local/outcomes.ts';
import { logEvents, logFields } from '../../shared/log-events.ts';
import { metricTable } from '../../shared/metrics.ts';
import { containers, queues, routes } from '../../shared/names.ts';
import { spanAttributes, spanNames } from '../../shared/tracing.ts';
import { Canaries } from '../support/canaries.ts';
import { aMailJob } from '../support/mail-job.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { bringIn, copiesOf, outcomeOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';

const { contoso, fabrikam } = customers;
let stack: TestStack;
let receiver: OtlpReceiver;

const mail = (id: string, overrides: Record<string, unknown> = {}): Record<string, unknown> =>
  aMailJob({
    ...{ id, subject: id, tenant: contoso.id, from: `post@${contoso.domain}`, to: ['ada@customer.example'] },
    ...overrides,
  });

before(async () => {
  receiver = await startOtlpReceiver();
  stack = await startTestStack({
    TENANTPOST_RESOURCES: 'graph,outlook',
    TENANTPOST_SETTLE_SECONDS: '2',
    TENANTPOST_TELEMETRY: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  const registration = stack.cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
  registration?.requiredAppRoles.push(
    { resource: 'https://graph.microsoft.com', role: 'Mail.ReadWrite' },
    { resource: 'https://outlook.office365.com', role: 'SMTP.SendAsApp' },
  );
  await bringIn(stack, contoso);
  await bringIn(stack, fabrikam);
  await setUpSmtp(stack, contoso);
});
after(async () => {
  await stack.stop();
  await receiver.stop();
});

async function queueForSmtp(job: object): Promise<void> {
  await stack.storage.queue(queues.mailSmtp).sendMessage(JSON.stringify(job));
}

/** Content that is too large for a message, where a producer puts it. */
async function inBlob(content: Buffer): Promise<{ blob: string; sha256: string; bytes: number }> {
  const blob = `jobs/${crypto.randomUUID()}`;
  await stack.storage.container(containers.mailContent).getBlockBlobClient(blob).uploadData(content);
  return { blob, sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
}

const asked = (operation: string, since: number): number => stack.cloud.journal.count('graph', operation, since);

const alternatives = {
  text: 'In letters.',
  html: '<p>In <b>colours</b>.</p>',
  headers: Array.from({ length: 7 }, (_, index) => ({ name: `X-Number-${index}`, value: `${index}` })),
  listUnsubscribe: { url: 'https://contoso.example/unsubscribe?id=1', oneClick: true },
};

for (const transport of ['graph', 'smtp'] as const) {
  describe(`over ${transport}`, () => {
    const queue = transport === 'graph' ? (job: object) => queueMail(stack, job) : queueForSmtp;

    test('text beside HTML, seven headers and List-Unsubscribe arrive', async () => {
      const id = `alternatives-${transport}`;
      await queue(mail(id, alternatives));
      await outcomeOf(stack, id, 'sent');
      const copy = copiesOf(stack, id).find(({ folder }) => folder === 'inbox');
      assert.equal(copy?.body.content.trim(), alternatives.html);
      const names = copy.headers.map(({ name }) => name.toLowerCase());
      assert.ok(names.includes('x-number-6') && names.includes('list-unsubscribe-post'), names.join(' '));
    });

    test('a ready MIME message in a blob arrives as it is', async () => {
      const id = `ready-${transport}`;
      const to = 'ada@customer.example';
      const message = Buffer.from(
        [
          `From: post@${contoso.domain}`,
          `To: ${to}`,
          `Subject: ${id}`,
          'X-Signed: yes',
          '',
          'Signed elsewhere.',
          '',
        ].join('\r\n'),
      );
      const { subject: _, text: __, ...job } = mail(id, { mime: await inBlob(message) });
      await queue(job);
      await outcomeOf(stack, id, 'sent');
      const copy = copiesOf(stack, id).find(({ mailbox }) => mailbox === to);
      assert.equal(copy?.body.content.trim(), 'Signed elsewhere.');
    });

    test('an answer that is lost after Microsoft accepted the mail makes no second one', async () => {
      const id = `lost-${transport}`;
      const fault = { kind: 'cut', when: 'after' } as const;
      if (transport === 'graph') stack.cloud.faults.add({ service: 'graph', operation: 'sendMail', fault, times: 1 });
      else stack.cloud.faults.add({ service: 'smtp', operation: 'DATA', fault, times: 1 });
      await queue(mail(id));
      // The mailbox is asked over Graph; SMTP has no way to ask.
      await outcomeOf(stack, id, transport === 'graph' ? 'sent' : 'unknown');
      assert.equal(copiesOf(stack, id).filter(({ folder }) => folder === 'inbox').length, 1);
    });
  });
}

describe('exactly-once', () => {
  test('sends by a draft that is written down before', async () => {
    const since = Date.now();
    await queueMail(stack, mail('by-draft', { delivery: 'exactly-once' }));
    await outcomeOf(stack, 'by-draft', 'sent');
    assert.deepEqual([asked('createMessage', since), asked('sendMessage', since), asked('sendMail', since)], [1, 1, 0]);
    assert.deepEqual(
      copiesOf(stack, 'by-draft')
        .map(({ folder }) => folder)
        .sort(),
      ['inbox', 'sentitems'],
    );
  });

  for (const [operation, when] of [
    ['createMessage', 'after'],
    ['sendMessage', 'before'],
    ['sendMessage', 'after'],
  ] as const) {
    test(`leaves once, and no draft behind, when ${operation} is cut ${when} Graph acted`, async () => {
      const id = `${operation}-${when}`;
      stack.cloud.faults.add({ service: 'graph', operation, fault: { kind: 'cut', when }, times: 1 });
      await queueMail(stack, mail(id, { delivery: 'exactly-once' }));
      await outcomeOf(stack, id, 'sent');
      assert.deepEqual(
        copiesOf(stack, id)
          .map(({ folder }) => folder)
          .sort(),
        ['inbox', 'sentitems'],
      );
    });
  }
});

test('an attachment of 12 MB goes from its blob to the mailbox in ranges, and arrives octet by octet', async () => {
  const octets = Buffer.alloc(12_000_000, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
  const attachments = [
    { name: 'small.txt', contentType: 'text/plain', content: Buffer.from('small').toString('base64') },
    { name: 'plan.bin', contentType: 'application/octet-stream', content: await inBlob(octets) },
  ];
  await queueMail(stack, mail('large', { attachments }));
  await outcomeOf(stack, 'large', 'sent');
  const copy = copiesOf(stack, 'large').find(({ folder }) => folder === 'inbox');
  const [small, large] = copy?.attachments ?? [];
  assert.equal(contentOf(stack.cloud, small?.content ?? '').toString(), 'small');
  assert.ok(contentOf(stack.cloud, large?.content ?? '').equals(octets));
});

test('a blob that is another one than the job says keeps the mail from leaving', async () => {
  const ref = await inBlob(Buffer.from('as written'));
  await queueMail(stack, mail('changed', { text: { ...ref, sha256: '0'.repeat(64) } }));
  assert.equal((await outcomeOf(stack, 'changed', 'refused')).code, 'CONTENT_WRONG');
  assert.equal(copiesOf(stack, 'changed').length, 0);
});

test('ten mails of one mailbox at once all leave, each at its turn, and Graph throttles none', async () => {
  const since = Date.now();
  const linesBefore = stack.lines.length;
  const ids = Array.from({ length: 10 }, (_, index) => `blast-${index}`);
  const from = `post@${fabrikam.domain}`;
  for (const id of ids) await queueMail(stack, mail(id, { tenant: fabrikam.id, from }));
  const waiting = await Promise.any(ids.map((id) => outcomeOf(stack, id, 'scheduled')));
  assert.equal(waiting.code, 'MAILBOX_PACED');
  for (const id of ids) await outcomeOf(stack, id, 'sent');
  const throttled = stack.cloud.journal.find({ service: 'graph', since }).filter(({ status }) => status === 429);
  assert.deepEqual(throttled, []);
  // What waited came back to another function, which no line of new jobs keeps from its turn.
  const taken = (name: string): number =>
    stack.lines.slice(linesBefore).filter((line) => line.includes(`Executing 'Functions.${name}'`)).length;
  assert.equal(taken('sendGraph'), ids.length);
  assert.ok(taken('sendGraphDue') >= 5, String(taken('sendGraphDue')));
});

describe('the telemetry of all of this', () => {
  const canaries = new Canaries();
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const api = (path: string): string => `${stack.host.url}/api/${path}`;

  before(async () => {
    const { keys } = stack.host;
    for (const [name, key] of Object.entries(keys.functions)) canaries.plant(`the key of ${name}`, key);
    canaries.plant('the master key', keys.master);
    canaries.plant('the header of the identity endpoint', stack.cloud.identityHeader);
    canaries.plant('a mailbox', `post@${contoso.domain}`);
    canaries.plant('a recipient of every mail', 'ada@customer.example');
    const word = (what: string): string => canaries.plant(what, `canary-${what.replaceAll(' ', '-')}-4711`);
    const job = mail('watched', {
      subject: word('subject'),
      text: word('text'),
      html: `<p>${word('html')}</p>`,
      to: [`${word('recipient')}@customer.example`],
      bcc: [`${word('bcc')}@customer.example`],
      replyTo: [`${word('reply to')}@customer.example`],
      headers: [{ name: 'X-Canary', value: word('header') }],
      attachments: [
        {
          name: word('attachment name'),
          contentType: 'text/plain',
          content: Buffer.from(word('attachment')).toString('base64'),
        },
      ],
    });
    const submitted = await fetch(api(`${routes.mailJobs}?code=${keys.functions['submitMailJobs'] ?? ''}`), {
      method: 'POST',
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      body: JSON.stringify(job),
    });
    assert.equal(submitted.status, 202);
    await outcomeOf(stack, 'watched', 'sent');
    await queueForSmtp({ ...job, id: 'watched-smtp' });
    await outcomeOf(stack, 'watched-smtp', 'sent');
    await queueMail(stack, { ...job, id: 'watched-wrong', to: [word('wrong recipient')] });
    await outcomeOf(stack, 'watched-wrong', 'refused');
    // Links that open a page are as good as a password while they last.
    const { link } = await invite(stack);
    for (const [name, value] of new URL(link).searchParams) canaries.plant(`the link's ${name}`, value);
    await fetch(link);
    await fetch(api(`${routes.consentCallback}?state=${word('state')}&code=${word('code')}&error=${word('error')}`));
    await fetch(api(`${routes.consoleOpen}?link=${word('link')}`));
    // What is left is exported at the end of the process.
    await stack.host.stop();
  });

  const spansOf = (name: string): ReceivedSpan[] => receiver.spans().filter((span) => span.name === name);

  test('is one trace from the request of the producer over the queue to Graph, with our id and with that of Graph', () => {
    const spans = receiver.spans().filter(({ traceId }) => traceId === trace);
    const named = (name: string): ReceivedSpan => {
      const found = spans.filter((span) => span.name === name);
      assert.equal(found.length, 1, `${name}: ${spans.map((span) => span.name).join(', ')}`);
      return found[0] as ReceivedSpan;
    };
    const way = ['POST /api/mail-jobs', 'submit mail job', 'send mail job', 'graph request'].map(named);
    assert.equal(way[0]?.parentSpanId, '00f067aa0ba902b7');
    for (const [at, { parentSpanId }] of way.slice(1).entries()) assert.equal(parentSpanId, way[at]?.spanId);
    assert.match(String(way[3]?.attributes['client-request-id']), /^[0-9a-f-]{36}$/);
    assert.deepEqual(
      [way[2]?.attributes['tenantpost.job.id'], way[2]?.attributes['tenantpost.job.state']],
      ['watched', 'sent'],
    );
    const record = receiver
      .records()
      .find(({ body, attributes }) => body === 'job.sent' && attributes['id'] === 'watched');
    assert.match(String(record?.attributes['requestId']), /^[0-9a-f-]{36}$/);
    assert.equal(way[3]?.attributes['tenantpost.request.id'], record?.attributes['requestId']);
    assert.deepEqual([record?.traceId, record?.spanId], [trace, way[2]?.spanId]);
  });

  test('keeps each job in one trace, however often it was looked at', () => {
    const traces = new Map<unknown, Set<string>>();
    for (const { attributes, traceId } of spansOf('send mail job')) {
      const id = attributes['tenantpost.job.id'];
      traces.set(id, (traces.get(id) ?? new Set()).add(traceId));
    }
    assert.ok(traces.size > 20, String(traces.size));
    assert.ok(spansOf('send mail job').length > traces.size + 5);
    assert.deepEqual(
      [...traces].filter(([, one]) => one.size !== 1).map(([id]) => id),
      [],
    );
  });

  test('has the connections of SMTP, uploads and tokens', () => {
    for (const name of ['smtp connect', 'smtp send', 'request token']) assert.ok(spansOf(name).length > 0, name);
    const operations = new Set(
      spansOf('graph request').map(({ attributes }) => attributes['tenantpost.graph.operation']),
    );
    for (const one of ['sendMail', 'createMessage', 'sendMessage', 'uploadRange']) assert.ok(operations.has(one), one);
  });

  test('counts what was sent as the outcomes have it, and measures queues, poison and tenants', async () => {
    const last = (name: string) => receiver.metrics().findLast((metric) => metric.name === name);
    const sum = (name: string): number =>
      (last(name)?.sum?.dataPoints ?? []).reduce((total, { asDouble, asInt }) => total + Number(asDouble ?? asInt), 0);
    const outcomes = await readOutcomes(stack.storage);
    for (const state of ['sent', 'refused', 'unknown'] as const) {
      assert.equal(sum(`tenantpost.mail.${state}`), outcomes.filter((one) => one.state === state).length, state);
    }
    assert.ok(Number(last('tenantpost.mail.waiting_seconds')?.histogram?.dataPoints[0]?.count) > 0);
    assert.ok(Number(last('tenantpost.mail.gate_seconds')?.histogram?.dataPoints[0]?.sum) > 0);
    const seen = (name: string, attribute: string) =>
      (last(name)?.gauge?.dataPoints ?? []).map(({ attributes }) => attributes[attribute]).sort();
    assert.deepEqual(seen('tenantpost.queue.messages', 'queue'), Object.values(queues).sort());
    assert.deepEqual(seen('tenantpost.queue.oldest_seconds', 'queue'), Object.values(queues).sort());
    assert.deepEqual(seen('tenantpost.poison.messages', 'transport'), ['graph', 'smtp']);
    assert.ok(seen('tenantpost.tenants', 'state').includes('active'));
  });

  test('has no name, attribute, metric or event that docs/telemetry.md does not tell of', () => {
    const spans = receiver.spans();
    const strange = {
      names: spans
        .map(({ name }) => name)
        .filter((name) => !(name in spanNames) && !/^[A-Z]+ \/api\/[\w{}/.-]+$/.test(name)),
      attributes: spans.flatMap(({ attributes }) => Object.keys(attributes)).filter((key) => !(key in spanAttributes)),
      events: spans.flatMap(({ events }) => events),
      metrics: receiver.metrics().filter(({ name }) => !(name in metricTable)),
      records: receiver.records().filter(({ attributes }) => !(String(attributes['event']) in logEvents)),
      fields: receiver
        .records()
        .flatMap(({ attributes: { event: _, ...fields } }) => Object.keys(fields))
        .filter((key) => !(key in logFields)),
    };
    for (const [what, found] of Object.entries(strange)) assert.deepEqual([...new Set(found)], [], what);
  });

  test('has no secret, token, link, mailbox, recipient, subject or content in it', () => {
    const told = receiver.everything();
    assert.ok(told.length > 50_000 && canaries.size > 30, `${told.length} ${canaries.size}`);
    assert.deepEqual(canaries.foundIn(told), []);
    // What a recipient should have been, for the one that was wrong.
    const plain = told.replaceAll('a mail address like anna@contoso.example', '');
    const looksLike = { token: /eyJ[\w-]{10,}/g, address: /"[^"]*:\/\/[^"]*"/g, mailbox: /"[^"]*@[^"]*"/g };
    for (const [what, form] of Object.entries(looksLike)) assert.deepEqual(plain.match(form) ?? [], [], what);
  });

  test('would not be found clean if any of it were there', async () => {
    const clean = receiver.everything();
    for (const wrap of [
      (word: string) => word,
      (word: string) => encodeURIComponent(`Bearer ${word}`),
      (word: string) => Buffer.from(`a ${word} b`).toString('base64'),
      (word: string) => Buffer.from(`ab${word}bc`).toString('base64url'),
    ]) {
      const other = new Canaries();
      const word = other.plant('a word', `Käse+${crypto.randomUUID()}`);
      assert.deepEqual(other.foundIn(clean), []);
      await fetch(`${receiver.url}/v1/planted`, { method: 'POST', body: JSON.stringify({ stringValue: wrap(word) }) });
      assert.deepEqual(other.foundIn(receiver.everything()), ['a word']);
    }
  });
});
