/**
 * Where the app gets tokens: a map in this process, in front of a table that all processes share, in front of Entra.
 * Every token is checked to be the one asked for when it enters the map, from the table or from Entra; the transport looks
 * once more.
 */

import { type Clock, minutes } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { SharedRenewal } from './shared-renewal.ts';
import { readToken, type Resource, type Token, type TokenExpectation } from './token.ts';

/** Asks Entra. */
export interface TokenIssuer {
  /** @returns the access token as issued. @throws TenantpostError by the AADSTS number. */
  request(tenantId: string, resource: Resource): Promise<string>;
}

/** The shared table. It keeps tokens encrypted and gives back only what it can authenticate. */
export interface TokenStore {
  read(tenantId: string, resource: Resource): Promise<string | undefined>;
  write(token: Token): Promise<void>;
  remove(tenantId: string, resource: Resource): Promise<void>;
}

export interface TokenSourceOptions {
  readonly issuer: TokenIssuer;
  readonly store: TokenStore;
  readonly renewal: Pick<SharedRenewal, 'run'>;
  readonly expect: (tenantId: string, resource: Resource) => TokenExpectation;
  /** Permissions without which a token is useless and must not be cached: the next one may have them. */
  readonly requiredRoles: Readonly<Record<Resource, readonly string[]>>;
  readonly now: Clock;
  readonly log: Log;
}

/** A token is not handed out in its last minutes: the request that it goes with must arrive while it is valid. */
const margin = 5 * minutes;

export class TokenSource {
  readonly #options: TokenSourceOptions;
  readonly #held = new Map<string, Token>();
  readonly #inFlight = new Map<string, Promise<Token>>();

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /** A valid token, from the nearest place that has one. */
  async get(tenantId: string, resource: Resource): Promise<Token> {
    const held = this.#held.get(keyOf(tenantId, resource));
    if (held && this.#isUsable(held, margin)) return held;
    return this.#once(tenantId, resource, async () => {
      const look = (): Promise<Token | undefined> => this.peek(tenantId, resource, margin);
      const renew = (): Promise<Token> => this.renew(tenantId, resource);
      return (await look()) ?? (await this.#options.renewal.run(tenantId, resource, look, renew));
    });
  }

  /** A new token from Entra, whatever is cached. */
  renew(tenantId: string, resource: Resource): Promise<Token> {
    return this.#once(`renew ${tenantId}`, resource, () => this.#renewNow(tenantId, resource));
  }

  /** The shared token, if there is one that stays valid for so long (milliseconds). Asks nobody but the table. */
  async peek(tenantId: string, resource: Resource, validFor: number): Promise<Token | undefined> {
    const { store, log } = this.#options;
    let value: string | undefined;
    try {
      value = await store.read(tenantId, resource);
    } catch (error) {
      // The table is a cache: without it tokens cost a request each, but mail still leaves.
      log('warning', 'token.table-unreadable', { tenantId, code: codeOf(error) });
    }
    if (value === undefined) return undefined;
    try {
      const token = readToken(value, this.#options.expect(tenantId, resource));
      if (!this.#isUsable(token, validFor)) return undefined;
      this.#held.set(keyOf(tenantId, resource), token);
      return token;
    } catch {
      log('error', 'token.wrong-in-table', { tenantId, resource });
      await this.drop(tenantId, resource);
      return undefined;
    }
  }

  /** Forgets a token, here and in the table: a resource refused it, it was wrong, or its tenant is gone. */
  async drop(tenantId: string, resource: Resource): Promise<void> {
    const { store, log } = this.#options;
    this.#held.delete(keyOf(tenantId, resource));
    try {
      await store.remove(tenantId, resource);
    } catch (error) {
      // It stays until it expires. Whoever drops it has more important things to finish.
      log('warning', 'token.table-unwritable', { tenantId, code: codeOf(error) });
    }
  }

  async #renewNow(tenantId: string, resource: Resource): Promise<Token> {
    const { issuer, store, expect, requiredRoles, log } = this.#options;
    const token = readToken(await issuer.request(tenantId, resource), expect(tenantId, resource));
    const missing = requiredRoles[resource].filter((role) => !token.roles.includes(role));
    if (missing.length > 0) {
      throw new TenantpostError('ROLE_MISSING', `The token of tenant ${tenantId} lacks ${missing.join(', ')}.`, {
        detail: { tenantId, resource, missing: missing.join(' ') },
      });
    }
    this.#held.set(keyOf(tenantId, resource), token);
    try {
      await store.write(token);
    } catch (error) {
      log('warning', 'token.table-unwritable', { tenantId, code: codeOf(error) });
    }
    return token;
  }

  /** One request in flight for each key: the others wait for its answer (MSAL does not coalesce by itself). */
  #once(scope: string, resource: Resource, start: () => Promise<Token>): Promise<Token> {
    const key = keyOf(scope, resource);
    const running = this.#inFlight.get(key);
    if (running) return running;
    const started = start().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    return started;
  }

  #isUsable(token: Token, validFor: number): boolean {
    return token.expiresAt - this.#options.now() > validFor;
  }
}

function keyOf(tenantId: string, resource: Resource): string {
  return `${tenantId.toLowerCase()} ${resource}`;
}

function codeOf(error: unknown): string {
  return error instanceof TenantpostError ? error.code : 'UNEXPECTED';
}
