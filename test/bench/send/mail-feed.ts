/** Puts mail jobs on the queues, spread over all mailboxes in turn, and hides them until all are there. */

import { QueueServiceClient } from '@azure/storage-queue';
import type { SendingMailbox } from './send-messages.ts';

const atOnce = 16;

/** What a queue takes at the least on a busy machine, so that all are there when the first can be seen. */
const leastPerSecond = 250;

export class MailFeed {
  readonly #service: QueueServiceClient;
  readonly #mailboxes: readonly SendingMailbox[];
  #put = 0;

  constructor(connectionString: string, mailboxes: readonly SendingMailbox[]) {
    this.#service = QueueServiceClient.fromConnectionString(connectionString);
    this.#mailboxes = mailboxes;
  }

  async create(queue: string): Promise<void> {
    await this.#service.getQueueClient(queue).create();
  }

  /** @returns when all can be seen: epoch milliseconds. They appear within the second before. */
  async fill(queue: string, messages: number): Promise<number> {
    const visibleAt = Date.now() + 1000 + (messages / leastPerSecond) * 1000;
    let left = messages;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.put(queue, Math.max(0, Math.floor((visibleAt - Date.now()) / 1000)));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return visibleAt;
  }

  /** @returns the mailbox that is to send it. */
  async put(queue: string, hiddenSeconds = 0): Promise<string> {
    const place = this.#put;
    this.#put += 1;
    const mailbox = this.#mailboxes[place % this.#mailboxes.length];
    if (mailbox === undefined) throw new Error('There is no mailbox to send from.');
    const { tenantId, address } = mailbox;
    const job = {
      version: 1,
      id: `mail-${place}`,
      tenant: tenantId,
      from: address,
      to: ['ada@customer.example'],
      subject: `Your invoice ${place}`,
      text: 'x'.repeat(1000),
    };
    const options = { visibilityTimeout: hiddenSeconds, messageTimeToLive: -1 };
    await this.#service.getQueueClient(queue).sendMessage(JSON.stringify(job), options);
    return address;
  }

  /** How many are there, seen or hidden. */
  async left(queue: string): Promise<number> {
    return (await this.#service.getQueueClient(queue).getProperties()).approximateMessagesCount ?? 0;
  }
}
