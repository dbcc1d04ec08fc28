/** Notices a client that asks for the same token again and again in place of keeping the one that it has. */

import type { CloudContext } from '../cloud.ts';
import { EntraError } from './aadsts.ts';

/** Of an app without a user: https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling. */
const RETRY_AFTER_SECONDS = 60;
/** So many different requests are told apart; beyond that the oldest is forgotten. */
const MOST_REMEMBERED = 10_000;

interface TokenRequestIdentity {
  tenantId: string;
  clientId: string;
  resource: string;
}

export class LoopDetection {
  /** Epoch milliseconds of the latest requests, by what was asked. */
  readonly #requests = new Map<string, number[]>();

  /**
   * Refused requests count too, so that a client that does not stop is not let through again.
   *
   * @throws EntraError 50196
   */
  requireNoLoop(cloud: CloudContext, { tenantId, clientId, resource }: TokenRequestIdentity): void {
    const bound = cloud.state.loopDetection;
    if (bound === undefined) {
      this.#requests.clear();
      return;
    }
    const now = cloud.now('entra');
    const key = `${tenantId} ${clientId} ${resource}`;
    const latest = (this.#requests.get(key) ?? []).filter((at) => Math.abs(now - at) < bound.seconds * 1000);
    latest.push(now);
    this.#requests.delete(key);
    this.#requests.set(key, latest.slice(-bound.requests));
    for (const oldest of this.#requests.keys()) {
      if (this.#requests.size <= MOST_REMEMBERED) break;
      this.#requests.delete(oldest);
    }
    if (latest.length < bound.requests) return;
    throw new EntraError(
      50196,
      'The server terminated an operation because it encountered a loop while processing a request.',
      { reason: 'too many identical token requests', tenantId, retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }
}
