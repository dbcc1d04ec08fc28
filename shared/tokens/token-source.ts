/**
 * Where the app gets tokens: a map in this process, in front of a table that all processes share, in front of Entra.
 * Every token is checked to be the one asked for when it enters the map, from the table or from Entra, and again whenever it
 * leaves it; the transport looks once more.
 */

import type { Clock } from '../clock.ts';
import { asTenantpostError, type ErrorCode, TenantpostError } from '../errors.ts';
import { requireHome } from '../home-tenant.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { noTracing, type Tracing } from '../tracing.ts';
import { HeldTokens } from './held-tokens.ts';
import { HoldOff } from './hold-off.ts';
import { isFresh, isStillValid, isYoung } from './renewal-time.ts';
import type { SharedRenewal } from './shared-renewal.ts';
import type { Resource } from '../resource.ts';
import { isTokenFor, readToken, type Token, type TokenExpectation } from './token.ts';

/** Asks Entra. */
export interface TokenIssuer {
  /** @returns the access token as issued. @throws TenantpostError by the AADSTS number. */
  request(tenantId: string, resource: Resource): Promise<string>;
}

/** The shared table. It keeps tokens encrypted. */
export interface TokenStore {
  /**
   * @returns nothing when there is none, or none that this installation can still decrypt.
   * @throws TenantpostError `TOKEN_WRONG` for what was changed, or was made for another tenant, resource, app or cloud;
   *   `STORAGE_UNAVAILABLE`, `VAULT_UNAVAILABLE`, `VAULT_REFUSED`.
   */
  read(tenantId: string, resource: Resource): Promise<string | undefined>;
  write(token: Token): Promise<void>;
  remove(tenantId: string, resource: Resource): Promise<void>;
}

export interface TokenSourceOptions {
  readonly issuer: TokenIssuer;
  readonly store: TokenStore;
  readonly renewal: Pick<SharedRenewal, 'run'>;
  /** @param tenantId lower case. */
  readonly expect: (tenantId: string, resource: Resource) => TokenExpectation;
  /** Permissions of which a token must carry one; without it is useless, and must not be cached: the next one may have it. */
  readonly requiredRoles: Readonly<Record<Resource, readonly string[]>>;
  /** Whether a tenant grants mailboxes in Exchange and not by roles: its tokens are good without. Asked when roles are missing. */
  readonly isScoped?: (tenantId: string) => Promise<boolean>;
  /** The home tenant of a single-tenant registration: nobody else's token can be had. */
  readonly singleTenantId: string | undefined;
  /** How many tokens this process keeps in memory; 20,000 if left out. */
  readonly mostHeld?: number;
  readonly now: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly tracing?: Tracing;
}

export interface HeldOff {
  readonly code: ErrorCode;
  /** Epoch milliseconds. */
  readonly until: number;
}

interface Needs {
  /** One of the required permissions. */
  readonly roles?: boolean;
}

/** Where a token came from that was not the one asked for. */
type Origin = 'entra' | 'memory' | 'table';

export class TokenSource {
  readonly #options: TokenSourceOptions;
  readonly #held: HeldTokens;
  readonly #holdOff: HoldOff;
  readonly #inFlight = new Map<string, Promise<Token>>();

  constructor(options: TokenSourceOptions) {
    this.#options = options;
    this.#held = new HeldTokens(options.mostHeld);
    this.#holdOff = new HoldOff(options.now);
  }

  /**
   * A valid token, from the nearest place that has one.
   *
   * @throws TenantpostError `TENANT_NOT_HOME`; what Entra, the vault or the identity refused, when no token that is still
   *   valid is left; the same error again, without asking, while asking is held off (`heldOff`).
   */
  get(tenantId: string, resource: Resource): Promise<Token> {
    // Ids come in small letters nearly always. To make them so costs as much as the rest of a hit, so it waits for a miss.
    const held = this.#hit(tenantId, resource);
    return held === undefined ? this.#getInSmallLetters(tenantId.toLowerCase(), resource) : Promise.resolve(held);
  }

