/**
 * No client of the Azure SDKs ends a request by itself: a server that takes it and never answers holds the caller, and
 * whoever waits with him, for as long as the function may run.
 */

import type { TableServiceClientOptions } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';

const requestMilliseconds = 10_000;

type AdditionalPolicies = NonNullable<TableServiceClientOptions['additionalPolicies']>;

/** For clients that take policies: each request, and each of its retries, ends in time. */
export const timeLimited: AdditionalPolicies = [
  {
    policy: {
      name: 'timeLimit',
      sendRequest(request, next) {
        request.timeout = requestMilliseconds;
        return next(request);
      },
    },
    position: 'perRetry',
  },
];

/** For clients that take none: the call ends in time, retries included. */
export const timeLimitOfCall = (): { abortSignal: AbortSignal } => ({
  abortSignal: AbortSignal.timeout(2 * requestMilliseconds),
});

/** For a credential: every client asks it before it sends anything, so none of their own limits runs yet. */
export function timeLimitedCredential(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, refuse) => {
        timer = setTimeout(() => refuse(new Error('No token came in time.')), requestMilliseconds);
      });
      try {
        return await Promise.race([credential.getToken(scopes, options), late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
