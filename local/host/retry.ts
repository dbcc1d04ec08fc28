/**
 * Retry policies of timer and queue functions
 * (https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retry-policies), in the order of the
 * WebJobs SDK's FunctionExecutorExtensions. Runs by hand and HTTP functions know none.
 */

import type { FunctionDefinition } from './function-definition.ts';
import type { InvocationRequest, InvocationResult, Invoker } from './invoke.ts';
import type { Logger } from './log.ts';
import { RandomizedBackoff } from './randomized-backoff.ts';
import type { RetryContext } from './rpc.ts';
import { sleep } from './sleep.ts';
import { formatTimeSpan } from './time-span.ts';

/** Durations in milliseconds; `maxRetryCount` -1 is without end. */
export type RetryPolicy =
  | { strategy: 'fixedDelay'; maxRetryCount: number; delayInterval: number }
  | { strategy: 'exponentialBackoff'; maxRetryCount: number; minimumInterval: number; maximumInterval: number };

interface Surroundings {
  invoker: Invoker;
  /** Ends the wait between two tries: the last failure is then the result. */
  stop: AbortSignal;
  log: Logger;
}

/** Each try is an invocation of its own. */
export async function invokeRetrying(
  definition: FunctionDefinition,
  request: InvocationRequest,
  { invoker, stop, log }: Surroundings,
): Promise<InvocationResult> {
  const { retry } = definition;
  if (!retry) return invoker.invoke(definition, request);
  const { maxRetryCount } = retry;
  const nextDelay = delaysOf(retry);
  let retryContext: RetryContext = { retryCount: 0, maxRetryCount };
  for (;;) {
    const result = await invoker.invoke(definition, { ...request, retryContext });
    if (result.succeeded) return result;
    if (retryContext.retryCount === maxRetryCount) {
      log.error(`Failed after ${maxRetryCount} retries.`);
      return result;
    }
    const retryCount = retryContext.retryCount + 1;
    const { message, stack = '' } = result.error;
    retryContext = { retryCount, maxRetryCount, exception: { message, source: '', stackTrace: stack } };
    const delay = nextDelay();
    log.info(
      `Retry ${retryCount} of ${maxRetryCount === -1 ? 'any number' : maxRetryCount} in ${formatTimeSpan(delay)}`,
    );
    await sleep(delay, stop);
    if (stop.aborted) return result;
  }
}

function delaysOf(policy: RetryPolicy): () => number {
  if (policy.strategy === 'fixedDelay') return () => policy.delayInterval;
  const backoff = new RandomizedBackoff(policy.minimumInterval, policy.maximumInterval);
  return () => backoff.next();
}
