/** The only way to `active`: a fresh token of the tenant that carries the permission. */

import { type Clock, hours } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import type { AuditTrail, ConsentEventKind } from './audit.ts';
import type { Tenant, TenantState, TenantStore } from './tenant.ts';

/** For so long the timer asks again before it gives a pending tenant up. */
const pendingFor = 24 * hours;

interface Dependencies {
  readonly tenants: Pick<TenantStore, 'find' | 'save'>;
  readonly tokens: Pick<TokenSource, 'renew' | 'drop'>;
  readonly audit: AuditTrail;
  readonly now: Clock;
  readonly log: Log;
}

export class ConsentProof {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * Asks Entra for a fresh token of a tenant whose consent was claimed, and records what that shows.
   *
   * Consent that has not arrived yet, and any trouble of our own, leaves the tenant `pending`: what an administrator did is
   * not to be lost because our vault was down.
   *
   * @throws TenantpostError `TENANT_NOT_FOUND` or `APP_BLOCKED`: there is nothing to wait for, and no tenant is recorded.
   */
  async prove(tenantId: string, invitationId?: string): Promise<Tenant> {
    const known = await this.#with.tenants.find(tenantId);
    try {
      const { objectId } = await this.#with.tokens.renew(tenantId, 'graph');
      return await this.#move(known, { id: tenantId, state: 'active', objectId }, invitationId);
    } catch (error) {
      const { code } = asTenantpostError(error);
      if (code === 'TENANT_NOT_FOUND' || code === 'APP_BLOCKED') throw error;
      // A tenant that works is not put back because one more administrator clicked while Entra had a bad minute.
      if (known?.state === 'active' && code !== 'APP_NOT_IN_TENANT' && code !== 'ROLE_MISSING') return known;
      return this.#move(known, { id: tenantId, state: 'pending', code }, invitationId);
    }
  }

  /** The timer's question about a pending tenant. */
  async proveAgain(tenant: Tenant): Promise<Tenant> {
    if (this.#with.now() - tenant.since > pendingFor) {
      return this.revoke(tenant, new TenantpostError('TENANT_PENDING', 'Consent did not take effect within a day.'));
    }
    try {
      return await this.prove(tenant.id);
    } catch (error) {
      return this.revoke(tenant, asTenantpostError(error));
    }
  }

  /** Consent is gone: no token of the tenant is kept and no mail is tried until it is back. */
  async revoke(tenant: Tenant, because: TenantpostError): Promise<Tenant> {
    await this.#with.tokens.drop(tenant.id, 'graph');
    return this.#move(tenant, { ...tenant, state: 'revoked', code: because.code });
  }

  async #move(known: Tenant | undefined, next: Omit<Tenant, 'since'>, invitationId?: string): Promise<Tenant> {
    const { tenants, audit, now, log } = this.#with;
    const at = now();
    const tenant: Tenant = { ...next, since: known?.state === next.state ? known.since : at };
    if (known && known.state === tenant.state && known.code === tenant.code && known.objectId === tenant.objectId) {
      return known;
    }
    await tenants.save(tenant);
    if (known?.state !== tenant.state) {
      const code = tenant.code === undefined ? {} : { code: tenant.code };
      await audit.append({
        kind: eventOf[tenant.state],
        at,
        tenantId: tenant.id,
        ...(invitationId === undefined ? {} : { invitationId }),
        ...code,
      });
      log('information', `tenant.${tenant.state}`, { tenantId: tenant.id, ...code });
    }
    return tenant;
  }
}

const eventOf: Record<TenantState, ConsentEventKind> = {
  pending: 'tenant-pending',
  active: 'tenant-active',
  revoked: 'tenant-revoked',
};
