/** What the tests of uploads share: a session for a file, and its ranges. */

import assert from 'node:assert/strict';
import { z } from 'zod';
import type { TestCloud } from '../../../support/cloud.ts';
import { call, draft, type GraphMessage } from './graph-mailbox.ts';

const session = z.strictObject({
  '@odata.context': z.string(),
  uploadUrl: z.url(),
  expirationDateTime: z.iso.datetime(),
  nextExpectedRanges: z.array(z.string()),
});
export type Session = z.infer<typeof session>;

/** Just large enough for a session. */
export const size = 3_000_000;
export const file = Buffer.alloc(size, 'Grüße ');

export const item = (overrides: Record<string, unknown> = {}) => ({
  AttachmentItem: { attachmentType: 'file', name: 'photo.jpg', size, contentType: 'image/jpeg', ...overrides },
});

interface CreateOptions {
  body?: unknown;
  roles?: string[];
  headers?: Record<string, string>;
}

export function create(cloud: TestCloud, messageId: string, options: CreateOptions = {}): Promise<Response> {
  const { body = item(), ...rest } = options;
  return call(cloud, `messages/${messageId}/attachments/createUploadSession`, { method: 'POST', body, ...rest });
}

export async function readSession(response: Response): Promise<Session> {
  const text = await response.text();
  assert.equal(response.status, 201, text);
  return session.parse(JSON.parse(text));
}

/** A new draft and a session for it. */
export async function open(
  cloud: TestCloud,
  overrides: Record<string, unknown> = {},
): Promise<Session & { message: GraphMessage }> {
  const message = await draft(cloud);
  return { ...(await readSession(await create(cloud, message.id, { body: item(overrides) }))), message };
}

/** Uploads the bytes from `start` to before `end`; the headers can be made wrong. */
export function put(
  cloud: TestCloud,
  url: string,
  [start, end]: readonly [number, number],
  { headers = {}, total = size, bytes = file.subarray(start, end) } = {} as {
    headers?: Record<string, string>;
    total?: number;
    bytes?: Uint8Array;
  },
): Promise<Response> {
  return cloud.fetch(url, {
    method: 'PUT',
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `bytes ${start}-${end - 1}/${total}`,
      ...headers,
    },
    body: new Uint8Array(bytes),
  });
}
