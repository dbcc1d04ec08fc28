/**
 * No client of the Azure SDKs ends a request by itself: a server that takes it and never answers holds the caller, and
 * whoever waits with him, for as long as the function may run.
 */

import type { TableServiceClientOptions } from '@azure/data-tables';

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
