/** Connects a queue function to its queue. */

import type { FunctionDefinition, QueueTrigger } from './function-definition.ts';
import { longestPollingInterval } from './polling-backoff.ts';
import { queueOf } from './queue-client.ts';
import { QueueListener } from './queue-listener.ts';
import { type MessageProperties, triggerMetadata } from './queue-messages.ts';
import type { Connected, TriggerContext } from './triggers.ts';

/** QueueListener.cs: host.json cannot change it. */
const lockSeconds = 600;

export function connectQueue(
  definition: FunctionDefinition,
  trigger: QueueTrigger,
  context: TriggerContext,
): Connected {
  const { name } = definition;
  const { hostJson, development, invoker, admin, log } = context;
  const { connection } = trigger;
  const queue = queueOf(trigger, context);
  const run = async (text: string, message: MessageProperties, reason: string): Promise<boolean> => {
    const result = await invoker.invoke(definition, {
      data: { string: text },
      triggerMetadata: () => triggerMetadata(text, message),
      reason,
    });
    return result.succeeded;
  };
  const listener = new QueueListener({
    queue,
    poisonQueue: queue.name.endsWith('-poison')
      ? undefined
      : queueOf({ queueName: `${queue.name}-poison`, connection }, context),
    options: {
      ...hostJson.queues,
      maxPollingInterval: longestPollingInterval(hostJson.queues.maxPollingInterval, development),
    },
    lockSeconds,
    run: (text, message) => {
      const { messageId, dequeueCount } = message;
      return run(text, message, `New message on ${queue.name}, MessageId=${messageId}, DequeueCount=${dequeueCount}`);
    },
    log: log.logger(name, `Function.${name}`),
  });
  // Run by hand, a function sees a dequeueCount of 0, and a failure is neither retried nor poisoned.
  admin.add(name, (input) => {
    const now = new Date();
    const dates = { insertedOn: now, expiresOn: now, nextVisibleOn: now };
    void run(input, { messageId: crypto.randomUUID(), popReceipt: '', dequeueCount: 0, ...dates }, 'Run by hand');
  });
  return { summary: { name, trigger: 'queue' }, description: `queue ${queue.name}`, listener, queueName: queue.name };
}
