import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../../shared/clock.ts';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { readPostmark } from '../../../../../shared/mail/sending/postmark.ts';
import type { SpanFacts, Tracing } from '../../../../../shared/tracing.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom, aMailRoomWith } from '../../../../support/mail-room.ts';

const message = (overrides = {}): string => JSON.stringify(aMailJob(overrides));
const graph = { transport: 'graph' };
const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** Spans that a test can read: one trace, and what each was told. */
function recordingTracing() {
  const spans: { name: string; parent: string | undefined; facts: SpanFacts[] }[] = [];
  const running: (typeof spans)[number][] = [];
  const tracing: Tracing = {
    async within(name, { facts = {}, parent }, work) {
      const span = { name, parent, facts: [facts] };
      spans.push(span);
      running.push(span);
      try {
        return await work();
      } finally {
        running.pop();
      }
    },
    note: (facts) => void running.at(-1)?.facts.push(facts),
    current: () => (running.length > 0 ? trace : undefined),
  };
  return { tracing, spans };
}

describe('what is counted', () => {
  test('of a mail that left: that, how long it waited, and that the gate let it go at once', async () => {
    const room = aMailRoom();
    await room.sendMail.handle(message());
    const mail = room.metrics.all.filter(({ name }) => name.startsWith('tenantpost.mail.'));
    assert.deepEqual(mail, [
      { name: 'tenantpost.mail.gate_seconds', value: 0, attributes: graph },
      { name: 'tenantpost.mail.sent', value: 1, attributes: graph },
      { name: 'tenantpost.mail.waiting_seconds', value: 0, attributes: graph },
    ]);
  });

  test('from its notBefore on, where it has one', async () => {
    const room = aMailRoom();
    const job = message({ notBefore: new Date(room.clock.now() + 10 * minutes).toISOString() });
    await room.sendMail.handle(job);
    assert.equal(room.metrics.sum('tenantpost.mail.sent'), 0);
    room.clock.advance(10 * minutes + 7 * seconds);
    await room.sendMail.handle(job);
    const waited = room.metrics.all.find(({ name }) => name === 'tenantpost.mail.waiting_seconds');
    assert.equal(waited?.value, 7);
  });

  test('an end once, though its message comes again', async () => {
    const room = aMailRoom();
    for (let times = 0; times < 3; times += 1) await room.sendMail.handle(message());
    assert.equal(room.metrics.sum('tenantpost.mail.sent'), 1);
    for (let times = 0; times < 2; times += 1) await room.sendMail.handle(message({ id: 'wrong', to: [] }));
    const refused = room.metrics.all.filter(({ name }) => name === 'tenantpost.mail.refused');
    assert.deepEqual(refused[0]?.attributes, { transport: 'graph', code: 'JOB_INVALID' });
  });

  test('a refusal for good, one that nobody knows, and each time that Microsoft asks to slow down', async () => {
    const room = aMailRoom();
    const ends = { failed: 'MAILBOX_NOT_FOUND', unknown: 'SEND_UNCONFIRMED' } as const;
    for (const [state, code] of Object.entries(ends)) {
      room.carrier.answer = () => Promise.reject(new TenantpostError(code, 'No.'));
      await room.sendMail.handle(message({ id: state }));
      const counted = room.metrics.all.filter(({ name }) => name === `tenantpost.mail.${state}`);
      assert.deepEqual(
        counted.map(({ attributes }) => attributes),
        [{ ...graph, code }],
      );
    }
    room.carrier.answer = () => Promise.reject(new TenantpostError('SEND_THROTTLED', 'Slow down.'));
    await room.sendMail.handle(message({ id: 'throttled' }));
    assert.equal(room.metrics.sum('tenantpost.mail.throttled'), 1);
    assert.equal(room.metrics.sum('tenantpost.mail.failed'), 1);
  });
});

describe('the trace of a job', () => {
  test('begins with its first look, goes on in the message that is put back, and is no part of the job', async () => {
    const { tracing, spans } = recordingTracing();
    const room = aMailRoomWith({ tracing });
    room.carrier.answer = () => Promise.reject(new TenantpostError('GRAPH_UNAVAILABLE', 'Away.'));
    const job = message();
    await room.sendMail.handle(job);
    const [put] = room.queue.messages;
    const { postmark, text } = readPostmark(put ?? '');
    assert.deepEqual([postmark.trace, text], [trace, job]);
    assert.deepEqual(spans[0]?.facts[0], {
      'tenantpost.transport': 'graph',
      'tenantpost.tenant.id': contoso,
      'tenantpost.job.id': 'invoice-4711',
    });
    const print = room.row()?.fingerprint;

    room.clock.advance(1 * minutes);
    room.carrier.answer = () => Promise.resolve({ requestId: 'request-1' });
    await room.sendMail.handle(put);
    assert.deepEqual([room.row()?.state, room.row()?.fingerprint], ['sent', print]);
    assert.deepEqual(
      spans.map(({ name, parent }) => [name, parent]),
      [
        ['send mail job', undefined],
        ['send mail job', trace],
      ],
    );
    assert.deepEqual(Object.assign({}, ...(spans[1]?.facts ?? []))['tenantpost.job.state'], 'sent');
  });

  test('that is off leaves each message as it would be, and asks storage for nothing more', async () => {
    const { tracing } = recordingTracing();
    const rooms = [aMailRoom(), aMailRoomWith({ tracing })];
    for (const room of rooms) {
      const notBefore = new Date(room.clock.now() + 10 * minutes).toISOString();
      await room.sendMail.handle(message({ notBefore }));
      await room.sendMail.handle(message({ id: 'now' }));
    }
    const [off, on] = rooms.map((room) => room.queue.messages);
    assert.ok(off?.every((text) => text.startsWith('{')));
    assert.deepEqual(
      on?.map((text) => readPostmark(text).text),
      off,
    );
  });
});
