/**
 * What this app tells of the way that a request or a mail takes: spans, by the words of
 * https://opentelemetry.io/docs/specs/otel/overview/#tracing-signal. docs/telemetry.md has the same tables.
 */

/** What other spans are called is their method and their route. */
export const spanNames = {
  'submit mail job': 'One job taken over HTTP: its row, and its message on the queue.',
  'send mail job':
    'One look at a job, from its message to its row. A job that is put back has one for each look, in one trace.',
  'wait for turn': 'A pause of the worker itself, right before a job whose turn is a moment away.',
  'get token': "A token that was not in this process's memory: from the table, or from Entra.",
  'request token': 'One request to Entra.',
  'graph request': 'One request to Graph or to its upload host.',
  'smtp connect': "A connection to Exchange's submission server, signed in.",
  'smtp send': 'One message over it, until the server has taken or refused it.',
} as const;

export type SpanName = keyof typeof spanNames;

/** Everything that a span may carry. Whatever identifies a person, a mailbox or a mail is not in this list. */
export const spanAttributes = {
  'tenantpost.tenant.id': 'The tenant.',
  'tenantpost.job.id': "The mail job's id, as its producer chose it.",
  'tenantpost.job.state': 'What this look came to: an outcome, or `scheduled` for one that was put back.',
  'tenantpost.transport': '`graph` or `smtp`.',
  'tenantpost.code': 'Our error code, of what did not succeed.',
  'tenantpost.resource': 'What a token is for: `graph` or `outlook`.',
  'tenantpost.graph.operation': 'What Graph was asked to do, without address or path: `sendMail`, `createMessage`, ...',
  'tenantpost.request.id': "Graph's `request-id`, for Microsoft's support.",
  'client-request-id': 'The id that we gave our request to Graph; its log has it as well.',
  'http.request.method': 'The method.',
  'http.route': 'The template of the route, `/api/mail-jobs/{tenant}/{id}`: never the address with what stands in it.',
  'http.response.status_code': 'The status of the answer.',
  'server.address': 'The host that was asked.',
} as const;

export type SpanAttribute = keyof typeof spanAttributes;
export type SpanFacts = Readonly<Partial<Record<SpanAttribute, string | number | undefined>>>;

export interface SpanOptions {
  readonly kind?: 'internal' | 'consumer' | 'client';
  readonly facts?: SpanFacts;
  /** A `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header) to go on from, rather than from what runs. */
  readonly parent?: string | undefined;
}

export interface Tracing {
  /** Does the work within a span. What it throws marks the span by its code, and is thrown on. */
  within<T>(name: SpanName, options: SpanOptions, work: () => Promise<T>): Promise<T>;
  /** Facts about what runs now. */
  note(facts: SpanFacts): void;
  /** What runs now as a `traceparent`, for a message to carry; nothing where nothing is traced. */
  current(): string | undefined;
}

/** For who traces nothing. */
export const noTracing: Tracing = {
  within: (_name, _options, work) => work(),
  note: () => {},
  current: () => undefined,
};

/** Version 00, as it is written by everybody: https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
export const traceParentForm = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** @returns what a `traceparent` names; nothing where it is none. */
export function readTraceParent(text: string | null | undefined) {
  if (typeof text !== 'string' || !traceParentForm.test(text)) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = text.split('-');
  return { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
}
