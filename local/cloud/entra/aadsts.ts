/** How Entra refuses: the error that its parts throw, and the body in which it is told. */

import { type AadstsCode, aadstsCodes } from './aadsts-codes.ts';

interface EntraErrorOptions {
  /** What was wrong, for the journal: never a secret or a token. */
  reason?: string;
  tenantId?: string;
  /** For a refusal whose status is not that of its code: a path that does not exist. */
  status?: 404;
  retryAfterSeconds?: number;
  /** Further fields of the body: what a client is to do about it. */
  fields?: { suberror: string; claims: string };
}

/** A request that Entra refuses. `message` is the service's own text, without code, ids and time. */
export class EntraError extends Error {
  override readonly name = 'EntraError';
  readonly code: AadstsCode;
  readonly status: (typeof aadstsCodes)[AadstsCode]['status'] | 404;
  readonly error: string;
  readonly reason: string;
  readonly tenantId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly fields: EntraErrorOptions['fields'];

  constructor(code: AadstsCode, message: string, options: EntraErrorOptions = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? aadstsCodes[code].status;
    this.error = aadstsCodes[code].error;
    this.reason = options.reason ?? message;
    this.tenantId = options.tenantId;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.fields = options.fields;
  }
}

/** For what has no sentence of its own. */
export const invalidRequest = (reason: string): EntraError =>
  new EntraError(90023, aadstsCodes[90023].text, { reason });

/** The ids under which Microsoft's support would find one request. */
export interface RequestIds {
  traceId: string;
  /** The caller's own `client-request-id` where it sent one. */
  correlationId: string;
  at: Date;
}

/** A refusal as far as its body tells it. */
interface Told {
  code: number;
  error: string;
  message: string;
  fields?: EntraErrorOptions['fields'];
}

/** `2026-01-09 02:02:12Z` */
const timestamp = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;

export function errorDescription({ code, message }: Pick<Told, 'code' | 'message'>, ids: RequestIds): string {
  return [
    `AADSTS${code}: ${message}`,
    `Trace ID: ${ids.traceId}`,
    `Correlation ID: ${ids.correlationId}`,
    `Timestamp: ${timestamp(ids.at)}`,
  ].join('\r\n');
}

/** The body of https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application. */
export function errorBody(told: Told, ids: RequestIds): Record<string, unknown> {
  return {
    error: told.error,
    error_description: errorDescription(told, ids),
    error_codes: [told.code],
    timestamp: timestamp(ids.at),
    trace_id: ids.traceId,
    correlation_id: ids.correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${told.code}`,
    ...told.fields,
  };
}

/** The headers of every answer that is JSON. */
export const answerHeaders = (ids: RequestIds): Record<string, string> => ({
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store, no-cache',
  Pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'x-ms-request-id': ids.traceId,
});
