/** Connects a timer function to the clock. */

import type { FunctionDefinition, TimerTrigger } from './function-definition.ts';
import { invokeRetrying } from './retry.ts';
import { SingletonLock } from './singleton-lock.ts';
import { hostConnection } from './storage.ts';
import { type TimerInfo, timerInfo, TimerListener } from './timer-listener.ts';
import { TimerSchedule } from './timer-schedule.ts';
import { TimerStatusBlob } from './timer-status.ts';
import type { Connected, TriggerContext } from './triggers.ts';

/** What the Functions host sets for its listeners' locks. */
const leaseSeconds = 15;
/** Shorter than the real host's minute: on a laptop hosts are started again more often than they are scaled out. */
const retryAfter = 5000;

export function connectTimer(
  definition: FunctionDefinition,
  trigger: TimerTrigger,
  context: TriggerContext,
): Connected {
  const { name } = definition;
  const { settings, storage, hostId, invoker, admin } = context;
  const expression = settings.resolve(trigger.schedule);
  const schedule = new TimerSchedule(expression);
  const container = storage.blobs(hostConnection).getContainerClient('azure-webjobs-hosts');
  const id = `${hostId}/Host.Functions.${name}`;
  const monitored = trigger.useMonitor && !schedule.isSubMinute;
  const statusBlob = monitored ? new TimerStatusBlob(container.getBlockBlobClient(`timers/${id}/status`)) : undefined;
  const log = context.log.logger(name, `Function.${name}`);
  const request = (info: TimerInfo, reason: string) => ({ data: { json: JSON.stringify(info) }, reason });
  const listener = new TimerListener({
    schedule,
    statusBlob,
    lock: new SingletonLock({ container, blobName: `locks/${id}.Listener`, leaseSeconds, retryAfter, log }),
    runOnStartup: trigger.runOnStartup,
    run: (info, stop) => {
      const reason = info.IsPastDue ? 'Timer fired, past due' : 'Timer fired';
      return invokeRetrying(definition, request(info, reason), { invoker, stop, log });
    },
    log,
  });
  const runByHand = async (): Promise<void> => {
    const status = await statusBlob?.read();
    await invoker.invoke(definition, request(timerInfo(status, false), 'Run by hand'));
  };
  admin.add(name, () => void runByHand().catch((error: unknown) => log.error('It could not be run by hand.', error)));
  return { summary: { name, trigger: 'timer' }, description: `timer ${expression}`, listener };
}
