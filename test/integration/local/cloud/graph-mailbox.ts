/** What the tests of drafts, lists and uploads share: requests to one mailbox, and answers read strictly. */

import assert from 'node:assert/strict';
import { z } from 'zod';
import { aToken, type TestCloud } from '../../../support/cloud.ts';
import { aMessage, sender } from './graph-requests.ts';

export const immutable = { prefer: 'IdType="ImmutableId"' };

interface CallOptions {
  method?: string;
  /** Sent as JSON; a string goes out as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  roles?: string[];
  /** The user in the path. */
  as?: string;
}

/** A request under the sender's mailbox, by default with every right to it. */
export async function call(cloud: TestCloud, path: string, options: CallOptions = {}): Promise<Response> {
  const { method = 'GET', body, headers, roles = ['Mail.Send', 'Mail.ReadWrite'], as = sender } = options;
  const token = await aToken(cloud, { roles });
  return cloud.fetch(`${cloud.urls.graph}/v1.0/users/${encodeURIComponent(as)}/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

const message = z.looseObject({ id: z.string() });
export type GraphMessage = z.infer<typeof message>;
const page = z.looseObject({ value: z.array(message), '@odata.nextLink': z.url().optional() });

/** The message of an answer with this status. */
export async function readMessage(response: Response, status = 200): Promise<GraphMessage> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  return message.parse(JSON.parse(text));
}

export async function readPage(response: Response): Promise<z.infer<typeof page>> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return page.parse(JSON.parse(text));
}

/** The subjects that a list has, in its order. */
export async function subjects(cloud: TestCloud, path: string): Promise<unknown[]> {
  return (await readPage(await call(cloud, path))).value.map(({ subject }) => subject);
}

/** A new draft of the sender's. */
export async function draft(
  cloud: TestCloud,
  overrides: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<GraphMessage> {
  return readMessage(await call(cloud, 'messages', { method: 'POST', body: aMessage(overrides), headers }), 201);
}

export const sendDraft = (cloud: TestCloud, id: string, headers: Record<string, string> = {}): Promise<Response> =>
  call(cloud, `messages/${id}/send`, { method: 'POST', headers });

/** A message in MIME as a client would post it, with the lines ended as the standard has it. */
export const mimeOf = (...lines: string[]): string => Buffer.from(lines.join('\r\n')).toString('base64');

export const mimeRequest = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'text/plain' } });
