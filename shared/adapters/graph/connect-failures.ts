/**
 * Tells a request that cannot have left, because no connection stood, from one that may have arrived. Error codes do not
 * tell: ECONNRESET is both. undici reports what failed while connecting, TLS included, on a channel:
 * https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md
 */

import { subscribe } from 'node:diagnostics_channel';

const connectErrors = new WeakSet();

subscribe('undici:client:connectError', (message) => {
  if (typeof message !== 'object' || message === null || !('error' in message)) return;
  if (message.error instanceof Error) connectErrors.add(message.error);
});

/**
 * @param failure what undici threw: the connection's error, or one that has it as its cause. Should the channel ever fall silent, the
 *   answer is no, and the job's outcome `unknown` rather than a second mail.
 */
export function neverConnected(failure: unknown): boolean {
  for (let at: unknown = failure; at instanceof Error; at = at.cause) if (connectErrors.has(at)) return true;
  return false;
}
