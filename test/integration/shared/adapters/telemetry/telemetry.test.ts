/** Traces, metrics and logs, to collectors that take them and to collectors that are in trouble. */

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { openTelemetryMetrics } from '../../../../../shared/adapters/opentelemetry-metrics.ts';
import { openTelemetryTracing } from '../../../../../shared/adapters/opentelemetry-tracing.ts';
import { usualTimes } from '../../../../../shared/adapters/telemetry/exporters.ts';
import { Telemetry } from '../../../../../shared/adapters/telemetry/telemetry.ts';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { log } from '../../../../../shared/host/log.ts';
import { waitFor } from '../../../../../local/wait.ts';
import type { TelemetryConfig } from '../../../../../shared/telemetry-settings.ts';
import { startHttp, startOtlpReceiver } from '../../../../support/otlp-receiver.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { recordingMetrics } from '../../../../support/recording-metrics.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const noIdentity = { getToken: () => Promise.reject(new Error('Nobody is asked.')) };

/** As the app starts it, but in less time. */
async function started(config: TelemetryConfig, times = {}) {
  const own = recordingLog();
  const lost = recordingMetrics();
  const telemetry = new Telemetry(
    { config, identity: noIdentity, metrics: lost, log: own.log },
    { ...usualTimes, exportWithin: 300, flushWithin: 500, batchesEvery: 20, metricsEvery: 5_000, ...times },
  );
  await telemetry.start();
  stops.push(() => telemetry.stop());
  return { telemetry, own, lost, tracing: openTelemetryTracing(), metrics: openTelemetryMetrics() };
}

async function collector() {
  const receiver = await startOtlpReceiver();
  stops.push(receiver.stop);
  return { receiver, config: { kind: 'otlp', endpoint: receiver.url, traceRatio: 1 } as const };
}

