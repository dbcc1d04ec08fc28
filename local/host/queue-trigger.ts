/** Connects a queue function to its queue. */

import type { FunctionDefinition, QueueTrigger } from './function-definition.ts';
import { minute } from './host-json.ts';
import type { InvocationRequest } from './invoke.ts';
import { queueOf } from './queue-client.ts';
import { QueueListener } from './queue-listener.ts';
import { type MessageProperties, triggerMetadata } from './queue-messages.ts';
import { invokeRetrying } from './retry.ts';
import type { Connected, TriggerContext } from './triggers.ts';

/**
 * In Development the default of one minute becomes 2 seconds, and only the default: what host.json says besides holds
 * (StorageQueuesWebJobsBuilderExtensions.cs; 2 s were seen on host 4.1037).
 */
export function longestPollingInterval(maxPollingInterval: number, development: boolean): number {
  return development && maxPollingInterval === minute ? 2000 : maxPollingInterval;
}

export function connectQueue(
  definition: FunctionDefinition,
  trigger: QueueTrigger,
  context: TriggerContext,
): Connected {
  const { name } = definition;
  const { hostJson, messageLockSeconds, development, invoker, admin, log } = context;
  const { connection } = trigger;
  const queue = queueOf(trigger, context);
  const ownLog = log.logger(name, `Function.${name}`);
  const request = (text: string, message: MessageProperties, reason: string): InvocationRequest => ({
    data: { string: text },
    triggerMetadata: () => triggerMetadata(text, message),
    reason,
  });
  if (definition.retry)
    ownLog.warn('The real host runs the retry policy of a queue function, and says it soon will not.');
  const listener = new QueueListener({
    queue,
    poisonQueue: queue.name.endsWith('-poison')
      ? undefined
      : queueOf({ queueName: `${queue.name}-poison`, connection }, context),
    options: {
      ...hostJson.queues,
      maxPollingInterval: longestPollingInterval(hostJson.queues.maxPollingInterval, development),
    },
    lockSeconds: messageLockSeconds,
    run: async (text, message, stop) => {
      const { messageId, dequeueCount } = message;
      const reason = `New message on ${queue.name}, MessageId=${messageId}, DequeueCount=${dequeueCount}`;
      const surroundings = { invoker, stop, log: ownLog };
      return (await invokeRetrying(definition, request(text, message, reason), surroundings)).succeeded;
    },
    log: ownLog,
  });
  // Run by hand, a function sees a dequeueCount of 0, and a failure is neither retried nor poisoned.
  admin.add(name, (input) => {
    const now = new Date();
    const dates = { insertedOn: now, expiresOn: now, nextVisibleOn: now };
    const message = { messageId: crypto.randomUUID(), popReceipt: '', dequeueCount: 0, ...dates };
    void invoker.invoke(definition, request(input, message, 'Run by hand'));
  });
  return { summary: { name, trigger: 'queue' }, description: `queue ${queue.name}`, listener, queueName: queue.name };
}
