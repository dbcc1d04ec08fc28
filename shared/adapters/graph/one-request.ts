/**
 * One request to Graph or to its upload host: never repeated, never redirected. A send that is repeated is a second mail, and
 * a redirect would carry the mail to somebody else.
 */

import { TenantpostError } from '../../errors.ts';
import { neverConnected } from './connect-failures.ts';

/** Longer than Graph ever takes for a request of 4 MB. */
export const answerWithin = 100_000;

/**
 * @param isSend whether the request makes a mail leave: if the connection breaks, nobody knows whether it did.
 * @throws TenantpostError `GRAPH_UNAVAILABLE`, with `lost` in its detail where the request may have been carried out, or
 *   `SEND_UNCONFIRMED`.
 */
export async function oneRequest(target: string | Request, options: RequestInit, isSend: boolean): Promise<Response> {
  try {
    return await fetch(target, { ...options, redirect: 'manual', signal: AbortSignal.timeout(answerWithin) });
  } catch (cause) {
    throw networkError(cause, isSend);
  }
}

export function networkError(cause: unknown, isSend: boolean): TenantpostError {
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

/** undici wraps what happened as the `cause` of its "fetch failed". */
function networkCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at.name === 'TimeoutError') return 'TIMEOUT';
  }
  return 'UNKNOWN';
}
