/** WarmTokens over tenants and an index in memory; what it asked stands in lists. */

import { minutes } from '../../shared/clock.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { type Shard, shards } from '../../shared/shard.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import { type WarmReport, WarmTokens } from '../../shared/tenants/warm-tokens.ts';
import type { Resource } from '../../shared/resource.ts';
import type { Token } from '../../shared/tokens/token.ts';
import type { HeldOff } from '../../shared/tokens/token-source.ts';
import { settableClock } from './clock.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { MemoryTokenStore } from './memory-token-store.ts';
import { recordingLog } from './recording-log.ts';
import { recordingMetrics } from './recording-metrics.ts';
import { aToken } from './unsigned-token.ts';

export const [everything] = shards(1) as readonly [Shard];

/** A run that found nothing to do. */
export const nothing: WarmReport = {
  warm: 0,
  renewed: 0,
  failed: 0,
  activated: 0,
  pending: 0,
  stopped: 0,
  left: 0,
};

interface Options {
  readonly tenants: readonly Tenant[];
  readonly resources?: readonly Resource[];
  readonly everySeconds?: number;
  /** How long each answer takes, in milliseconds of the clock; those that are asked together are answered together. */
  readonly takes?: number;
}

export function aWarming({ tenants: known, resources = ['graph'], everySeconds = 300, takes = 0 }: Options) {
  const clock = settableClock();
  const tenants = new MemoryTenantStore(...known);
  const index = new MemoryTokenStore();
  const log = recordingLog();
  const metrics = recordingMetrics();
  const renewed: string[] = [];
  const asked: string[] = [];
  const stopped: [string, ErrorCode][] = [];
  /** Tenant, resource and the roles of its token. */
  const noted: string[] = [];
  /** Every tenant that something was asked about, as it began. */
  const order: string[] = [];
  const running = { now: 0, most: 0 };

  const answer = async (tenantId: string): Promise<void> => {
    order.push(tenantId);
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    const until = clock.now() + takes;
    await new Promise(setImmediate);
    clock.advance(Math.max(0, until - clock.now()));
    running.now -= 1;
  };
  /** A token in the index that has so long to live, of an hour. */
  const warmed = (tenantId: string, resource: Resource, left: number): void => {
    const expiresAt = clock.now() + left;
    void index.write(aToken({ tenantId, resource, issuedAt: expiresAt - 60 * minutes, expiresAt }));
  };
  const tokens = {
    renew: async (tenantId: string, resource: Resource): Promise<Token> => {
      await answer(tenantId);
      renewed.push(`${tenantId} ${resource}`);
      warmed(tenantId, resource, 60 * minutes);
      return aToken({ tenantId, resource });
    },
    heldOff: (): HeldOff | undefined => undefined,
  };
  const proof = {
    proveAgain: async (tenant: Tenant): Promise<Tenant> => {
      await answer(tenant.id);
      return { ...tenant, state: 'active' };
    },
    proveReturn: async (tenant: Tenant): Promise<Tenant> => {
      await answer(tenant.id);
      asked.push(tenant.id);
      return tenant;
    },
    stop: (tenant: Tenant, code: ErrorCode): Promise<Tenant> => {
      stopped.push([tenant.id, code]);
      return Promise.resolve({ ...tenant, state: 'revoked', code });
    },
    note: (tenant: Tenant, resource: Resource, roles: readonly string[]): Promise<void> => {
      noted.push(`${tenant.id} ${resource} ${roles.join(',')}`);
      return Promise.resolve();
    },
  };
  const warm = new WarmTokens({
    tenants,
    tokens,
    index,
    proof,
    resources,
    warmEverySeconds: everySeconds,
    now: clock.now,
    wait: (milliseconds) => {
      clock.advance(milliseconds);
      return new Promise(setImmediate);
    },
    log: log.log,
    metrics,
  });
  const run = (): Promise<WarmReport> => warm.run(everything);
  return {
    clock,
    tenants,
    index,
    log,
    metrics,
    tokens,
    proof,
    renewed,
    asked,
    stopped,
    noted,
    order,
    running,
    warmed,
    warm,
    run,
  };
}
