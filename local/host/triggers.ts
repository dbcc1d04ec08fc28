/** Connects each function to what sets it off. A function that cannot be connected throws; the others run. */

import type { Admin } from './admin.ts';
import { ConfigurationError } from './describe-issues.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { HostJson } from './host-json.ts';
import type { HttpRouter } from './http-router.ts';
import { connectHttp } from './http-trigger.ts';
import type { Invoker } from './invoke.ts';
import type { Log } from './log.ts';
import type { QueueListener } from './queue-listener.ts';
import { queueOf } from './queue-client.ts';
import { connectQueue } from './queue-trigger.ts';
import type { FunctionSummary } from './ready.ts';
import type { Settings } from './settings.ts';
import type { StorageConnections } from './storage.ts';
import type { TimerListener } from './timer-listener.ts';
import { connectTimer } from './timer-trigger.ts';

export interface TriggerContext {
  settings: Settings;
  storage: StorageConnections;
  hostJson: HostJson;
  hostId: string;
  /** For how long a received message is hidden from others at a time. */
  messageLockSeconds: number;
  development: boolean;
  router: HttpRouter;
  admin: Admin;
  invoker: Invoker;
  log: Log;
}

export interface Connected {
  summary: FunctionSummary;
  /** For the list at start: a route, a queue, a schedule. */
  description: string;
  /** What has to be started and stopped. */
  listener?: QueueListener | TimerListener;
  /** The queue that is listened to. */
  queueName?: string;
}

/** @throws MissingSettingError, ConfigurationError */
export function connect(definition: FunctionDefinition, context: TriggerContext): Connected {
  refuseUnregistered(definition, context.hostJson);
  // That an output cannot be written must not be found out by the first invocation.
  for (const output of definition.outputs) queueOf(output, context);
  const { trigger } = definition;
  switch (trigger.type) {
    case 'httpTrigger':
      return connectHttp(definition, trigger, context);
    case 'queueTrigger':
      return connectQueue(definition, trigger, context);
    case 'timerTrigger':
      return connectTimer(definition, trigger, context);
  }
}

/** Queues are an extension, which host.json has to name (https://learn.microsoft.com/azure/azure-functions/extension-bundles). */
function refuseUnregistered({ trigger, outputs }: FunctionDefinition, { hasExtensionBundle }: HostJson): void {
  const types = [trigger, ...outputs]
    .map(({ type }) => type)
    .filter((type) => type === 'queueTrigger' || type === 'queue');
  if (hasExtensionBundle || types.length === 0) return;
  throw new ConfigurationError(`${types[0]} is not registered: host.json names no extensionBundle.`);
}
