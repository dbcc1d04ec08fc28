/**
 * When not to ask Entra again. Whoever is refused and asks on at once makes it worse: Entra answers AADSTS50196 to a client
 * that loops (https://learn.microsoft.com/entra/identity-platform/reference-error-codes), and a service that is down comes
 * back later under a storm.
 */

import { type Clock, minutes, seconds } from '../clock.ts';
import { type ErrorCode, TenantpostError } from '../errors.ts';

/** What is wrong for every tenant alike: our own proof, what it is made with, or Entra as a whole. */
const everybodys: readonly ErrorCode[] = [
  'CREDENTIAL_REFUSED',
  'CREDENTIAL_UNUSABLE',
  'ENTRA_THROTTLED',
  'ENTRA_UNAVAILABLE',
  'FEDERATION_REFUSED',
  'IDENTITY_REFUSED',
  'IDENTITY_UNAVAILABLE',
  'REGISTRATION_WRONG',
  'VAULT_REFUSED',
  'VAULT_UNAVAILABLE',
];

/** So many tenants in a row, and none that succeeds between them, are no coincidence. */
const inARow = 5;

const firstHold = 1 * seconds;
const longestHold = 1 * minutes;

/** Tenants that fail are remembered up to so many; beyond that the oldest is asked about again too soon, which does no harm. */
const mostRemembered = 10_000;

interface Hold {
  readonly error: TenantpostError;
  readonly since: number;
  readonly until: number;
  readonly failures: number;
}

/**
 * Whatever is held off meets the error that began it, with the time that is left of what a service asked for. A pause of our
 * own names no time: mail jobs then wait as long as they do by themselves, which grows further and spreads them out.
 */
export class HoldOff {
  readonly #now: Clock;
  readonly #byKey = new Map<string, Hold>();
  #everybody: Hold | undefined;
  #row = new Set<string>();

  constructor(now: Clock) {
    this.#now = now;
  }

  /** Why nobody is to be asked for this, if so. */
  refusal(key: string): TenantpostError | undefined {
    return this.everybodysRefusal() ?? this.#open(this.#byKey.get(key));
  }

  /** Why nobody is to be asked for anything. */
  everybodysRefusal(): TenantpostError | undefined {
    return this.#open(this.#everybody);
  }

  /** Until when nobody is to be asked for anything, if so; epoch milliseconds. */
  everybodysUntil(): number | undefined {
    return this.#open(this.#everybody) && this.#everybody?.until;
  }

  /** @param key what was asked for, for example tenant and resource. */
  failed(key: string, error: TenantpostError): void {
    this.#byKey.set(key, this.#next(this.#byKey.get(key), error));
    if (this.#byKey.size > mostRemembered) {
      const [oldest] = this.#byKey.keys();
      if (oldest !== undefined) this.#byKey.delete(oldest);
    }
    if (!everybodys.includes(error.code)) {
      // What nobody foresaw says nothing of Entra.
      if (error.code !== 'UNEXPECTED') this.#ended();
      return;
    }
    if (this.#row.size < inARow) this.#row.add(key);
    if (this.#row.size >= inARow || this.#everybody !== undefined) this.#everybody = this.#next(this.#everybody, error);
  }

  succeeded(key: string): void {
    this.#byKey.delete(key);
    this.#ended();
  }

  /** Entra answered somebody: what was wrong was not everybody's, or is over. */
  #ended(): void {
    this.#everybody = undefined;
    if (this.#row.size > 0) this.#row = new Set();
  }

  #next(held: Hold | undefined, error: TenantpostError): Hold {
    const at = this.#now();
    // Requests that were under way together fail together: they count as one failure.
    if (held !== undefined && this.#lasts(held)) return held;
    const failures = (held?.failures ?? 0) + 1;
    const own = Math.min(firstHold * 2 ** (failures - 1), longestHold);
    return { error, failures, since: at, until: at + Math.max(own, (error.retryAfterSeconds ?? 0) * seconds) };
  }

  /** A clock that was set back would else hold everybody off until it has caught up. */
  #lasts({ since, until }: Hold): boolean {
    const at = this.#now();
    return since <= at && at < until;
  }

  #open(held: Hold | undefined): TenantpostError | undefined {
    if (held === undefined || !this.#lasts(held)) return undefined;
    const left = held.until - this.#now();
    const { code, message, detail, retryAfterSeconds } = held.error;
    return new TenantpostError(code, message, {
      cause: held.error,
      detail: { ...detail, heldOff: true },
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds: Math.ceil(left / seconds) }),
    });
  }
}
