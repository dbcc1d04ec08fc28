/** What the Functions host hands to a handler: an HTTP request, and the context of the invocation with what it logged. */

import { HttpRequest, type HttpRequestInit, type HttpResponseInit, InvocationContext } from '@azure/functions';

export interface TestInvocation {
  readonly context: InvocationContext;
  /** `level message`, in order. */
  readonly lines: readonly string[];
}

export function anInvocation(functionName = 'test'): TestInvocation {
  const lines: string[] = [];
  const context = new InvocationContext({
    functionName,
    logHandler: (level, ...args) => void lines.push(`${level} ${args.join(' ')}`),
  });
  return { context, lines };
}

/** @param path with its query, below the public address. */
export function aRequest(path: string, init: Omit<HttpRequestInit, 'url'> = {}): HttpRequest {
  const { searchParams, href } = new URL(path, 'https://mail.example.com');
  return new HttpRequest({ method: 'GET', url: href, query: Object.fromEntries(searchParams), ...init });
}

export function aJsonRequest(path: string, body: string): HttpRequest {
  return aRequest(path, { method: 'POST', body: { string: body }, headers: { 'content-type': 'application/json' } });
}

/** The headers of an answer, by lower-case name. */
export function headersOf(response: HttpResponseInit): Record<string, string> {
  return Object.fromEntries(new Headers(response.headers).entries());
}
