/** Connects each function's trigger to what sets it off. A function that cannot be connected throws; the others run. */

import { ConfigurationError } from './describe-issues.ts';
import type { Admin } from './admin.ts';
import type {
  FunctionDefinition,
  HttpTrigger,
  QueueOutput,
  QueueTrigger,
  TimerTrigger,
} from './function-definition.ts';
import type { HostJson } from './host-json.ts';
import { type HttpRouter, routeOf } from './http-router.ts';
import type { Invoker } from './invoke.ts';
import type { Log } from './log.ts';
import { QueueListener } from './queue-listener.ts';
import { type MessageProperties, triggerMetadata } from './queue-messages.ts';
import type { FunctionSummary } from './ready.ts';
import type { Settings } from './settings.ts';
import { SingletonLock } from './singleton-lock.ts';
import { hostConnection, type StorageConnections } from './storage.ts';
import { type TimerInfo, timerInfo, TimerListener } from './timer-listener.ts';
import { TimerSchedule } from './timer-schedule.ts';
import { TimerStatusBlob } from './timer-status.ts';

/** QueueListener.cs: fixed, host.json cannot change it. */
const messageLockSeconds = 600;
/** The host polls idle queues at least this often in Development (seen on host 4.1037). */
const developmentPolling = 2000;
const timerLeaseSeconds = 15;
/** Shorter than the real host's minute: on a laptop a host is restarted more often than it is scaled out. */
const timerLockRetry = 5000;

export interface TriggerContext {
  settings: Settings;
  storage: StorageConnections;
  hostJson: HostJson;
  hostId: string;
  development: boolean;
  router: HttpRouter;
  admin: Admin;
  invoker: Invoker;
  log: Log;
}

/** A listener has to be started and stopped. */
export interface Connected {
  summary: FunctionSummary;
  /** For the list at start: an address, a queue, a schedule. */
  description: string;
  listener?: QueueListener | TimerListener;
  /** The queue that is listened to. */
  queueName?: string;
}

export function connect(definition: FunctionDefinition, context: TriggerContext): Connected {
  // An output that could never be written must not be found out by the first invocation.
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

/** The queue of a binding; names are put into lower case (seen on host 4.1037). */
export function queueOf(
  { queueName, connection }: Pick<QueueOutput | QueueTrigger, 'queueName' | 'connection'>,
  { settings, storage }: Pick<TriggerContext, 'settings' | 'storage'>,
) {
  const name = settings.resolve(queueName).toLowerCase();
  // https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata
  if (!/^(?!.*--)[a-z\d][a-z\d-]{1,61}[a-z\d]$/.test(name))
    throw new ConfigurationError(`"${name}" is no queue name: 3 to 63 letters, digits and single dashes between them.`);
  return storage.queues(settings.resolve(connection)).getQueueClient(name);
}

function connectHttp(definition: FunctionDefinition, trigger: HttpTrigger, context: TriggerContext): Connected {
  const { router, hostJson } = context;
  const route = routeOf(definition, trigger, hostJson.routePrefix);
  router.add({ definition, trigger, route });
  const { methods, authLevel } = trigger;
  return {
    summary: { name: definition.name, trigger: 'http', route: `/${route}`, methods },
    description: `${methods.join(',')} /${route}${authLevel === 'anonymous' ? '' : ` (${authLevel} key)`}`,
  };
}

function connectQueue(definition: FunctionDefinition, trigger: QueueTrigger, context: TriggerContext): Connected {
  const { name } = definition;
  const { settings, storage, hostJson, development, invoker, admin } = context;
  const queue = queueOf(trigger, context);
  const run = async (text: string, message: MessageProperties, reason: string): Promise<boolean> => {
    const metadata = triggerMetadata(text, message);
    const result = await invoker.invoke(definition, { data: { string: text }, triggerMetadata: metadata, reason });
    return result.succeeded;
  };
  const poisonName = `${queue.name}-poison`;
  const { maxPollingInterval } = hostJson.queues;
  const listener = new QueueListener({
    queue,
    poisonQueue: queue.name.endsWith('-poison')
      ? undefined
      : storage.queues(settings.resolve(trigger.connection)).getQueueClient(poisonName),
    options: {
      ...hostJson.queues,
      maxPollingInterval: development ? Math.min(maxPollingInterval, developmentPolling) : maxPollingInterval,
    },
    lockSeconds: messageLockSeconds,
    run: (text, message) => {
      const { messageId, dequeueCount } = message;
      return run(
        text,
        message,
        `New queue message on ${queue.name}, MessageId=${messageId}, DequeueCount=${dequeueCount}`,
      );
    },
    log: context.log.logger(name, `Function.${name}`),
  });
  // Run by hand, a function sees a dequeueCount of 0, and a failure is neither retried nor poisoned.
  admin.add(name, (input) => {
    const now = new Date();
    const dates = { insertedOn: now, expiresOn: now, nextVisibleOn: now };
    void run(input, { messageId: crypto.randomUUID(), popReceipt: '', dequeueCount: 0, ...dates }, 'Run by hand');
  });
  return {
    summary: { name, trigger: 'queue' },
    description: `queue ${queue.name}`,
    listener,
    queueName: queue.name,
  };
}

function connectTimer(definition: FunctionDefinition, trigger: TimerTrigger, context: TriggerContext): Connected {
  const { name } = definition;
  const { settings, storage, hostId, invoker, admin } = context;
  const expression = settings.resolve(trigger.schedule);
  const schedule = new TimerSchedule(expression);
  const container = storage.blobs(hostConnection).getContainerClient('azure-webjobs-hosts');
  const id = `${hostId}/Host.Functions.${name}`;
  const monitored = trigger.useMonitor && !schedule.isSubMinute;
  const statusBlob = monitored ? new TimerStatusBlob(container.getBlockBlobClient(`timers/${id}/status`)) : undefined;
  const log = context.log.logger(name, `Function.${name}`);
  const run = (info: TimerInfo, reason: string) =>
    invoker.invoke(definition, { data: { json: JSON.stringify(info) }, reason });
  const listener = new TimerListener({
    schedule,
    statusBlob,
    lock: new SingletonLock({
      container,
      blobName: `locks/${id}.Listener`,
      leaseSeconds: timerLeaseSeconds,
      retryAfter: timerLockRetry,
      log,
    }),
    runOnStartup: trigger.runOnStartup,
    run: (info) => run(info, `Timer fired${info.IsPastDue ? ', past due' : ''}`),
    log,
  });
  admin.add(name, () => {
    void (async () => {
      const status = await statusBlob?.read().catch(() => undefined);
      await run(timerInfo(status, false), 'Run by hand');
    })();
  });
  return { summary: { name, trigger: 'timer' }, description: `timer ${expression}`, listener };
}
