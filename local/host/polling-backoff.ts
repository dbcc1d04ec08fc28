/** How long an idle queue listener sleeps: doubling with some chance, from 100 ms up to a maximum. */

/** QueuePollingIntervals.Minimum of the storage extension. */
const least = 100;
/** RandomizedExponentialBackoffStrategy.RandomizationFactor: each step is stretched by up to a fifth, either way. */
const spread = 0.2;

/** In Development no idle queue waits longer (seen on host 4.1037). */
const mostInDevelopment = 2000;

/** @param maxPollingInterval of host.json, in milliseconds. */
export function longestPollingInterval(maxPollingInterval: number, development: boolean): number {
  return development ? Math.min(maxPollingInterval, mostInDevelopment) : maxPollingInterval;
}

export class PollingBackoff {
  readonly #most: number;
  readonly #random: () => number;
  #steps = 0;

  constructor(most: number, random: () => number = Math.random) {
    this.#most = most;
    this.#random = random;
  }

  /** After a poll that found messages. */
  reset(): void {
    this.#steps = 0;
  }

  /** The next sleep in milliseconds, after a poll that found none or failed. */
  next(): number {
    const stretch = 1 - spread + this.#random() * 2 * spread;
    const delay = this.#steps === 0 ? least : least + stretch * 2 ** (this.#steps - 1) * least;
    if (delay >= this.#most) return this.#most;
    this.#steps += 1;
    return delay;
  }
}
