/** Writes what functions set for their queue output bindings. A write that fails fails the invocation. */

import { RestError } from '@azure/storage-queue';
import type { QueueClient } from '@azure/storage-queue';
import type { QueueOutput } from './function-definition.ts';
import { encodeMessage, type MessageEncoding, outputMessages } from './queue-messages.ts';
import type { OutputData } from './rpc.ts';

interface Response {
  returnValue?: OutputData | null | undefined;
  outputData: { name: string; data: OutputData }[];
}

export class QueueOutputs {
  readonly #queueOf: (output: QueueOutput) => QueueClient;
  readonly #encoding: MessageEncoding;
  readonly #written: (queueName: string) => void;

  /** @param written told the name of a queue that got messages, so that its listener need not sleep on. */
  constructor(
    queueOf: (output: QueueOutput) => QueueClient,
    encoding: MessageEncoding,
    written: (queueName: string) => void,
  ) {
    this.#queueOf = queueOf;
    this.#encoding = encoding;
    this.#written = written;
  }

  async write(outputs: readonly QueueOutput[], response: Response): Promise<void> {
    for (const output of outputs) {
      const data =
        output.name === '$return'
          ? response.returnValue
          : response.outputData.find((one) => one.name === output.name)?.data;
      const messages = outputMessages(data);
      if (messages.length === 0) continue;
      const queue = this.#queueOf(output);
      for (const message of messages) await sendCreating(queue, encodeMessage(message, this.#encoding));
      this.#written(queue.name);
    }
  }
}

/** Creates the queue only when the service says that it is missing, so that the usual case is one request. */
export async function sendCreating(queue: QueueClient, text: string, secondsToLive?: number): Promise<void> {
  const options = secondsToLive === undefined ? {} : { messageTimeToLive: secondsToLive };
  try {
    await queue.sendMessage(text, options);
  } catch (error) {
    if (!(error instanceof RestError) || error.code !== 'QueueNotFound') throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text, options);
  }
}
