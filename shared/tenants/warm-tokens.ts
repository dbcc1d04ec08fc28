/** What the timer does: proves pending tenants and renews tokens before anybody needs them. */

import { type Clock, minutes, seconds } from '../clock.ts';
import { asTenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import { consentIsGone, type ConsentProof } from './prove-consent.ts';
import type { Tenant, TenantStore } from './tenant.ts';

/** How many tenants are asked about at once: enough to be quick, few enough not to look like an attack to Entra. */
const atOnce = 8;

export interface WarmReport {
  readonly warm: number;
  readonly renewed: number;
  readonly activated: number;
  readonly pending: number;
  readonly revoked: number;
  readonly failed: number;
}

interface Dependencies {
  readonly tenants: TenantStore;
  readonly tokens: Pick<TokenSource, 'peek' | 'renew'>;
  readonly proof: Pick<ConsentProof, 'proveAgain' | 'revoke'>;
  readonly warmEverySeconds: number;
  readonly now: Clock;
  readonly log: Log;
}

type Result = keyof WarmReport;

export class WarmTokens {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** One run over all tenants. One tenant's failure never stops the others. */
  async run(): Promise<WarmReport> {
    const began = this.#with.now();
    const count: Record<Result, number> = { warm: 0, renewed: 0, activated: 0, pending: 0, revoked: 0, failed: 0 };
    const tenants = this.#with.tenants.list(['active', 'pending'])[Symbol.asyncIterator]();
    const worker = async (): Promise<void> => {
      for (let next = await tenants.next(); next.done !== true; next = await tenants.next()) {
        count[await this.#one(next.value)] += 1;
      }
    };
    // All of them end before the run does, even when the table fails under one.
    const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
    const failure = ends.find((end) => end.status === 'rejected');
    if (failure) throw failure.reason;
    this.#with.log('information', 'warm.done', { ...count, milliseconds: this.#with.now() - began });
    return count;
  }

  async #one(tenant: Tenant): Promise<Result> {
    try {
      return tenant.state === 'pending' ? await this.#prove(tenant) : await this.#renew(tenant);
    } catch (error) {
      const { code } = asTenantpostError(error);
      this.#with.log('warning', 'warm.tenant-failed', { tenantId: tenant.id, code });
      return 'failed';
    }
  }

  async #prove(tenant: Tenant): Promise<Result> {
    const { state } = await this.#with.proof.proveAgain(tenant);
    return state === 'active' ? 'activated' : state;
  }

  async #renew(tenant: Tenant): Promise<Result> {
    const { tokens, proof, warmEverySeconds } = this.#with;
    // Valid for two more runs: a run that is missed must not leave a cold cache. Senders want five minutes beside.
    const validFor = 2 * warmEverySeconds * seconds + 5 * minutes;
    if (await tokens.peek(tenant.id, 'graph', validFor)) return 'warm';
    try {
      await tokens.renew(tenant.id, 'graph');
      return 'renewed';
    } catch (error) {
      const known = asTenantpostError(error);
      if (!consentIsGone.includes(known.code)) throw known;
      await proof.revoke(tenant, known.code);
      return 'revoked';
    }
  }
}
