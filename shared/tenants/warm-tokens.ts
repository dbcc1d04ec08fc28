/** What the timer does: renews tokens before anybody needs them, and asks about tenants that are not active. */

import { type Clock, hours, minutes, seconds } from '../clock.ts';
import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Shard } from '../shard.ts';
import { renewFrom, type TokenLife } from '../tokens/renewal-time.ts';
import type { Resource } from '../resource.ts';
import type { TokenIndex } from '../tokens/token-index.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import { type ConsentProof, stopsTenant } from './prove-consent.ts';
import { missingRights, resourceOf } from './rights.ts';
import { isTurn, spreadOf } from './spread.ts';
import type { Tenant, TenantState, TenantStore } from './tenant.ts';

/** How many tenants are asked about at once: enough to be quick, few enough not to look like an attack to Entra. */
const atOnce = 16;

/**
 * What a run leaves undone is begun with in the next. The host ends it after five minutes (host.json), and the whole process
 * with it, so a minute is left for requests that nobody answers and for what the first timer does besides.
 */
export const longestRun = 4 * minutes;

/** The vault throttles for ten seconds at a time. What holds everybody off for longer is left to the next run. */
const longestPause = 15 * seconds;

/** How often a token is asked for that its tenant may never have granted. */
const ungrantedInterval = 1 * hours;

/** How often a token that lacks what was asked for is asked for again: one more consent takes minutes to arrive. */
const lackingInterval = 15 * minutes;

/** How often a tenant that was stopped is asked about: soon at first, when somebody is likely to be at work on it. */
function returnInterval(stoppedFor: number): number {
  if (stoppedFor < 24 * hours) return 15 * minutes;
  return stoppedFor < 30 * 24 * hours ? 1 * hours : 24 * hours;
}

function lacks(tenant: Tenant, resource: Resource): boolean {
  return missingRights(tenant).some((right) => resourceOf(right) === resource);
}

/** Of one that is only invited nobody has said that he consented, and one that was removed is to be left alone. */
function isStopped({ state }: Tenant): boolean {
  return state === 'degraded' || state === 'revoked';
}

/** Tenants by what the run found or did, and tokens. */
export interface WarmReport {
  /** Tokens that last beyond the next runs. */
  readonly warm: number;
  readonly renewed: number;
  /** Tokens that were due and could not be renewed. */
  readonly failed: number;
  /** Tenants that became active. */
  readonly activated: number;
  readonly pending: number;
  /** Tenants that stopped being active in this run. */
  readonly stopped: number;
  /** Left to the next run: time was up, or nobody can be asked now. */
  readonly left: number;
}

interface Dependencies {
  readonly tenants: Pick<TenantStore, 'list'>;
  readonly tokens: Pick<TokenSource, 'renew' | 'heldOff'>;
  readonly index: TokenIndex;
  readonly proof: Pick<ConsentProof, 'proveAgain' | 'proveReturn' | 'stop' | 'note'>;
  /** What this installation uses, the first of them for the proof of consent. */
  readonly resources: readonly Resource[];
  readonly warmEverySeconds: number;
  readonly now: Clock;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'gauge' | 'record'>;
}

interface Task {
  /** The smallest goes first. Epoch milliseconds: when its token ends, or 0. */
  readonly urgency: number;
  readonly run: () => Promise<keyof WarmReport | undefined>;
}

