/** The only way to `active`: a fresh token of the tenant that carries the permission. */

import { type Clock, hours } from '../clock.ts';
import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Token } from '../tokens/token.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import type { AuditTrail, ConsentEventKind } from './audit.ts';
import type { Tenant, TenantState, TenantStore } from './tenant.ts';

/** For so long the timer asks again before it gives a pending tenant up. */
const pendingFor = 24 * hours;

/** No consent, or none that has arrived: what a fresh consent looks like for a while, and one that was taken back. */
const withoutConsent: readonly ErrorCode[] = ['APP_NOT_IN_TENANT', 'ROLE_MISSING'];

/** What waiting does not cure. */
const hopeless: readonly ErrorCode[] = ['TENANT_NOT_FOUND', 'APP_BLOCKED'];

/** What Entra says when a tenant that was active has taken the app, or its permission, away. */
export const consentIsGone: readonly ErrorCode[] = [...withoutConsent, ...hopeless];

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
    let token: Token;
    try {
      token = await this.#with.tokens.renew(tenantId, 'graph');
    } catch (error) {
      const { code } = asTenantpostError(error);
      if (hopeless.includes(code)) throw error;
      // A tenant that works is not put back because one more administrator clicked while Entra had a bad minute.
      if (known?.state === 'active' && !withoutConsent.includes(code)) return known;
      return this.#move(known, { id: tenantId, state: 'pending', code }, invitationId);
    }
    return this.#move(known, { id: tenantId, state: 'active', objectId: token.objectId }, invitationId);
  }

  /** The timer's question about a pending tenant. */
  async proveAgain(tenant: Tenant): Promise<Tenant> {
    let asked: Tenant;
    try {
      asked = await this.prove(tenant.id);
    } catch (error) {
      const { code } = asTenantpostError(error);
      // Trouble of our own is no reason to give up what an administrator did.
      if (!hopeless.includes(code)) throw error;
      return this.revoke(tenant, code);
    }
    // Asked first, so that a timer that stood still for a day does not give up a tenant that is ready.
    const { state, since, code } = asked;
    const tooLong = state === 'pending' && this.#with.now() - since > pendingFor;
    return tooLong && code !== undefined && withoutConsent.includes(code) ? this.revoke(asked, code) : asked;
  }

  /**
   * Consent is gone: no token of the tenant is kept and no mail is tried until it is back.
   *
   * @param tenant as it was when its token was refused. If it has consented again since, nothing is done.
   */
  async revoke(tenant: Tenant, code: ErrorCode): Promise<Tenant> {
    const stored = await this.#with.tenants.find(tenant.id);
    if (stored && !isSame(stored, tenant)) return stored;
    await this.#with.tokens.drop(tenant.id, 'graph');
    return this.#move(tenant, { ...tenant, state: 'revoked', code });
  }

  async #move(known: Tenant | undefined, next: Omit<Tenant, 'since'>, invitationId?: string): Promise<Tenant> {
    const { tenants, audit, now, log } = this.#with;
    const at = now();
    // Whoever consents once more while it is pending has the whole day again.
    const goesOn = known?.state === next.state && !(next.state === 'pending' && invitationId !== undefined);
    const tenant: Tenant = { ...next, since: goesOn ? known.since : at };
    if (known && isSame(known, tenant) && known.code === tenant.code) return known;
    const code = tenant.code === undefined ? {} : { code: tenant.code };
    if (known?.state !== tenant.state) {
      // Before the row: there is never a change without its trace.
      const invitation = invitationId === undefined ? {} : { invitationId };
      await audit.append({ kind: eventOf[tenant.state], at, tenantId: tenant.id, ...invitation, ...code });
      log('information', `tenant.${tenant.state}`, { tenantId: tenant.id, ...code });
    }
    await tenants.save(tenant);
    return tenant;
  }
}

function isSame(left: Tenant, right: Tenant): boolean {
  return left.state === right.state && left.since === right.since && left.objectId === right.objectId;
}

const eventOf: Record<TenantState, ConsentEventKind> = {
  pending: 'tenant-pending',
  active: 'tenant-active',
  revoked: 'tenant-revoked',
};
