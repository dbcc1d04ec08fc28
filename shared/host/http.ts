/** HTTP answers: what every handler shares, and how an error becomes an answer. */

import type { HttpHandler, HttpRequest, HttpResponseInit } from '@azure/functions';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import { log, logUnexpected, withInvocation } from './log.ts';

type Handler = (request: HttpRequest) => Promise<HttpResponseInit>;

/** Makes the answer to an error: a page for people, a problem document for programs. */
type OnError = (error: TenantpostError, request: HttpRequest) => HttpResponseInit;

export function answering(onError: OnError, handler: Handler): HttpHandler {
  return (request, context) =>
    withInvocation(context, async () => {
      try {
        return secured(await handler(request));
      } catch (error) {
        const known = asTenantpostError(error);
        if (known.code === 'UNEXPECTED') logUnexpected(error);
        log(known.meaning.httpStatus >= 500 ? 'error' : 'warning', 'http.refused', {
          ...known.detail,
          code: known.code,
        });
        return secured(onError(known, request));
      }
    });
}

/** Problem details for HTTP APIs, RFC 9457. */
export function problem(error: TenantpostError): HttpResponseInit {
  const { httpStatus, meaning, remedy, owner } = error.meaning;
  return {
    status: httpStatus,
    headers: { 'Content-Type': 'application/problem+json' },
    body: JSON.stringify({
      ...error.detail,
      type: 'about:blank',
      status: httpStatus,
      title: meaning,
      detail: error.message,
      code: error.code,
      remedy,
      owner,
    }),
  };
}

/** @throws TenantpostError `REQUEST_INVALID` when the body is no JSON; no body at all counts as `{}`. */
export async function jsonBody(request: HttpRequest): Promise<unknown> {
  const text = await request.text();
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new TenantpostError('REQUEST_INVALID', 'The request body is not JSON.', { cause });
  }
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
