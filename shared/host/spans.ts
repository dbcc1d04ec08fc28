/**
 * The span of an HTTP request: its method and the template of its route, never its address. Links that open a page once,
 * states of consent and function keys stand in addresses, and whoever has one of them may act by it.
 */

import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { type Context, context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { routePrefix } from '../names.ts';
import { readTraceParent, type SpanAttribute } from '../tracing.ts';

export async function withRequestSpan(
  request: HttpRequest,
  invocation: InvocationContext,
  work: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const method = methodOf(request);
  const route = routeOf(invocation);
  const attributes: Partial<Record<SpanAttribute, string>> = { 'http.request.method': method, 'http.route': route };
  // The host's own comes first: it has read the caller's header.
  const from = contextOf(invocation.traceContext?.traceParent, request.headers.get('traceparent'));
  const span = trace
    .getTracer('tenantpost')
    .startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, from);
  try {
    const response = await context.with(trace.setSpan(from, span), work);
    const { status = 200 } = response;
    const fact: SpanAttribute = 'http.response.status_code';
    span.setAttribute(fact, status);
    // A request that is wrong is no error of the server: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    return response;
  } finally {
    span.end();
  }
}

/** What runs in it belongs to the host's trace of this invocation, unless a message names another one. */
export function withinTraceOf<T>({ traceContext }: InvocationContext, work: () => Promise<T>): Promise<T> {
  return context.with(contextOf(traceContext?.traceParent), work);
}

/** Functions get what their triggers ask for, but for what a test makes up. */
function methodOf({ method }: HttpRequest): string {
  return /^[A-Z]{1,10}$/.test(method) ? method : '_OTHER';
}

function routeOf({ options, functionName }: InvocationContext): string {
  const { trigger } = options;
  const route = 'route' in trigger && typeof trigger['route'] === 'string' ? trigger['route'] : functionName;
  return `/${routePrefix}/${route}`;
}

/** @param given `traceparent`s; the first that is one counts. */
function contextOf(...given: readonly (string | null | undefined)[]): Context {
  const parent = given.map(readTraceParent).find((one) => one !== undefined);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}
