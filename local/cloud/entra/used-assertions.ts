/** Which assertion used which `jti`: one assertion may be used until it expires, its `jti` by no other. */

import { createHash } from 'node:crypto';

interface Use {
  digest: string;
  /** Epoch seconds. */
  expires: number;
}

/** An assertion may be valid for years. Beyond so many the oldest is forgotten, and its `jti` is free again. */
const MOST_REMEMBERED = 20_000;
const SWEEP_EVERY_SECONDS = 60;

export class UsedAssertions {
  readonly #used = new Map<string, Use>();
  #sweptAt = 0;

  /**
   * @param until when the assertion is of no use any more; it and `now` in epoch seconds.
   * @returns whether the `jti` is free, or used by this very assertion.
   */
  admit(assertion: string, { appId, jti, until }: { appId: string; jti: string; until: number }, now: number): boolean {
    this.#forget(now);
    const key = createHash('sha256').update(`${appId} ${jti}`).digest('base64url');
    const digest = createHash('sha256').update(assertion).digest('base64url');
    const before = this.#used.get(key);
    if (before !== undefined && before.expires >= now) return before.digest === digest;
    this.#used.set(key, { digest, expires: until });
    return true;
  }

  #forget(now: number): void {
    // Either way from the last time: the fault panel may set the clock back.
    if (Math.abs(now - this.#sweptAt) >= SWEEP_EVERY_SECONDS) {
      this.#sweptAt = now;
      for (const [key, { expires }] of this.#used) if (expires < now) this.#used.delete(key);
    }
    for (const key of this.#used.keys()) {
      if (this.#used.size < MOST_REMEMBERED) break;
      this.#used.delete(key);
    }
  }
}
