/** What the host would make of a handler's answer. */

import {
  type Cookie,
  type HttpFunctionOptions,
  type HttpRequest,
  HttpResponse,
  type InvocationContext,
} from '@azure/functions';
import assert from 'node:assert/strict';
import { headersOf } from '../../support/invocation.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly cookies: readonly Cookie[];
  readonly body: string;
}

export async function answerOf(
  { handler }: HttpFunctionOptions,
  request: HttpRequest,
  context: InvocationContext,
): Promise<Answer> {
  const response = await handler(request, context);
  assert.ok(typeof response === 'object' && !(response instanceof HttpResponse));
  const { status, cookies, body, jsonBody } = response;
  assert.ok(typeof status === 'number');
  assert.ok(body === undefined || typeof body === 'string');
  return {
    status,
    headers: headersOf({ headers: response.headers ?? {} }),
    cookies: cookies ?? [],
    body: body ?? (jsonBody === undefined ? '' : JSON.stringify(jsonBody)),
  };
}

export function objectIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}
