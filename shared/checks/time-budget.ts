/** How long a run of the doctor may take: each step, and all of them together. */

import { type Clock, seconds } from '../clock.ts';
import { asTenantpostError, type ErrorCode, TenantpostError } from '../errors.ts';

export interface TimePorts {
  readonly now: Clock;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  /** Hears of what nobody foresaw. */
  readonly unexpected: (error: unknown) => void;
}

/** Whoever asks waits a minute at most; Azure's load balancer would end the request after four. */
const stepWithin = 12 * seconds;
const allWithin = 50 * seconds;

export class TimeBudget {
  readonly #with: TimePorts;
  readonly #until: number;

  constructor(ports: TimePorts) {
    this.#with = ports;
    this.#until = ports.now() + allWithin;
  }

  /** @throws TenantpostError of that code when the work takes too long; and what it throws itself. */
  async within<T>(code: ErrorCode, work: () => Promise<T>): Promise<T> {
    const { now, wait, unexpected } = this.#with;
    const left = Math.min(stepWithin, this.#until - now());
    const late = wait(Math.max(left, 1)).then((): never => {
      throw new TenantpostError(code, 'The service did not answer in time.', { detail: { network: 'TIMEOUT' } });
    });
    // When the work is done, nobody waits for it any more.
    late.catch(() => undefined);
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      if (asTenantpostError(error).code === 'UNEXPECTED') unexpected(error);
      throw error;
    }
  }
}
