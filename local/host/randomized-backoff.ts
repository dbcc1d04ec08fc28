/** RandomizedExponentialBackoffStrategy of the WebJobs SDK: delays that double with some chance, from a least up to a most. */

/** RandomizationFactor: each step is stretched by up to a fifth, either way. */
const spread = 0.2;

export class RandomizedBackoff {
  readonly #least: number;
  readonly #most: number;
  readonly #random: () => number;
  #steps = 0;

  /** Both in milliseconds. */
  constructor(least: number, most: number, random: () => number = Math.random) {
    this.#least = least;
    this.#most = most;
    this.#random = random;
  }

  /** After success: the next delay is the least again. */
  reset(): void {
    this.#steps = 0;
  }

  /** The next delay in milliseconds, after a try that came to nothing. */
  next(): number {
    const least = this.#least;
    const stretch = 1 - spread + this.#random() * 2 * spread;
    const delay = this.#steps === 0 ? least : least + stretch * 2 ** (this.#steps - 1) * least;
    if (delay >= this.#most) return this.#most;
    this.#steps += 1;
    return delay;
  }
}
