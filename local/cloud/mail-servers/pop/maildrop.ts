/** The inbox as a POP session has it: numbered once at its beginning, with marks for deletion (RFC 1939). */

import type { CloudContext } from '../../cloud.ts';
import { messagesIn, removeMessage } from '../../mail/folders.ts';
import type { Mailbox, StoredMessage } from '../../state.ts';
import { rawMessage } from '../message/raw-message.ts';

export interface Drop {
  number: number;
  /** Of the message itself. */
  id: string;
  bytes: number;
  message: StoredMessage;
}

export class Maildrop {
  readonly #cloud: CloudContext;
  readonly #drops: readonly Drop[];
  readonly #deleted = new Set<number>();

  private constructor(cloud: CloudContext, drops: readonly Drop[]) {
    this.#cloud = cloud;
    this.#drops = drops;
  }

  static async open(cloud: CloudContext, { address }: Mailbox): Promise<Maildrop> {
    const drops: Drop[] = [];
    for (const message of messagesIn(cloud, address, 'inbox')) {
      const { length: bytes } = await rawMessage(cloud, message);
      drops.push({ number: drops.length + 1, id: message.immutableId, bytes, message });
    }
    return new Maildrop(cloud, drops);
  }

  /** Those that are not marked as deleted. */
  present(): Drop[] {
    return this.#drops.filter(({ number }) => !this.#deleted.has(number));
  }

  /** Whether it is there or has been marked as deleted. */
  find(number: number): Drop | 'deleted' | undefined {
    const drop = this.#drops[number - 1];
    return drop !== undefined && this.#deleted.has(number) ? 'deleted' : drop;
  }

  delete({ number }: Drop): void {
    this.#deleted.add(number);
  }

  reset(): void {
    this.#deleted.clear();
  }

  /** RFC 1939 section 6: only a session that ends with QUIT removes anything. */
  commit(): void {
    for (const { number, message } of this.#drops) {
      if (this.#deleted.has(number)) removeMessage(this.#cloud, message);
    }
  }
}
