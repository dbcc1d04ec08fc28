/** What the tests of the control API share: requests to it, and its answers read strictly. */

import assert from 'node:assert/strict';
import { z } from 'zod';
import type { TestCloud } from '../../../support/cloud.ts';

/** A request to the control API; an object goes out as JSON, a string as it is. */
export function control(
  cloud: TestCloud,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return cloud.fetch(`${cloud.urls.portal}/api${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** The JSON of a request that must succeed; nothing for 204. */
export async function did(
  cloud: TestCloud,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await control(cloud, method, path, body);
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

const problemDetails = z.strictObject({
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
});

/** The status of a refusal, and the fields that it names; fails where the answer is no problem details. */
export async function problem(response: Response): Promise<{ status: number; detail: string; fields: string[] }> {
  const text = await response.text();
  assert.equal(response.headers.get('content-type'), 'application/problem+json', text);
  const { status, detail, errors = [] } = problemDetails.parse(JSON.parse(text));
  assert.equal(status, response.status);
  return { status, detail, fields: errors.map(({ field }) => field) };
}

/** Expects a refusal with this status, naming these fields. */
export async function refuses(response: Promise<Response>, status: number, fields: string[] = []): Promise<void> {
  const got = await problem(await response);
  assert.deepEqual({ status: got.status, fields: got.fields }, { status, fields }, got.detail);
}