export class WarmTokens {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * One run over the tenants of a shard. One tenant's failure never stops the others. What is done is seen in the table, so a
   * run that is cut off is taken up by the next, which begins with what ends first.
   *
   * @throws TenantpostError `STORAGE_UNAVAILABLE` when the tables cannot be read: the next run does it all.
   */
  async run(shard: Shard): Promise<WarmReport> {
    const { now, wait, warmEverySeconds, tokens, log, metrics } = this.#with;
    const began = now();
    const ends = began + Math.min(warmEverySeconds * seconds * 0.9, longestRun);
    const count: Record<keyof WarmReport, number> = {
      warm: 0,
      renewed: 0,
      failed: 0,
      activated: 0,
      pending: 0,
      stopped: 0,
      left: 0,
    };
    const tasks = await this.#plan(shard, began, count);
    metrics.gauge('tenantpost.warm.tokens_due', tasks.length, { shard: String(shard.index) });
    let next = 0;
    let refused: ErrorCode | undefined;
    const worker = async (): Promise<void> => {
      while (next < tasks.length && now() < ends) {
        // When Entra, the vault or our own proof fails everybody, asking on would fail too, and for the next tenant as well.
        const hold = tokens.heldOff();
        if (hold !== undefined) {
          refused = hold.code;
          const left = hold.until - now();
          if (left > longestPause) return;
          await wait(left);
          continue;
        }
        const result = await tasks[next++]?.run();
        if (result !== undefined) count[result] += 1;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    count.left = tasks.length - next;
    metrics.gauge('tenantpost.warm.tokens_left', count.left, { shard: String(shard.index) });
    metrics.record('tenantpost.warm.seconds', (now() - began) / seconds);
    const detail = { shard: shard.index, ...count, milliseconds: now() - began };
    if (count.left === 0) log('information', 'warm.done', detail);
    else log('warning', 'warm.not-done', { ...detail, code: refused });
    return count;
  }

  /** Everything that is due when the run begins, the most urgent first; counts what is not. */
  async #plan(shard: Shard, at: number, count: { warm: number }): Promise<readonly Task[]> {
    const { tenants, index, resources, warmEverySeconds, metrics } = this.#with;
    const period = warmEverySeconds * seconds;
    const lives = new Map<string, TokenLife>();
    for await (const { tenantId, resource, ...life } of index.list(shard)) lives.set(`${tenantId} ${resource}`, life);
    const tasks: Task[] = [];
    const byState: Record<TenantState, number> = {
      ...{ invited: 0, pending: 0, active: 0 },
      ...{ degraded: 0, revoked: 0, removed: 0 },
    };
    for await (const tenant of tenants.list(shard)) {
      byState[tenant.state] += 1;
      if (tenant.state === 'pending') tasks.push({ urgency: 0, run: () => this.#prove(tenant) });
      else if (tenant.state === 'active') {
        for (const resource of resources) {
          const life = lives.get(`${tenant.id} ${resource}`);
          // Fresh for two more runs: a run that is missed must not leave a cold cache.
          const asksForMore = lacks(tenant, resource) && isTurn(tenant.id, at, lackingInterval, period);
          const due = life === undefined || asksForMore || renewFrom(life, 2 * period, spreadOf(tenant.id)) <= at;
          // A tenant that grants the mail protocols to nobody never has their token: it must not keep others waiting, nor
          // be refused in every run.
          const mayLack = life === undefined && resource !== resources[0];
          const cold = mayLack ? Number.MAX_SAFE_INTEGER : 0;
          const isNew = at - tenant.since < ungrantedInterval;
          if (!due) count.warm += 1;
          else if (!mayLack || isNew || asksForMore || isTurn(tenant.id, at, ungrantedInterval, period)) {
            tasks.push({ urgency: life?.expiresAt ?? cold, run: () => this.#renew(tenant, resource) });
          }
        }
      } else if (isStopped(tenant) && isTurn(tenant.id, at, returnInterval(at - tenant.since), period)) {
        tasks.push({ urgency: Number.MAX_SAFE_INTEGER, run: () => this.#proveReturn(tenant) });
      }
    }
    for (const [state, value] of Object.entries(byState)) {
      metrics.gauge('tenantpost.tenants', value, { state, shard: String(shard.index) });
    }
    return tasks.sort((one, other) => one.urgency - other.urgency);
  }

  async #prove(tenant: Tenant): Promise<keyof WarmReport> {
    return this.#guarded(tenant, async () => {
      const { state } = await this.#with.proof.proveAgain(tenant);
      if (state === 'active') return 'activated';
      return state === 'pending' ? 'pending' : 'stopped';
    });
  }

  async #proveReturn(tenant: Tenant): Promise<keyof WarmReport | undefined> {
    return this.#guarded(tenant, async () => {
      const { state } = await this.#with.proof.proveReturn(tenant);
      return state === 'active' ? 'activated' : undefined;
    });
  }

  async #renew(tenant: Tenant, resource: Resource): Promise<keyof WarmReport> {
    const { tokens, proof, resources } = this.#with;
    return this.#guarded(tenant, async () => {
      try {
        const { roles } = await tokens.renew(tenant.id, resource);
        await proof.note(tenant, resource, roles);
        return 'renewed';
      } catch (error) {
        const { code } = asTenantpostError(error);
        if (!stopsTenant.includes(code)) throw error;
        // A tenant that has lost the mail protocols alone still sends over the first resource.
        if (resource !== resources[0]) {
          await proof.note(tenant, resource, []);
          throw error;
        }
        await proof.stop(tenant, code);
        return 'stopped';
      }
    });
  }

  async #guarded<Result>(tenant: Tenant, work: () => Promise<Result>): Promise<Result | 'failed'> {
    try {
      return await work();
    } catch (error) {
      const { code, detail } = asTenantpostError(error);
      this.#with.log('warning', 'warm.tenant-failed', { tenantId: tenant.id, code, aadsts: detail['aadsts'] });
      return 'failed';
    }
  }
}
