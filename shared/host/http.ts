/** HTTP answers: what every handler shares, and how an error becomes an answer. */

import type { HttpHandler, HttpRequest, HttpResponseInit } from '@azure/functions';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import { log, logUnexpected, withInvocation } from './log.ts';
import { withRequestSpan } from './spans.ts';

type Handler = (request: HttpRequest) => Promise<HttpResponseInit>;

/** Makes the answer to an error: a page for people, a problem document for programs. */
export type OnError = (error: TenantpostError, request: HttpRequest) => HttpResponseInit | Promise<HttpResponseInit>;

export function answering(onError: OnError, handler: Handler): HttpHandler {
  return (request, context) =>
    withInvocation(context, () =>
      withRequestSpan(request, context, async () => {
        try {
          return secured(await handler(request));
        } catch (error) {
          return secured(await onError(refused(error), request));
        }
      }),
    );
}

/** For what is refused within an answer, one of many: the log has it as it has a request that is refused. */
export function refused(error: unknown): TenantpostError {
  const known = asTenantpostError(error);
  if (known.code === 'UNEXPECTED') logUnexpected(error);
  log(known.meaning.httpStatus >= 500 ? 'error' : 'warning', 'http.refused', { ...known.detail, code: known.code });
  return known;
}

export function problem(error: TenantpostError): HttpResponseInit {
  return {
    status: error.meaning.httpStatus,
    headers: { 'Content-Type': 'application/problem+json', ...retryAfter(error) },
    body: JSON.stringify(problemDetails(error)),
  };
}

/** Problem details for HTTP APIs, RFC 9457. */
export function problemDetails(error: TenantpostError) {
  const { httpStatus, meaning, owner } = error.meaning;
  return {
    ...error.detail,
    type: 'about:blank',
    status: httpStatus,
    title: meaning,
    detail: error.message,
    code: error.code,
    remedy: error.remedy,
    owner,
  };
}

function retryAfter({ retryAfterSeconds }: TenantpostError): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterSeconds)) };
}

/** Strict: what is no UTF-8 would otherwise become other letters than the caller's. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws TenantpostError `REQUEST_INVALID` when the body is no JSON in UTF-8; no body at all counts as `{}`. */
export async function jsonBody(request: HttpRequest): Promise<unknown> {
  const octets = await request.arrayBuffer();
  try {
    const text = utf8.decode(octets);
    return text.trim() === '' ? {} : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new TenantpostError('REQUEST_INVALID', 'The request body is not JSON.', { cause });
  }
}

/** The fields of a form as browsers send them. Whatever else the body is, it has no field that anybody asks for. */
export async function formBody(request: HttpRequest): Promise<URLSearchParams> {
  return new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
}

/** Nothing that we answer may be kept by a cache, have its type guessed, or be named to another site. */
function secured(response: HttpResponseInit): HttpResponseInit {
  return {
    ...response,
    headers: {
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      ...(response.headers as Record<string, string> | undefined),
    },
  };
}