describe('a collector that takes what it is sent', () => {
  test('has spans in their trace, metrics, and log records within the span that logged them', async (t) => {
    t.mock.method(console, 'log', () => undefined);
    const { receiver, config } = await collector();
    const { telemetry, own, tracing, metrics } = await started(config);
    await tracing.within('send mail job', { kind: 'consumer', facts: { 'tenantpost.job.id': 'one' } }, async () => {
      await tracing.within('get token', {}, () => {
        tracing.note({ 'tenantpost.resource': 'graph', 'tenantpost.code': undefined });
        return Promise.resolve();
      });
      log('information', 'job.sent', { id: 'one', tries: 1 });
    });
    metrics.count('tenantpost.mail.sent', { transport: 'graph' });
    metrics.record('tenantpost.mail.waiting_seconds', 2.5, { transport: 'graph' });
    await telemetry.stop();

    const [token, send] = receiver.spans();
    assert.deepEqual([token?.name, send?.name, send?.parentSpanId], ['get token', 'send mail job', undefined]);
    assert.deepEqual([token?.traceId, token?.parentSpanId], [send?.traceId, send?.spanId]);
    assert.deepEqual(token?.attributes, { 'tenantpost.resource': 'graph' });
    const [record] = receiver.records();
    assert.deepEqual(record?.attributes, { event: 'job.sent', id: 'one', tries: 1 });
    assert.deepEqual([record.body, record.severityText], ['job.sent', 'information']);
    assert.deepEqual([record.traceId, record.spanId], [send?.traceId, send?.spanId]);
    const measured = receiver.metrics();
    const sent = measured.find(({ name }) => name === 'tenantpost.mail.sent');
    assert.deepEqual(sent?.sum?.dataPoints[0]?.attributes, { transport: 'graph' });
    assert.equal(measured.find(({ name }) => name === 'tenantpost.mail.waiting_seconds')?.unit, 's');
    assert.deepEqual(own.lines, []);
  });

  test('has the code of an error, and not a word of its text', async () => {
    const { receiver, config } = await collector();
    const { telemetry, tracing } = await started(config);
    for (const error of [new TenantpostError('MAILBOX_PACED', 'secret'), new TypeError('secret')]) {
      await assert.rejects(
        tracing.within('get token', {}, () => Promise.reject(error)),
        error,
      );
    }
    await telemetry.stop();
    const codes = receiver.spans().map(({ attributes, status }) => [attributes['tenantpost.code'], status.message]);
    assert.deepEqual(codes, [
      ['MAILBOX_PACED', 'MAILBOX_PACED'],
      ['UNEXPECTED', 'UNEXPECTED'],
    ]);
    assert.doesNotMatch(receiver.everything(), /secret/);
  });

  test('has a span under the trace that a message carries, and a new trace for one that carries none', async () => {
    const { receiver, config } = await collector();
    const { telemetry, tracing } = await started(config);
    const carried = await tracing.within('submit mail job', {}, () => Promise.resolve(tracing.current()));
    assert.match(carried ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const work = () => Promise.resolve();
    await tracing.within('send mail job', { parent: carried }, work);
    await tracing.within('send mail job', { parent: 'junk' }, work);
    await telemetry.stop();
    const [submit, one, other] = receiver.spans();
    assert.deepEqual([one?.traceId, one?.parentSpanId], [submit?.traceId, submit?.spanId]);
    assert.notEqual(other?.traceId, submit?.traceId);
    assert.equal(other?.parentSpanId, undefined);
  });

  test('gets no trace at the ratio 0, and metrics all the same', async () => {
    const { receiver, config } = await collector();
    const { telemetry, tracing, metrics } = await started({ ...config, traceRatio: 0 });
    await tracing.within('send mail job', {}, () => Promise.resolve());
    metrics.count('tenantpost.mail.sent');
    await telemetry.stop();
    assert.equal(receiver.spans().length, 0);
    assert.equal(receiver.metrics().length, 1);
  });
});

const troubles: Record<string, () => Promise<string>> = {
  'takes a request and never answers': async () => {
    const { url, stop } = await startHttp(() => undefined);
    stops.push(stop);
    return url;
  },
  'is not there': async () => {
    const { url, stop } = await startHttp(() => undefined);
    await stop();
    return url;
  },
  'answers 500': async () => {
    const { url, stop } = await startHttp((_, response) => response.writeHead(500).end('secret'));
    stops.push(stop);
    return url;
  },
  'answers 503 and asks for a long pause': async () => {
    const { url, stop } = await startHttp((_, response) => response.writeHead(503, { 'retry-after': '600' }).end());
    stops.push(stop);
    return url;
  },
  'cuts the connection': async () => {
    const { url, stop } = await startHttp((request) => request.socket.destroy());
    stops.push(stop);
    return url;
  },
};

for (const [what, trouble] of Object.entries(troubles)) {
  describe(`a collector that ${what}`, () => {
    test('neither slows nor fails who works, is said once for each signal, and holds up the end for a moment only', async (t) => {
      t.mock.method(console, 'log', () => undefined);
      const endpoint = await trouble();
      const { telemetry, own, lost, tracing, metrics } = await started(
        { kind: 'otlp', endpoint, traceRatio: 1 },
        { metricsEvery: 100 },
      );
      const began = performance.now();
      for (let at = 0; at < 20_000; at += 1) {
        await tracing.within('send mail job', {}, () => Promise.resolve());
        log('information', 'job.sent', { id: String(at) });
        metrics.count('tenantpost.mail.sent');
        // Exporters get their turn as well.
        if (at % 500 === 0) await setImmediate();
      }
      const perJob = (performance.now() - began) / 20_000;
      assert.ok(perJob < 1, `${perJob} ms for each`);

      const said = (): string[] =>
        own.lines
          .filter(({ event }) => event === 'telemetry.not-exported')
          .map(({ detail }) => String(detail['signal']))
          .sort();
      await waitFor('all to be said', () => (said().length >= 3 ? true : undefined));
      const ending = performance.now();
      await telemetry.stop();
      assert.ok(performance.now() - ending < 1_000, 'the end was held up');
      // Once, though many batches failed by now.
      assert.deepEqual(said(), ['logs', 'metrics', 'traces']);
      assert.doesNotMatch(JSON.stringify(own.lines), /secret|127\.0\.0\.1/);
      // A queue holds 4096 of each; most of 20,000 was dropped and is not in memory.
      const spans = lost.all.filter(({ attributes }) => attributes['signal'] === 'traces');
      assert.ok(spans.reduce((sum, { value }) => sum + value, 0) >= 512);
    });
  });
}

test('a collector that comes back is said to, with what was lost', async () => {
  const { receiver, config } = await collector();
  receiver.state.status = 500;
  const { own, lost, tracing } = await started(config);
  const work = () => tracing.within('send mail job', {}, () => Promise.resolve());
  await work();
  await waitFor('it to be said', () => own.events().includes('telemetry.not-exported') || undefined);
  receiver.state.status = 200;
  await work();
  await waitFor('that it works', () => own.events().includes('telemetry.exported-again') || undefined);
  assert.deepEqual(own.lines.at(-1)?.detail, { signal: 'traces', lost: 1 });
  assert.equal(lost.sum('tenantpost.telemetry.lost'), 1);
  assert.equal(receiver.spans().length, 1);
});

test('telemetry that is off asks nobody, and carries no trace', async () => {
  const { telemetry, tracing } = await started({ kind: 'off' });
  assert.equal(telemetry.isOn, false);
  assert.deepEqual(telemetry.capabilities, {});
  assert.equal(await tracing.within('send mail job', {}, () => Promise.resolve(tracing.current())), undefined);
});

test('spans and metrics can be seen on the console', async (t) => {
  const printed = t.mock.method(console, 'dir', () => undefined);
  const { telemetry, tracing, metrics } = await started({ kind: 'console' });
  await tracing.within('send mail job', {}, () => Promise.resolve());
  metrics.count('tenantpost.mail.sent');
  await telemetry.stop();
  const names = printed.mock.calls.map(({ arguments: [one] }: { arguments: unknown[] }) => JSON.stringify(one));
  assert.ok(names.some((one) => one.includes('send mail job')));
  assert.ok(names.some((one) => one.includes('tenantpost.mail.sent')));
});
