/** An OpenTelemetry collector that keeps what it was sent: OTLP over HTTP in JSON, all three signals. */

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const value = z.union([
  z.object({ stringValue: z.string() }).transform((one) => one.stringValue),
  z.object({ intValue: z.union([z.number(), z.string()]) }).transform((one) => Number(one.intValue)),
  z.object({ doubleValue: z.number() }).transform((one) => one.doubleValue),
  z.object({ boolValue: z.boolean() }).transform((one) => one.boolValue),
]);

const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((list) => Object.fromEntries(list.map((one) => [one.key, one.value])));

const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes,
  events: z.array(z.unknown()).default([]),
  status: z.object({ code: z.number().default(0), message: z.string().default('') }).prefault({}),
});

const point = z.object({
  attributes,
  asDouble: z.number().optional(),
  asInt: z.union([z.number(), z.string()]).optional(),
  count: z.union([z.number(), z.string()]).optional(),
  sum: z.number().optional(),
});
const points = z.object({ dataPoints: z.array(point) }).optional();
const metric = z.object({
  name: z.string(),
  unit: z.string().default(''),
  sum: points,
  gauge: points,
  histogram: points,
});

const record = z.object({
  severityText: z.string(),
  body: value,
  attributes,
  traceId: z.string().optional(),
  spanId: z.string().optional(),
});

const traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});
const metrics = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(metric) })) })),
});
const logs = z.object({
  resourceLogs: z.array(z.object({ scopeLogs: z.array(z.object({ logRecords: z.array(record) })) })),
});

export type ReceivedSpan = z.infer<typeof span>;

/** What stands in for a collector; the port is the system's. */
export async function startHttp(listener: RequestListener): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export async function startOtlpReceiver() {
  const bodies: { readonly path: string; readonly text: string }[] = [];
  const state = { status: 200 };
  const { url, stop } = await startHttp((request, response) => {
    void text(request).then((body) => {
      if (state.status === 200) bodies.push({ path: request.url ?? '', text: body });
      response.writeHead(state.status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const sent = (path: string): unknown[] =>
    bodies.filter((one) => one.path === path).map((one): unknown => JSON.parse(one.text));
  return {
    url,
    stop,
    /** With which it answers. */
    state,
    /** Everything as it came, to look for what must not be there. */
    everything: () => bodies.map((one) => one.text).join('\n'),
    spans: () =>
      sent('/v1/traces').flatMap((body) =>
        traces.parse(body).resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans)),
      ),
    metrics: () =>
      sent('/v1/metrics').flatMap((body) =>
        metrics.parse(body).resourceMetrics.flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics)),
      ),
    records: () =>
      sent('/v1/logs').flatMap((body) =>
        logs.parse(body).resourceLogs.flatMap((one) => one.scopeLogs.flatMap(({ logRecords }) => logRecords)),
      ),
  };
}

export type OtlpReceiver = Awaited<ReturnType<typeof startOtlpReceiver>>;
