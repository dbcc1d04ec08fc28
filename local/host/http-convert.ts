/** Between node:http and the worker's HTTP data. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpData, HttpResult, ReturnedData } from './rpc.ts';
import { formatSetCookie } from './set-cookie.ts';

/** Kestrel's limit in the Functions host: 100 MB. */
const mostBytes = 104_857_600;

export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  readonly status: 400 | 413;

  constructor(status: 400 | 413) {
    super(`The request is answered with ${status}`);
    this.status = status;
  }
}

/** The request's own URL as the client sees it. @throws BadRequestError when target or Host header make none. */
export function requestUrl(request: IncomingMessage): URL {
  const host = request.headers.host ?? '';
  const target = request.url ?? '';
  // A target such as `//other` or `http://other/` must not change the authority.
  if (!target.startsWith('/') || !/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host)) throw new BadRequestError(400);
  const text = `http://${host}${target}`;
  if (!URL.canParse(text)) throw new BadRequestError(400);
  return new URL(text);
}

/** @throws BadRequestError when the body is larger than the real host takes. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw new BadRequestError(413);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > mostBytes) throw new BadRequestError(413);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function toHttpData(request: IncomingMessage, url: URL, params: Record<string, string>, body: Buffer): HttpData {
  const headers = Object.entries(request.headersDistinct).map(([name, values = []]): [string, string] => [
    name,
    values.join(name === 'cookie' ? '; ' : ','),
  ]);
  return {
    method: request.method ?? 'GET',
    url: url.href,
    headers: Object.fromEntries(headers),
    query: joinedQuery(url.searchParams),
    params,
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

/** `?x=1&x=2` reaches a function as the one value `1,2` (seen on host 4.1037). */
function joinedQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]));
}

/** Node frames the body itself; what a function says about that would contradict it. */
const framing = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** A function that returned nothing is 204. */
export function writeResult(response: ServerResponse, returned: ReturnedData | null | undefined): void {
  const result = returned?.http;
  if (!result) {
    response.writeHead(204).end();
    return;
  }
  for (const [name, value] of Object.entries(result.headers)) {
    if (!framing.has(name.toLowerCase())) response.setHeader(name, value);
  }
  for (const cookie of result.cookies) response.appendHeader('set-cookie', formatSetCookie(cookie));
  response.statusCode = Number(result.statusCode);
  response.end(bodyOf(result));
}

function bodyOf({ body }: HttpResult): Uint8Array | string {
  return body?.bytes ?? body?.string ?? body?.json ?? '';
}
