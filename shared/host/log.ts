/** Logs through the invocation that is running, so that each line carries its invocation id. */

import type { InvocationContext } from '@azure/functions';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../log.ts';

const running = new AsyncLocalStorage<InvocationContext>();

export function withInvocation<T>(context: InvocationContext, work: () => Promise<T>): Promise<T> {
  return running.run(context, work);
}

/** One line of JSON an event: `{"event":"job.sent","tenantId":...}`. Queries go by `event`. */
export const log: Log = (level, event, detail = {}) => {
  const line = JSON.stringify({ event, ...detail });
  const context = running.getStore();
  if (context === undefined) return;
  if (level === 'error') context.error(line);
  else if (level === 'warning') context.warn(line);
  else context.log(line);
};

/** An exception nobody foresaw: its stack goes to the log, with the causes' kinds but not their texts. */
export function logUnexpected(error: unknown): void {
  const chain: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) chain.push(at.name);
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 8).join(' | ') : '';
  log('error', 'unexpected', { kinds: chain.join(' < '), stack });
}
