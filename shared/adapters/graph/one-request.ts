/**
 * One request to Graph or to its upload host: never repeated, never redirected. A send that is repeated is a second mail, and
 * a redirect would carry the mail to somebody else.
 */

import type { Dispatcher } from 'undici';
import { TenantpostError } from '../../errors.ts';
import { connections } from '../connections.ts';
import { neverConnected } from './connect-failures.ts';

/** Longer than Graph ever takes for a request of 4 MB. */
export const answerWithin = 100_000;

/**
 * Less than any server is known to keep one: a request on a connection that its server is closing meets nobody, and of a mail
 * nobody could say so.
 */
const idleMilliseconds = 4000;

/** More than any answer to a send; what is longer ends its connection. */
const mostDiscarded = 64 * 1024;

const dispatcher = connections(idleMilliseconds);

export interface OneRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

export interface OneAnswer {
  readonly status: number;
  /** Any 2xx. */
  readonly ok: boolean;
  readonly headers: Headers;
  /** @throws TenantpostError as the request. */
  text(): Promise<string>;
  /** In place of `text`: its body is none of ours, and the connection is used again. */
  discard(): void;
}

/**
 * @param isSend whether the request makes a mail leave: if the connection breaks, nobody knows whether it did.
 * @throws TenantpostError `GRAPH_UNAVAILABLE`, with `lost` in its detail where the request may have been carried out, or
 *   `SEND_UNCONFIRMED`.
 */
export async function oneRequest(url: string, wanted: OneRequest, isSend: boolean): Promise<OneAnswer> {
  const { origin, pathname, search } = new URL(url);
  const signal = AbortSignal.timeout(answerWithin);
  try {
    const {
      statusCode: status,
      headers,
      body,
    } = await dispatcher().request({
      ...wanted,
      origin,
      path: pathname + search,
      signal,
    });
    return {
      status,
      ok: status >= 200 && status < 300,
      headers: headersOf(headers),
      async text() {
        try {
          return await body.text();
        } catch (cause) {
          throw networkError(cause, isSend);
        }
      },
      discard() {
        body.dump({ limit: mostDiscarded, signal }).catch(() => undefined);
      },
    };
  } catch (cause) {
    throw networkError(cause, isSend);
  }
}

function headersOf(received: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers();
  for (const [name, value = ''] of Object.entries(received)) {
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  return headers;
}

function networkError(cause: unknown, isSend: boolean): TenantpostError {
  const network = networkCode(cause);
  if (neverConnected(cause)) {
    return new TenantpostError('GRAPH_UNAVAILABLE', 'No connection to Graph could be made.', {
      cause,
      detail: { network },
    });
  }
  const message = 'The connection to Graph broke before its answer came.';
  return isSend
    ? new TenantpostError('SEND_UNCONFIRMED', message, { cause, detail: { network } })
    : new TenantpostError('GRAPH_UNAVAILABLE', message, { cause, detail: { network, lost: true } });
}

function networkCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at.name === 'TimeoutError') return 'TIMEOUT';
  }
  return 'UNKNOWN';
}
