/** Which connections are signed in to which mailbox, in the order in which they came: what Exchange limits. */

import type { Mailbox } from '../state.ts';

export class MailboxConnections {
  readonly #most: number;
  readonly #open = new Map<string, object[]>();

  /** @param most so many are served at one time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns how to tell that it is closed. */
  open({ address }: Mailbox, connection: object): () => void {
    const key = address.toLowerCase();
    this.#open.set(key, [...(this.#open.get(key) ?? []), connection]);
    return () => {
      const left = (this.#open.get(key) ?? []).filter((one) => one !== connection);
      if (left.length > 0) this.#open.set(key, left);
      else this.#open.delete(key);
    };
  }

  /** Whether it is one of the first that are open now; those that came later wait for one of them to be closed. */
  isServed({ address }: Mailbox, connection: object): boolean {
    const place = this.#open.get(address.toLowerCase())?.indexOf(connection) ?? -1;
    return place >= 0 && place < this.#most;
  }
}
