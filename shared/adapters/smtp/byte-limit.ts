/**
 * How much mail is held in memory at once. A mail that is composed takes seven times its size for a while, and a process that
 * runs out of memory ends in the middle of every other mail that it is sending.
 */

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

export class ByteLimit {
  readonly #most: number;
  readonly #free: number;
  #held = 0;
  readonly #waiting = new Set<Waiting>();

  /** @param free what is as small as this goes at once: it waits for nothing large. */
  constructor(most: number, free: number) {
    this.#most = most;
    this.#free = free;
  }

  /**
   * Waits for room, in the order of coming. What is larger than all the room there is goes alone.
   *
   * @returns what gives it back.
   * @throws the signal's reason when it comes first.
   */
  async enter(bytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (bytes <= this.#free) return () => {};
    const turn = Promise.withResolvers<void>();
    const one: Waiting = { bytes, enter: turn.resolve };
    const late = (): void => {
      if (this.#waiting.delete(one)) turn.reject(signal.reason);
      this.#next();
    };
    signal.addEventListener('abort', late);
    this.#waiting.add(one);
    this.#next();
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', late);
    }
    return () => {
      this.#held -= bytes;
      this.#next();
    };
  }

  #next(): void {
    for (const one of this.#waiting) {
      if (this.#held > 0 && this.#held + one.bytes > this.#most) return;
      this.#waiting.delete(one);
      this.#held += one.bytes;
      one.enter();
    }
  }
}
