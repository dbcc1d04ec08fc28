/**
 * Which of all processes asks Entra for a token that nobody has. When a tenant is cold and sixty instances wake up for it,
 * one asks and the others wait for what it gets, be it a token or a refusal.
 */

import { asTenantpostError, type ErrorCode, TenantpostError } from '../errors.ts';
import { type Clock, seconds } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Resource } from '../resource.ts';

/** What another process was told, as far as it can be kept. */
export interface SharedFailure {
  readonly code: ErrorCode;
  readonly aadsts: number | undefined;
  /** For how long nobody is to ask again, where Entra or the vault said so. */
  readonly retryAfterSeconds: number | undefined;
}

/** The table that decides. */
export interface RenewalClaims {
  /**
   * @param until epoch milliseconds after which the claim counts no more: its process may be dead.
   * @returns `ours`; `theirs` while another process holds it; or how the other one failed, a moment ago.
   * @throws TenantpostError `STORAGE_UNAVAILABLE`.
   */
  claim(tenantId: string, resource: Resource, until: number): Promise<'ours' | 'theirs' | SharedFailure>;
  /** Ends our claim, if it still is ours. A failure is kept for those who wait. */
  release(tenantId: string, resource: Resource, failure: SharedFailure | undefined): Promise<void>;
}

interface Options {
  readonly claims: RenewalClaims;
  readonly now: Clock;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

/**
 * Longer than a request to vault or Entra that is never answered, which is given up after ten seconds: were the claim over
 * by then, the next would ask in vain as well, and nobody be told. A process that is lost as it asks holds the others up
 * for so long.
 */
const claimLasts = 15 * seconds;

/**
 * How long somebody waits for others before he asks by himself. Longer than two claims: were it no longer than one, all who
 * wait would ask at once in the moment in which the claim of a lost process ends.
 */
const patienceLasts = 35 * seconds;

/** The first look comes soon, as a token request takes a fifth of a second; later ones cost the table less. */
const looks = { first: 200, most: 1000 };

export class SharedRenewal {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * @param look whether the table has the token by now.
   * @param renew asks Entra and puts the token into the table.
   */
  async run<Token>(
    tenantId: string,
    resource: Resource,
    look: () => Promise<Token | undefined>,
    renew: () => Promise<Token>,
  ): Promise<Token> {
    const { now, wait } = this.#options;
    const patience = now() + patienceLasts;
    for (let pause = looks.first; ; pause = Math.min(2 * pause, looks.most)) {
      const claim = await this.#claim(tenantId, resource);
      if (claim === 'ours') {
        // Between the caller's look and this claim another process may have begun and finished.
        return this.#ours(tenantId, resource, async () => (await look()) ?? (await renew()));
      }
      if (typeof claim === 'object') throw failureOf(tenantId, claim);
      // Without the table nobody can tell who asks. Mail is worth more than a request saved.
      if (claim === 'unknown' || now() >= patience) return renew();
      await wait(pause);
      const token = await look();
      if (token !== undefined) return token;
    }
  }

  async #claim(tenantId: string, resource: Resource): Promise<'ours' | 'theirs' | 'unknown' | SharedFailure> {
    const { claims, now, log } = this.#options;
    try {
      return await claims.claim(tenantId, resource, now() + claimLasts);
    } catch (error) {
      log('warning', 'token.claim-unreadable', { tenantId, code: asTenantpostError(error).code });
      return 'unknown';
    }
  }

  async #ours<Token>(tenantId: string, resource: Resource, renew: () => Promise<Token>): Promise<Token> {
    let failure: SharedFailure | undefined;
    try {
      return await renew();
    } catch (error) {
      const { code, detail, retryAfterSeconds } = asTenantpostError(error);
      const { aadsts } = detail;
      failure = { code, aadsts: typeof aadsts === 'number' ? aadsts : undefined, retryAfterSeconds };
      throw error;
    } finally {
      const { claims, log } = this.#options;
      await claims.release(tenantId, resource, failure).catch((error: unknown) => {
        // It ends by itself; until then the others wait for nothing.
        log('warning', 'token.claim-unwritable', { tenantId, code: asTenantpostError(error).code });
      });
    }
  }
}

function failureOf(tenantId: string, { code, aadsts, retryAfterSeconds }: SharedFailure): TenantpostError {
  const number = aadsts === undefined ? '' : ` (AADSTS${aadsts})`;
  const message = `Another process asked for a token of tenant ${tenantId} a moment ago and got none${number}.`;
  return new TenantpostError(code, message, {
    detail: { tenantId, aadsts },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
