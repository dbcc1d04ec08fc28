/** Logs through the invocation that is running, so that each line carries its invocation id, and as log records of OpenTelemetry. */

import type { InvocationContext } from '@azure/functions';
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import { AsyncLocalStorage } from 'node:async_hooks';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import { withinTraceOf } from './spans.ts';

const running = new AsyncLocalStorage<InvocationContext>();

export function withInvocation<T>(context: InvocationContext, work: () => Promise<T>): Promise<T> {
  return running.run(context, work);
}

/** For triggers whose errors the host prints: what nobody foresaw is logged without its text, and fails without it. */
export function withTrigger(context: InvocationContext, work: () => Promise<void>): Promise<void> {
  return withInvocation(context, async () => {
    try {
      await withinTraceOf(context, work);
    } catch (error) {
      const known = asTenantpostError(error);
      if (known.code === 'UNEXPECTED') logUnexpected(error);
      else log('error', 'trigger.failed', { ...known.detail, code: known.code });
      throw new TenantpostError(known.code, known.message);
    }
  });
}

const severities = {
  information: SeverityNumber.INFO,
  warning: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/** One line of JSON an event: `{"event":"job.sent","tenantId":...}`. Queries go by `event`. */
export const log: Log = (level, event, detail = {}) => {
  const line = JSON.stringify({ event, ...detail });
  const context = running.getStore();
  if (context === undefined) console.log(line);
  else if (level === 'error') context.error(line);
  else if (level === 'warning') context.warn(line);
  else context.log(line);
  // Does nothing where no telemetry is exported. In Application Insights the attributes are customDimensions of `traces`.
  logs.getLogger('tenantpost').emit({
    severityNumber: severities[level],
    severityText: level,
    body: event,
    attributes: Object.fromEntries(Object.entries({ event, ...detail }).filter(([, value]) => value !== undefined)),
  });
};

/** An exception nobody foresaw: where it happened and the kinds of its causes, but no message, which may hold anything. */
export function logUnexpected(error: unknown): void {
  const chain: string[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at.name);
  const frames = error instanceof Error ? framesOf(error) : [];
  log('error', 'unexpected', { kinds: chain.join(' < '), stack: frames.slice(0, 8).join(' | ') });
}

/** A stack begins with the message, of which a line may look like a frame. */
function framesOf({ stack = '', message }: Error): string[] {
  const after = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  return after
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}
