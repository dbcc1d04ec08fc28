/** Spans by the OpenTelemetry API: https://opentelemetry.io/docs/specs/otel/trace/api/. Without a provider they do nothing. */

import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { asTenantpostError } from '../errors.ts';
import { readTraceParent, type SpanFacts, type SpanOptions, type Tracing } from '../tracing.ts';

const kinds = { internal: SpanKind.INTERNAL, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT };

/** By the API's own global, which whoever starts telemetry sets. */
export function openTelemetryTracing(): Tracing {
  return {
    async within(name, { kind = 'internal', facts = {}, parent }: SpanOptions, work) {
      const from = parent === undefined ? context.active() : contextOf(parent);
      const span = trace
        .getTracer('tenantpost')
        .startSpan(name, { kind: kinds[kind], attributes: attributesOf(facts) }, from);
      try {
        return await context.with(trace.setSpan(from, span), work);
      } catch (error) {
        // Not the exception itself: its text may hold anything.
        const { code } = asTenantpostError(error);
        span.setAttribute('tenantpost.code', code);
        span.setStatus({ code: SpanStatusCode.ERROR, message: code });
        throw error;
      } finally {
        span.end();
      }
    },
    note(facts) {
      trace.getActiveSpan()?.setAttributes(attributesOf(facts));
    },
    current() {
      const running = trace.getActiveSpan()?.spanContext();
      if (running === undefined || !isSpanContextValid(running)) return undefined;
      const { traceId, spanId, traceFlags } = running;
      return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    },
  };
}

function contextOf(traceParent: string): Context {
  const parent = readTraceParent(traceParent);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function attributesOf(facts: SpanFacts): Attributes {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
