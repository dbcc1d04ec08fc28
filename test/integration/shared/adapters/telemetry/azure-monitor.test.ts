/** Microsoft's exporter, to a server that stands for Application Insights: by token, without files, and with every failure seen. */

import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { makeServerCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import { trust } from '../../../../../local/trust.ts';
import { waitFor } from '../../../../../local/wait.ts';
import { openTelemetryMetrics } from '../../../../../shared/adapters/opentelemetry-metrics.ts';
import { openTelemetryTracing } from '../../../../../shared/adapters/opentelemetry-tracing.ts';
import { usualTimes } from '../../../../../shared/adapters/telemetry/exporters.ts';
import { Telemetry } from '../../../../../shared/adapters/telemetry/telemetry.ts';
import { log } from '../../../../../shared/host/log.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { recordingMetrics } from '../../../../support/recording-metrics.ts';

const key = crypto.randomUUID();
const asked: { path: string; authorization: string | undefined; body: string }[] = [];
const state = { status: 200 };
const scopes: string[] = [];
let connectionString: string;
let stop: () => void;

const envelope = z.looseObject({
  name: z.string(),
  tags: z.record(z.string(), z.string()),
  data: z.object({ baseType: z.string(), baseData: z.record(z.string(), z.unknown()) }),
});

before(async () => {
  const { ca, cert, key: privateKey } = await makeServerCertificate();
  trust(ca);
  const server = createServer({ cert, key: privateKey }, (request, response) => {
    const isZipped = request.headers['content-encoding'] === 'gzip';
    const read = isZipped ? buffer(request).then((octets) => gunzipSync(octets).toString()) : text(request);
    void read.then((body) => {
      asked.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
      const count = body.trim() === '' ? 0 : 1;
      response.writeHead(state.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ itemsReceived: count, itemsAccepted: count, errors: [] }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  connectionString = `InstrumentationKey=${key};IngestionEndpoint=https://localhost:${port}/`;
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
});
after(() => stop());

const identity = {
  getToken(wanted: string | string[]) {
    scopes.push(...[wanted].flat());
    return Promise.resolve({ token: 'of-the-identity', expiresOnTimestamp: Date.now() + 3_600_000 });
  },
};

async function started() {
  const own = recordingLog();
  const lost = recordingMetrics();
  const telemetry = new Telemetry(
    { config: { kind: 'azure-monitor', connectionString, traceRatio: 1 }, identity, metrics: lost, log: own.log },
    { ...usualTimes, exportWithin: 2_000, batchesEvery: 20 },
  );
  await telemetry.start();
  return { telemetry, own, lost, tracing: openTelemetryTracing(), metrics: openTelemetryMetrics() };
}

function envelopes() {
  return asked.flatMap(({ body }) => z.array(envelope).parse(JSON.parse(body)));
}

test("spans, metrics and log records arrive by the identity's token, as requests, dependencies, metrics and traces", async (t) => {
  t.mock.method(console, 'log', () => undefined);
  const { telemetry, own, tracing, metrics } = await started();
  await tracing.within('send mail job', { kind: 'consumer', facts: { 'tenantpost.job.id': 'one' } }, async () => {
    const facts = { 'http.request.method': 'POST', 'server.address': 'graph.microsoft.com' };
    await tracing.within('graph request', { kind: 'client', facts }, () => {
      tracing.note({ 'tenantpost.request.id': 'r-1', 'http.response.status_code': 202 });
      return Promise.resolve();
    });
    log('warning', 'job.put-back', { id: 'one', seconds: 15 });
  });
  metrics.count('tenantpost.mail.sent', { transport: 'graph' });
  await telemetry.stop();

  assert.deepEqual([...new Set(asked.map(({ authorization }) => authorization))], ['Bearer of-the-identity']);
  assert.deepEqual([...new Set(scopes)], ['https://monitor.azure.com/.default']);
  const all = envelopes();
  const of = (type: string) => all.filter(({ data }) => data.baseType === type).map(({ data }) => data.baseData);
  const [request] = of('RequestData');
  assert.deepEqual([request?.['name'], request?.['properties']], ['send mail job', { 'tenantpost.job.id': 'one' }]);
  const [dependency] = of('RemoteDependencyData');
  assert.deepEqual([dependency?.['name'], dependency?.['resultCode']], ['graph request', '202']);
  assert.deepEqual(dependency?.['properties'], { 'tenantpost.request.id': 'r-1' });
  const [line] = of('MessageData');
  assert.deepEqual([line?.['message'], line?.['severityLevel']], ['job.put-back', 'Warning']);
  assert.deepEqual(line?.['properties'], { event: 'job.put-back', id: 'one', seconds: '15' });
  const measured = of('MetricData').map((data) => JSON.stringify(data));
  assert.ok(measured.some((one) => one.includes('"tenantpost.mail.sent"') && one.includes('"transport":"graph"')));
  // Operators tell the app's own from the host's by it.
  assert.deepEqual([...new Set(all.map(({ tags }) => tags['ai.cloud.role']))], ['tenantpost']);
  assert.deepEqual(own.lines, []);
});

for (const status of [503, 400, 401]) {
  test(`an answer ${status} is seen, though the exporter may call it a success, and nothing is kept to be sent later`, async () => {
    state.status = status;
    const { telemetry, own, lost, tracing } = await started();
    await tracing.within('send mail job', {}, () => Promise.resolve());
    await waitFor('it to be said', () => own.events().includes('telemetry.not-exported') || undefined);
    const before = asked.length;
    state.status = 200;
    await telemetry.stop();
    assert.ok(lost.sum('tenantpost.telemetry.lost') >= 1);
    assert.ok(asked.slice(before).every(({ body }) => !body.includes('send mail job')));
  });
}
