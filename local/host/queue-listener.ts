/**
 * A queue trigger: fetches messages, runs the function on each, and decides what becomes of them, by the rules of the
 * storage extension (Azure/azure-sdk-for-net, QueueListener.cs and QueueProcessor.cs).
 */

import { type DequeuedMessageItem, type QueueClient, RestError } from '@azure/storage-queue';
import type { QueueOptions } from './host-json.ts';
import type { Logger } from './log.ts';
import { MessageLock } from './message-lock.ts';
import { decodeMessage } from './queue-messages.ts';
import { sendCreating } from './queue-outputs.ts';
import { RandomizedBackoff } from './randomized-backoff.ts';
import { sleep } from './sleep.ts';

const goneCodes = ['MessageNotFound', 'PopReceiptMismatch', 'QueueNotFound'];
/** QueuePollingIntervals.Minimum of the storage extension. */
const leastPollingInterval = 100;
const week = 7 * 24 * 60 * 60;

export interface QueueListenerOptions {
  queue: QueueClient;
  /** Absent for a queue that is itself a poison queue. */
  poisonQueue: QueueClient | undefined;
  options: QueueOptions;
  /**
   * How long a received message is hidden from others, in seconds: 600 in the storage extension, whatever host.json
   * says. A host that is killed leaves its messages hidden for the rest of it.
   */
  lockSeconds: number;
  /** Runs the function; false when it failed. Never rejects. `stop` ends what it waits for between two tries. */
  run: (text: string, message: DequeuedMessageItem, stop: AbortSignal) => Promise<boolean>;
  log: Logger;
}

export class QueueListener {
  readonly #queue: QueueClient;
  readonly #poisonQueue: QueueClient | undefined;
  readonly #options: QueueOptions;
  readonly #lockSeconds: number;
  readonly #run: QueueListenerOptions['run'];
  readonly #log: Logger;
  readonly #backoff: RandomizedBackoff;
  readonly #stopping = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  #ready = false;
  #failing = false;

  constructor({ queue, poisonQueue, options, lockSeconds, run, log }: QueueListenerOptions) {
    this.#queue = queue;
    this.#poisonQueue = poisonQueue;
    this.#options = options;
    this.#lockSeconds = lockSeconds;
    this.#run = run;
    this.#log = log;
    this.#backoff = new RandomizedBackoff(leastPollingInterval, options.maxPollingInterval);
  }

  start(): void {
    this.#loop = this.#poll();
  }

  /** Fetches no more, and resolves when the messages under way are settled. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await Promise.all(this.#inFlight);
  }

  /** Ends the sleep between two polls: this host itself has just written to the queue. */
  notify(): void {
    this.#wake.abort();
  }

  async #poll(): Promise<void> {
    const { batchSize, newBatchThreshold } = this.#options;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      const messages = await this.#receive(batchSize);
      for (const message of messages) this.#track(this.#process(message));
      if (messages.length === 0) {
        const delay = this.#backoff.next();
        this.#log.debug(`Queue ${this.#queue.name} has nothing; polling again in ${Math.round(delay)} ms.`);
        await sleep(delay, AbortSignal.any([this.#stopping.signal, this.#wake.signal]));
        continue;
      }
      this.#backoff.reset();
      while (this.#inFlight.size > newBatchThreshold) await Promise.race(this.#inFlight);
    }
  }

  /** A fetch is never cut short: the service may have handed out messages that nobody would then run. */
  async #receive(numberOfMessages: number): Promise<DequeuedMessageItem[]> {
    try {
      if (!this.#ready) await this.#queue.createIfNotExists();
      this.#ready = true;
      const { receivedMessageItems } = await this.#queue.receiveMessages({
        numberOfMessages,
        visibilityTimeout: this.#lockSeconds,
      });
      if (this.#failing) this.#log.info(`Queue ${this.#queue.name} answers again.`);
      this.#failing = false;
      return receivedMessageItems;
    } catch (error) {
      // Of a missing role the message of the error says nothing: AuthorizationPermissionMismatch does.
      const why = error instanceof RestError && error.code !== undefined ? ` (${error.code})` : '';
      if (!this.#failing) this.#log.error(`Queue ${this.#queue.name} cannot be read${why}; trying again.`, error);
      this.#failing = true;
      this.#ready = false;
      return [];
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        // Nothing is lost: the message appears again when its lock is over.
        this.#log.error(`A message of ${this.#queue.name} could not be settled; it returns when its lock ends.`, error);
      })
      .finally(() => this.#inFlight.delete(tracked));
    this.#inFlight.add(tracked);
  }

  async #process(message: DequeuedMessageItem): Promise<void> {
    const { maxDequeueCount, messageEncoding, visibilityTimeout } = this.#options;
    const { messageId, dequeueCount } = message;
    if (dequeueCount > maxDequeueCount) {
      return this.#poison(message, message.popReceipt, `was dequeued ${dequeueCount} times`);
    }
    const text = decodeMessage(message.messageText, messageEncoding);
    if (text === undefined) return this.#poison(message, message.popReceipt, `is not ${messageEncoding}`);

    const lock = new MessageLock(this.#queue, message, this.#lockSeconds, this.#log);
    let succeeded: boolean;
    let popReceipt: string;
    try {
      succeeded = await this.#run(text, message, this.#stopping.signal);
    } finally {
      // A lock that is not released is renewed for as long as this process lives, and nobody gets the message again.
      popReceipt = await lock.release();
    }
    if (succeeded) return this.#ignoringGone(message, () => this.#queue.deleteMessage(messageId, popReceipt));
    // Left hidden until its lock ends: releasing it would be a fast endless loop.
    if (!this.#poisonQueue) return;
    if (dequeueCount >= maxDequeueCount) return this.#poison(message, popReceipt, `failed ${dequeueCount} times`);
    const seconds = Math.ceil(visibilityTimeout / 1000);
    await this.#ignoringGone(message, () => this.#queue.updateMessage(messageId, popReceipt, undefined, seconds));
  }

  /** The text is copied as it was stored: a message that could not be decoded stays what it is. */
  async #poison({ messageId, messageText }: DequeuedMessageItem, popReceipt: string, why: string): Promise<void> {
    if (!this.#poisonQueue) return;
    this.#log.warn(`Message ${messageId} ${why}; moving it to ${this.#poisonQueue.name}.`);
    await sendCreating(this.#poisonQueue, messageText, week);
    await this.#ignoringGone({ messageId }, () => this.#queue.deleteMessage(messageId, popReceipt));
  }

  /** Somebody else has taken the message over, or deleted it: it is theirs to settle. */
  async #ignoringGone({ messageId }: { messageId: string }, settle: () => Promise<unknown>): Promise<void> {
    try {
      await settle();
    } catch (error) {
      if (!(error instanceof RestError) || !goneCodes.includes(error.code ?? '')) throw error;
      this.#log.warn(`Message ${messageId} is no longer ours: its lock had ended, so it may run again.`);
    }
  }
}
