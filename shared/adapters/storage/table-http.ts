/**
 * How tables are reached: what the Azure SDKs expect of an `HttpClient`
 * (https://learn.microsoft.com/javascript/api/@azure/core-rest-pipeline/httpclient), for requests and answers of text. What
 * fails here is told in the words by which their retries go.
 */

import { createHttpHeaders, type HttpClient, type PipelineRequest, RestError } from '@azure/core-rest-pipeline';
import type { Dispatcher } from 'undici';
import { connections } from '../connections.ts';

/** A connection that its server closed meanwhile costs one retry of the SDK's, and a new one a TLS handshake. */
const idleMilliseconds = 60_000;

/** undici's own words for what the retries of the SDKs know by Node's. */
const systemCodes: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
};

const dispatcher = connections(idleMilliseconds);

export const tableHttp: HttpClient = {
  async sendRequest(request) {
    const { statusCode: status, headers: received, body } = await begin(request);
    const headers = createHttpHeaders();
    for (const [name, value] of Object.entries(received)) {
      const [first] = Array.isArray(value) ? value : [value];
      if (first !== undefined) headers.set(name, first);
    }
    try {
      return { request, status, headers, bodyAsText: await body.text() };
    } catch (error) {
      throw failure(request, error, RestError.PARSE_ERROR);
    }
  },
};

async function begin(request: PipelineRequest): Promise<Dispatcher.ResponseData> {
  const { body = null, timeout } = request;
  if (body !== null && typeof body !== 'string') throw new TypeError('Only text is sent to tables.');
  const { origin, pathname, search, protocol } = new URL(request.url);
  if (protocol !== 'https:' && !request.allowInsecureConnection) {
    throw new Error(`Cannot connect to ${origin} while allowInsecureConnection is false.`);
  }
  const headers = request.headers.toJSON({ preserveCase: true });
  // Nothing here would unpack it, and storage packs nothing.
  for (const name of Object.keys(headers)) if (name.toLowerCase() === 'accept-encoding') delete headers[name];
  try {
    return await dispatcher().request({
      origin,
      path: pathname + search,
      method: request.method,
      headers,
      body,
      signal: request.abortSignal instanceof AbortSignal ? request.abortSignal : null,
      // Until the head of the answer is there, and between two pieces of its body.
      ...(timeout > 0 && { headersTimeout: timeout, bodyTimeout: timeout }),
    });
  } catch (error) {
    throw failure(request, error, codeOf(error));
  }
}

function failure(request: PipelineRequest, error: unknown, code: string): unknown {
  if (request.abortSignal?.aborted) return error;
  const told = new RestError(error instanceof Error ? error.message : String(error), { code, request });
  told.cause = error;
  return told;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string'))
    return RestError.REQUEST_SEND_ERROR;
  return systemCodes[error.code] ?? error.code;
}
