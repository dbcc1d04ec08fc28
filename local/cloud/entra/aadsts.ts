/**
 * Entra's refusals: the AADSTS code of each, the HTTP status and OAuth `error` that go with it, and the body they are
 * told in. Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
 */

const refusals = {
  9002328: { status: 400, error: 'invalid_request' },
  9001023: { status: 400, error: 'invalid_request' },
  9000411: { status: 400, error: 'invalid_request' },
  7000229: { status: 401, error: 'invalid_client' },
  7000216: { status: 401, error: 'invalid_client' },
  7000215: { status: 401, error: 'invalid_client' },
  5002727: { status: 400, error: 'invalid_request' },
  1002012: { status: 400, error: 'invalid_scope' },
  900561: { status: 400, error: 'invalid_request' },
  900144: { status: 400, error: 'invalid_request' },
  900023: { status: 400, error: 'invalid_request' },
  700027: { status: 401, error: 'invalid_client' },
  700024: { status: 401, error: 'invalid_client' },
  700023: { status: 401, error: 'invalid_client' },
  700021: { status: 401, error: 'invalid_client' },
  700016: { status: 400, error: 'unauthorized_client' },
  500011: { status: 400, error: 'invalid_resource' },
  165000: { status: 400, error: 'invalid_request' },
  90094: { status: 403, error: 'access_denied' },
  90023: { status: 400, error: 'invalid_request' },
  90002: { status: 400, error: 'invalid_request' },
  70011: { status: 400, error: 'invalid_scope' },
  70003: { status: 400, error: 'unsupported_grant_type' },
  65004: { status: 400, error: 'consent_required' },
  50194: { status: 400, error: 'invalid_request' },
  50059: { status: 400, error: 'invalid_request' },
  50058: { status: 400, error: 'invalid_request' },
  50048: { status: 401, error: 'invalid_client' },
  50034: { status: 400, error: 'invalid_request' },
  50027: { status: 401, error: 'invalid_client' },
  50011: { status: 400, error: 'invalid_request' },
  50000: { status: 500, error: 'server_error' },
} as const;

type AadstsCode = keyof typeof refusals;

interface EntraErrorOptions {
  /** What was wrong, for the journal: never a secret or a token. */
  reason?: string;
  tenantId?: string;
  /** For a refusal whose status is not that of its code: a path that does not exist. */
  status?: 404;
}

/** A request that Entra refuses. `message` is the service's own text, without code, ids and time. */
export class EntraError extends Error {
  override readonly name = 'EntraError';
  readonly code: AadstsCode;
  readonly status: (typeof refusals)[AadstsCode]['status'] | 404;
  readonly error: string;
  readonly reason: string;
  readonly tenantId: string | undefined;

  constructor(code: AadstsCode, message: string, options: EntraErrorOptions = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? refusals[code].status;
    this.error = refusals[code].error;
    this.reason = options.reason ?? message;
    this.tenantId = options.tenantId;
  }
}

/** The ids under which Microsoft's support would find one request. */
export interface RequestIds {
  traceId: string;
  /** The caller's own `client-request-id` where it sent one. */
  correlationId: string;
  at: Date;
}

/** `2026-01-09 02:02:12Z` */
const timestamp = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;

export function errorDescription(error: EntraError, ids: RequestIds): string {
  return [
    `AADSTS${error.code}: ${error.message}`,
    `Trace ID: ${ids.traceId}`,
    `Correlation ID: ${ids.correlationId}`,
    `Timestamp: ${timestamp(ids.at)}`,
  ].join('\r\n');
}

/** The body of https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application. */
export function errorBody(error: EntraError, ids: RequestIds): Record<string, unknown> {
  return {
    error: error.error,
    error_description: errorDescription(error, ids),
    error_codes: [error.code],
    timestamp: timestamp(ids.at),
    trace_id: ids.traceId,
    correlation_id: ids.correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.code}`,
  };
}
