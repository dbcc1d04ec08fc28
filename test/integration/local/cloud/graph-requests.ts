/** What the tests of Graph share: a message, a request to send it, and Graph's answer read strictly. */

import assert from 'node:assert/strict';
import { z } from 'zod';
import type { StoredMessage } from '../../../../local/cloud/state.ts';
import { aToken, customers, type TestCloud } from '../../../support/cloud.ts';

export const sender = `post@${customers.contoso.domain}`;
export const anna = `anna@${customers.contoso.domain}`;
export const outsider = 'someone@elsewhere.example';

export const recipient = (address: string, name?: string) => ({ emailAddress: { address, ...(name && { name }) } });

/** A message that Graph takes; `undefined` leaves a property out. */
export function aMessage(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    subject: 'Your invoice',
    body: { contentType: 'Text', content: 'It is attached.' },
    toRecipients: [recipient(anna)],
    ...overrides,
  };
}

export const aFile = (overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name: 'invoice.txt',
  contentType: 'text/plain',
  contentBytes: Buffer.from('42 EUR').toString('base64'),
  ...overrides,
});

interface SendOptions {
  /** The user in the path. */
  as?: string;
  token?: string;
  headers?: Record<string, string>;
  method?: string;
  /** The path, where that is not the user's sendMail. */
  path?: string;
}

/** Posts to `sendMail` with a valid token of Contoso's, unless the options say otherwise. A string goes out as it is. */
export async function send(cloud: TestCloud, body: unknown, options: SendOptions = {}): Promise<Response> {
  const path = options.path ?? `/v1.0/users/${encodeURIComponent(options.as ?? sender)}/sendMail`;
  const token = options.token ?? (await aToken(cloud));
  const method = options.method ?? 'POST';
  return cloud.fetch(cloud.urls.graph + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...options.headers },
    ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    innerError: z.strictObject({
      date: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      'request-id': z.guid(),
      'client-request-id': z.guid(),
    }),
  }),
});

/** An error in Graph's form, whose identifiers are those of the headers. */
export async function refusal(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = errorBody.parse(await response.json());
  for (const id of ['request-id', 'client-request-id'] as const) {
    assert.equal(response.headers.get(id), error.innerError[id]);
  }
  return { status: response.status, code: error.code, message: error.message };
}

/** Sends the body, and expects this refusal and that nothing was delivered. */
export async function refuses(
  cloud: TestCloud,
  body: unknown,
  status: number,
  code: string,
  message: string | RegExp,
): Promise<void> {
  const got = await refusal(await send(cloud, body));
  assert.deepEqual({ status: got.status, code: got.code }, { status, code });
  if (typeof message === 'string') assert.equal(got.message, message);
  else assert.match(got.message, message);
  assert.deepEqual(cloud.state.messages, []);
}

export async function accepts(cloud: TestCloud, body: unknown): Promise<void> {
  const response = await send(cloud, body);
  assert.equal(response.status, 202, await response.text());
}

export const doesNotExist = (property: string, type: string): string =>
  `The property '${property}' does not exist on type 'microsoft.graph.${type}'. Make sure to only use property names that are defined by the type or mark the type as open type.`;

/** The copies that lie in one mailbox, oldest first. */
export function copies(cloud: TestCloud, mailbox: string, folder?: StoredMessage['folder']): StoredMessage[] {
  return cloud.state.messages.filter((one) => one.mailbox === mailbox && (!folder || one.folder === folder));
}