  async #getInSmallLetters(id: string, resource: Resource): Promise<Token> {
    const held = this.#hit(id, resource);
    if (held !== undefined) return held;
    requireHome(id, this.#options.singleTenantId);
    const { tracing = noTracing } = this.#options;
    const facts = { 'tenantpost.tenant.id': id, 'tenantpost.resource': resource };
    return this.#once(`get ${keyOf(id, resource)}`, () =>
      tracing.within('get token', { facts }, () => this.#find(id, resource)),
    );
  }

  #hit(id: string, resource: Resource): Token | undefined {
    const held = this.#heldFor(id, resource);
    if (held === undefined || !isFresh(held, this.#options.now())) return undefined;
    this.#options.metrics.count('tenantpost.tokens.hits');
    return held;
  }

  /**
   * A new token from Entra, whatever is cached.
   *
   * @param needs.roles false for a tenant of which something else shows whether it lets the app work.
   */
  async renew(tenantId: string, resource: Resource, { roles = true }: Needs = {}): Promise<Token> {
    const id = tenantId.toLowerCase();
    requireHome(id, this.#options.singleTenantId);
    const key = `renew${roles ? '' : ' any'} ${keyOf(id, resource)}`;
    return this.#once(key, () => this.#renewNow(id, resource, roles));
  }

  /** Why no request to Entra is made now, for whichever tenant, and until when; nothing when one may be made. */
  heldOff(): HeldOff | undefined {
    const code = this.#holdOff.everybodysRefusal()?.code;
    const until = this.#holdOff.everybodysUntil();
    return code === undefined || until === undefined ? undefined : { code, until };
  }

  /**
   * A resource refused this token: it is forgotten where it still is, and nothing that has followed it. A young one stays,
   * since each job of a queue would else ask Entra for one more that is refused.
   */
  async refused(token: Token): Promise<void> {
    const { tenantId, resource, value } = token;
    if (isYoung(token, this.#options.now())) return;
    if (this.#held.get(tenantId, resource)?.value === value) this.#held.drop(tenantId, resource);
    // Another process may have been refused with it before, and have put the next one there.
    const stored = await this.#stored(tenantId, resource);
    if (stored?.value === value) await this.drop(tenantId, resource);
  }

  /** Forgets a token, here and in the table: its tenant is gone. */
  async drop(tenantId: string, resource: Resource): Promise<void> {
    const id = tenantId.toLowerCase();
    this.#held.drop(id, resource);
    await this.#removeRow(id, resource);
  }

  /** After a miss. A token in its last minutes is better than none: it is used when no newer one can be had. */
  async #find(id: string, resource: Resource): Promise<Token> {
    const { renewal, now, log, metrics } = this.#options;
    metrics.count('tenantpost.tokens.misses');
    const fresh = async (): Promise<Token | undefined> => {
      const stored = await this.#stored(id, resource);
      return stored !== undefined && isFresh(stored, now()) ? stored : undefined;
    };
    const stored = await fresh();
    if (stored !== undefined) return stored;
    try {
      const refusal = this.#holdOff.refusal(keyOf(id, resource));
      if (refusal !== undefined) throw refusal;
      return await renewal.run(id, resource, fresh, () => this.renew(id, resource));
    } catch (error) {
      const known = asTenantpostError(error);
      const left = this.#heldFor(id, resource);
      const passes = known.meaning.disposition === 'again' && known.code !== 'TOKEN_WRONG';
      if (!passes || left === undefined || !isStillValid(left, now())) throw error;
      log('warning', 'token.renewal-late', { tenantId: id, resource, code: known.code, expiresAt: left.expiresAt });
      return left;
    }
  }

  async #renewNow(id: string, resource: Resource, needsRoles: boolean): Promise<Token> {
    const { store, log, metrics } = this.#options;
    const key = keyOf(id, resource);
    const refusal = this.#holdOff.everybodysRefusal();
    if (refusal !== undefined) throw refusal;
    let token: Token;
    try {
      token = await this.#request(id, resource, needsRoles);
    } catch (error) {
      const known = asTenantpostError(error);
      this.#holdOff.failed(key, known);
      metrics.count('tenantpost.tokens.failures', { resource, code: known.code });
      throw error;
    }
    this.#holdOff.succeeded(key);
    this.#held.put(token);
    try {
      await store.write(token);
    } catch (error) {
      log('warning', 'token.table-unwritable', { tenantId: id, resource, code: asTenantpostError(error).code });
    }
    return token;
  }

  async #request(id: string, resource: Resource, needsRoles: boolean): Promise<Token> {
    const { issuer, requiredRoles, metrics } = this.#options;
    metrics.count('tenantpost.tokens.requests', { resource });
    const token = this.#read(await issuer.request(id, resource), id, resource, 'entra');
    const required = requiredRoles[resource];
    const hasRole = required.some((role) => token.roles.includes(role));
    if (!hasRole && needsRoles && !(await this.#isScoped(id, resource))) {
      const message = `The token of tenant ${id} for ${resource} lacks ${required.join(' or ')}.`;
      throw new TenantpostError('ROLE_MISSING', message, {
        detail: { tenantId: id, resource, missing: required.join(' ') },
      });
    }
    return token;
  }

  /** Mail is all that Exchange's own assignments open: https://learn.microsoft.com/exchange/permissions-exo/application-rbac */
  #isScoped(id: string, resource: Resource): Promise<boolean> {
    const { isScoped } = this.#options;
    return resource === 'graph' && isScoped !== undefined ? isScoped(id) : Promise.resolve(false);
  }

  /** What the table has, checked. It is held as well, fresh or not: its last minutes may be needed. */
  async #stored(id: string, resource: Resource): Promise<Token | undefined> {
    const { store, log, now } = this.#options;
    try {
      const value = await store.read(id, resource);
      if (value === undefined) return undefined;
      const token = this.#read(value, id, resource, 'table');
      const held = this.#held.get(id, resource);
      if (!isStillValid(token, now())) return undefined;
      // Another process may have renewed it, or the row is an older one that somebody put back.
      if (held === undefined || held.expiresAt < token.expiresAt) this.#held.put(token);
      return token;
    } catch (error) {
      const { code } = asTenantpostError(error);
      if (code === 'TOKEN_WRONG') {
        this.#alarm(error, id, resource, 'table');
        // The row alone: what this process holds was checked by itself, and may be all that is left.
        await this.#removeRow(id, resource);
      }
      // The table is a cache: without it tokens cost a request each, but mail still leaves.
      else log('warning', 'token.table-unreadable', { tenantId: id, resource, code });
      return undefined;
    }
  }

  /** What this process holds, looked at once more: handing out another tenant's token is the worst that this app could do. */
  #heldFor(id: string, resource: Resource): Token | undefined {
    const held = this.#held.get(id, resource);
    if (held === undefined || isTokenFor(held, this.#options.expect(id, resource))) return held;
    this.#held.drop(id, resource);
    this.#alarm(undefined, id, resource, 'memory');
    return undefined;
  }

  async #removeRow(id: string, resource: Resource): Promise<void> {
    const { store, log } = this.#options;
    try {
      await store.remove(id, resource);
    } catch (error) {
      // It stays until it expires. Whoever drops it has more important things to finish.
      log('warning', 'token.table-unwritable', { tenantId: id, resource, code: asTenantpostError(error).code });
    }
  }

  #read(value: string, id: string, resource: Resource, origin: Origin): Token {
    try {
      return readToken(value, this.#options.expect(id, resource));
    } catch (error) {
      if (origin === 'entra') this.#alarm(error, id, resource, origin);
      throw error;
    }
  }

  #alarm(error: unknown, tenantId: string, resource: Resource, origin: Origin): void {
    const { log, metrics } = this.#options;
    const { claims } = asTenantpostError(error).detail;
    log('error', `token.wrong-in-${origin}`, { tenantId, resource, claims });
    metrics.count('tenantpost.tokens.wrong', { origin });
  }

  /** One request in flight for each key: the others wait for its answer (MSAL does not coalesce by itself). */
  #once(key: string, start: () => Promise<Token>): Promise<Token> {
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    const started = start().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    return started;
  }
}

function keyOf(id: string, resource: Resource): string {
  return `${id} ${resource}`;
}
