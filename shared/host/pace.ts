/** Lets something be done once in a while for each key, in this process: enough where the point is to spare somebody else. */

import type { Clock } from '../clock.ts';

const mostKeys = 1000;

export class Pace {
  readonly #every: number;
  readonly #now: Clock;
  readonly #doneAt = new Map<string, number>();

  /** @param every milliseconds. */
  constructor(every: number, now: Clock) {
    this.#every = every;
    this.#now = now;
  }

  /** @returns for how many milliseconds it has to wait; 0 when it may be done now, which counts as done. */
  take(key: string): number {
    const at = this.#now();
    const wait = (this.#doneAt.get(key) ?? -Infinity) + this.#every - at;
    if (wait > 0) return wait;
    this.#doneAt.delete(key);
    this.#doneAt.set(key, at);
    const [oldest] = this.#doneAt.keys();
    if (this.#doneAt.size > mostKeys && oldest !== undefined) this.#doneAt.delete(oldest);
    return 0;
  }
}
