/**
 * A reading of something slow and remote that serves everybody for a while. It is renewed ahead of its end, beside those
 * whom it serves, and outlives an outage of what it is read from.
 */

import { type Clock, seconds } from '../../clock.ts';
import { asTenantpostError, type TenantpostError } from '../../errors.ts';

/** Who asks within this time after a failure gets what there is, or the same failure, and causes no further request. */
const failureHolds = 5 * seconds;

const passing: readonly string[] = ['VAULT_UNAVAILABLE', 'IDENTITY_UNAVAILABLE'];

interface Options<Value> {
  readonly now: Clock;
  /** For how long a reading is used, in milliseconds: what changes there is seen here after so long at the latest. */
  readonly lives: number;
  /** Runs once for all who wait for it. */
  readonly read: () => Promise<Value>;
  /** Told of a failure that nobody else meets, since the last reading goes on serving. */
  readonly outlived: (error: TenantpostError) => void;
}

export class ReadThrough<Value> {
  readonly #options: Options<Value>;
  #held: { readonly value: Value; readonly readAt: number } | undefined;
  #reading: Promise<Value> | undefined;
  #failure: { readonly error: TenantpostError; readonly at: number } | undefined;

  constructor(options: Options<Value>) {
    this.#options = options;
  }

  async get(): Promise<Value> {
    const { lives } = this.#options;
    const held = this.#held;
    const age = held === undefined ? Infinity : this.#since(held.readAt);
    if (held !== undefined && age < lives / 2) return held.value;
    const failure = this.#holding();
    if (failure !== undefined) {
      if (held !== undefined) return held.value;
      throw failure;
    }
    const reading = (this.#reading ??= this.#read());
    // While what is read from is away, nobody waits for it.
    if (held === undefined || (age >= lives && this.#failure === undefined)) return reading;
    return held.value;
  }

  /** The last failure, for as long as nobody is to ask again: what is read from may have said how long that is. */
  #holding(): TenantpostError | undefined {
    if (this.#failure === undefined) return undefined;
    const { error, at } = this.#failure;
    const holds = Math.max(failureHolds, (error.retryAfterSeconds ?? 0) * seconds);
    return this.#since(at) < holds ? error : undefined;
  }

  /** What lies ahead of a clock that was set back is old: it would hold until the clock is there again. */
  #since(at: number): number {
    const passed = this.#options.now() - at;
    return passed < 0 ? Infinity : passed;
  }

  #read(): Promise<Value> {
    const { now, read, outlived } = this.#options;
    const readAt = now();
    const reading = read().then(
      (value) => {
        this.#held = { value, readAt };
        this.#failure = undefined;
        return value;
      },
      (cause: unknown) => {
        const error = asTenantpostError(cause);
        this.#failure = { error, at: now() };
        const held = this.#held;
        if (held !== undefined && passing.includes(error.code)) {
          outlived(error);
          return held.value;
        }
        this.#held = undefined;
        throw error;
      },
    );
    // Whoever does not wait for it meets its failure at the next call.
    reading.catch(() => undefined).finally(() => (this.#reading = undefined));
    return reading;
  }
}
