/** A map that makes what is missing and keeps so many entries; what was not asked for the longest goes first. */

export class RecentlyUsed<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #most: number;
  readonly #isNeeded: (value: Value) => boolean;

  /** @param isNeeded what must stay although its time has come. */
  constructor(most: number, isNeeded: (value: Value) => boolean) {
    this.#most = most;
    this.#isNeeded = isNeeded;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, make: () => Value): Value {
    const value = this.#entries.get(key) ?? make();
    // A map gives its entries in the order in which they were set.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#most) this.#dropOldest();
    return value;
  }

  #dropOldest(): void {
    for (const [key, value] of this.#entries) {
      if (this.#isNeeded(value)) continue;
      this.#entries.delete(key);
      return;
    }
  }
}
