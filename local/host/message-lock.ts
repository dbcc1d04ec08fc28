/** Keeps a received message invisible to others for as long as its function runs. */

import type { QueueClient } from '@azure/storage-queue';
import type { Logger } from './log.ts';

export class MessageLock {
  readonly #queue: QueueClient;
  readonly #messageId: string;
  readonly #seconds: number;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #popReceipt: string;
  #renewal: Promise<void> = Promise.resolve();

  /** @param seconds how long one renewal lasts; it is renewed when half of that is over. */
  constructor(queue: QueueClient, message: { messageId: string; popReceipt: string }, seconds: number, log: Logger) {
    this.#queue = queue;
    this.#messageId = message.messageId;
    this.#popReceipt = message.popReceipt;
    this.#seconds = seconds;
    this.#log = log;
    this.#timer = setInterval(
      () => {
        this.#renewal = this.#renewal.then(() => this.#renew());
      },
      (seconds * 1000) / 2,
    );
  }

  /**
   * Ends the renewals and says with which receipt the message is now ours. A renewal under way is waited for: it
   * changes the receipt, and with the former one the message could be neither deleted nor released.
   */
  async release(): Promise<string> {
    clearInterval(this.#timer);
    await this.#renewal;
    return this.#popReceipt;
  }

  async #renew(): Promise<void> {
    try {
      const renewed = await this.#queue.updateMessage(this.#messageId, this.#popReceipt, undefined, this.#seconds);
      this.#popReceipt = renewed.popReceipt ?? this.#popReceipt;
    } catch (error) {
      this.#log.warn(
        `The lock of message ${this.#messageId} could not be renewed; another instance may run it as well.`,
      );
      this.#log.debug(String(error));
    }
  }
}
