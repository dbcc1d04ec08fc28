/** The only way to `active`: a fresh token of the tenant that carries the permission. */

import { type Clock, hours } from '../clock.ts';
import { asTenantpostError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { resources } from '../resource.ts';
import type { Token } from '../tokens/token.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import type { AuditTrail, ConsentEventKind } from './audit.ts';
import type { Tenant, TenantState, TenantStore } from './tenant.ts';

/** For so long the timer asks again before it gives a pending tenant up. */
const pendingFor = 24 * hours;

/** No consent, or none that has arrived: what a fresh consent looks like for a while, and one that was taken back. */
const withoutConsent: readonly ErrorCode[] = ['APP_NOT_IN_TENANT', 'ROLE_MISSING'];

/** The app is known in the tenant, and its administrator must mend something before mail can leave. */
const degrading: readonly ErrorCode[] = ['APP_BLOCKED', 'RESOURCE_NOT_IN_TENANT'];

/** What waiting does not cure. */
const hopeless: readonly ErrorCode[] = ['TENANT_NOT_FOUND', 'TENANT_IN_OTHER_CLOUD', ...degrading];

/** What Entra says when a tenant that was active has taken the app, its permission, or the service away. */
export const stopsTenant: readonly ErrorCode[] = [...withoutConsent, ...hopeless];

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
   * @throws TenantpostError `TENANT_NOT_FOUND`, `APP_BLOCKED` and whatever else waiting does not cure: no tenant is recorded.
   */
  prove(tenantId: string, invitationId?: string): Promise<Tenant> {
    return this.#prove(tenantId, invitationId);
  }

  /** The timer's question about a pending tenant. */
  async proveAgain(tenant: Tenant): Promise<Tenant> {
    let asked: Tenant;
    try {
      asked = await this.#prove(tenant.id, undefined, tenant);
    } catch (error) {
      const { code } = asTenantpostError(error);
      // Trouble of our own is no reason to give up what an administrator did.
      if (!hopeless.includes(code)) throw error;
      return this.stop(tenant, code);
    }
    // Asked first, so that a timer that stood still for a day does not give up a tenant that is ready.
    const { state, since, code } = asked;
    const tooLong = state === 'pending' && this.#with.now() - since > pendingFor;
    return tooLong && code !== undefined && withoutConsent.includes(code) ? this.stop(asked, code) : asked;
  }

  /**
   * Whether a tenant that was stopped is back: its administrator may have enabled the app again, or granted the permission
   * anew, without coming by here.
   *
   * @returns the tenant, `active` if a token proved it; else as it was, or with what is wrong now.
   */
  async proveReturn(tenant: Tenant): Promise<Tenant> {
    let token: Token;
    try {
      token = await this.#with.tokens.renew(tenant.id, 'graph');
    } catch (error) {
      const { code } = asTenantpostError(error);
      if (!stopsTenant.includes(code)) throw error;
      return code === tenant.code ? tenant : this.stop(tenant, code);
    }
    const stored = await this.#with.tenants.find(tenant.id);
    if (!isStill(stored, tenant)) return stored ?? tenant;
    return this.#move(tenant, { id: tenant.id, state: 'active', objectId: token.objectId });
  }

  /**
   * No token of the tenant is kept and no mail is tried until it is back: `degraded` or `revoked`, by the code.
   *
   * @param tenant as it was when its token was refused. If it has consented again since, nothing is done.
   */
  async stop(tenant: Tenant, code: ErrorCode): Promise<Tenant> {
    const stored = await this.#with.tenants.find(tenant.id);
    if (!isStill(stored, tenant)) return stored ?? tenant;
    await Promise.all(resources.map((resource) => this.#with.tokens.drop(tenant.id, resource)));
    return this.#move(tenant, { ...tenant, state: degrading.includes(code) ? 'degraded' : 'revoked', code });
  }

  /**
   * The tenant is read after Entra has answered, which may take seconds: a timer may have stopped it in between.
   *
   * @param asked as it was when the timer took it up. A refusal says nothing of a tenant that has consented again since.
   */
  async #prove(tenantId: string, invitationId?: string, asked?: Tenant): Promise<Tenant> {
    let token: Token;
    try {
      token = await this.#with.tokens.renew(tenantId, 'graph');
    } catch (error) {
      const { code } = asTenantpostError(error);
      if (hopeless.includes(code)) throw error;
      const known = await this.#with.tenants.find(tenantId);
      if (asked && !isStill(known, asked)) return known ?? asked;
      // A tenant that works is not put back because one more administrator clicked while Entra had a bad minute.
      if (known?.state === 'active' && !withoutConsent.includes(code)) return known;
      return this.#move(known, { id: tenantId, state: 'pending', code }, invitationId);
    }
    const known = await this.#with.tenants.find(tenantId);
    if (asked && known === undefined) return asked;
    return this.#move(known, { id: tenantId, state: 'active', objectId: token.objectId }, invitationId);
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

/** Whether nobody has changed a tenant, or removed its row, since the timer took it up. */
function isStill(stored: Tenant | undefined, tenant: Tenant): boolean {
  return stored !== undefined && isSame(stored, tenant);
}

function isSame(left: Tenant, right: Tenant): boolean {
  return left.state === right.state && left.since === right.since && left.objectId === right.objectId;
}

const eventOf: Record<TenantState, ConsentEventKind> = {
  pending: 'tenant-pending',
  active: 'tenant-active',
  degraded: 'tenant-degraded',
  revoked: 'tenant-revoked',
};
