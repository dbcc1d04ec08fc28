/** The only way to `active`: a fresh token of the tenant that carries the permission. */

import { type Clock, hours } from '../clock.ts';
import { asTenantpostError, type ErrorCode, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Resource, resources as allResources } from '../resource.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import type { AuditTrail, ConsentEventKind } from './audit.ts';
import { type Evidence, gatherEvidence, type ScopeProbe } from './evidence.ts';
import { activeBy, type Ask, asksOf, type Next, pendingBy, requireWanted } from './next-state.ts';
import { inOrder, isRight, resourceOf } from './rights.ts';
import { isSameTenant, type Tenant, type TenantState, type TenantStore } from './tenant.ts';

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

/** What waiting may cure: besides, what a tenant says that grants mailboxes in Exchange, where a change takes up to two hours. */
const arriving: readonly ErrorCode[] = [...withoutConsent, 'SEND_FORBIDDEN', 'MAILBOX_NOT_FOUND'];

/** Writers of one row meet now and then; more often than this in a row they do not. */
const mostRaces = 5;

interface Dependencies {
  readonly tenants: Pick<TenantStore, 'find' | 'replace'>;
  readonly tokens: Pick<TokenSource, 'renew' | 'drop'>;
  readonly probe: ScopeProbe;
  /** What this installation uses. */
  readonly resources: readonly Resource[];
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
   * Asks Entra for fresh tokens of a tenant whose consent was claimed, and records what they show.
   *
   * Consent that has not arrived yet, and any trouble of our own, leaves the tenant `pending`: what an administrator did is
   * not to be lost because our vault was down.
   *
   * @throws TenantpostError `TENANT_NOT_FOUND`, `APP_BLOCKED` and whatever else waiting does not cure: no tenant is recorded.
   *   `TENANT_REMOVED` for one that was removed since it was invited.
   */
  prove(tenantId: string, ask: Ask = {}): Promise<Tenant> {
    return this.#prove(tenantId, ask);
  }

  /** The timer's question about a pending tenant. */
  async proveAgain(tenant: Tenant): Promise<Tenant> {
    let asked: Tenant;
    try {
      asked = await this.#prove(tenant.id, {}, tenant);
    } catch (error) {
      const { code } = asTenantpostError(error);
      // Trouble of our own is no reason to give up what an administrator did.
      if (!hopeless.includes(code)) throw error;
      return this.stop(tenant, code);
    }
    // Asked first, so that a timer that stood still for a day does not give up a tenant that is ready.
    const { state, since, code } = asked;
    const tooLong = state === 'pending' && this.#with.now() - since > pendingFor;
    return tooLong && code !== undefined && arriving.includes(code) ? this.stop(asked, code) : asked;
  }

  /**
   * Whether a tenant that was stopped is back: its administrator may have enabled the app again, or granted the permission
   * anew, without coming by here.
   *
   * @returns the tenant, `active` if a token proved it; else as it was, or with what is wrong now.
   */
  async proveReturn(tenant: Tenant): Promise<Tenant> {
    let evidence: Evidence;
    try {
      evidence = await gatherEvidence(this.#with, tenant.id, tenant);
    } catch (error) {
      const { code } = asTenantpostError(error);
      if (!stopsTenant.includes(code) && !arriving.includes(code)) throw error;
      return code === tenant.code ? tenant : this.stop(tenant, code);
    }
    return this.#settle(tenant, (known) => (isStill(known, tenant) ? activeBy(evidence, known, tenant.id) : undefined));
  }

  /**
   * No token of the tenant is kept and no mail is tried until it is back: `degraded` or `revoked`, by the code.
   *
   * @param tenant as it was when its token was refused. If it has consented again since, nothing is done.
   */
  async stop(tenant: Tenant, code: ErrorCode): Promise<Tenant> {
    const stored = await this.#with.tenants.find(tenant.id);
    if (!isStill(stored, tenant)) return stored ?? tenant;
    await Promise.all(allResources.map((resource) => this.#with.tokens.drop(tenant.id, resource)));
    const state = degrading.includes(code) ? 'degraded' : 'revoked';
    return this.#settle(tenant, (known) => {
      if (!isStill(known, tenant)) return undefined;
      const { granted: _, ...kept } = known;
      return { ...kept, state, code };
    });
  }

  /** What a token that was renewed carries now: it may have become more, after one more consent, or less. */
  async note(tenant: Tenant, resource: Resource, roles: readonly string[]): Promise<void> {
    const { tenants, audit, now } = this.#with;
    const { granted: before = [] } = tenant;
    const others = before.filter((right) => resourceOf(right) !== resource);
    const granted = inOrder([...others, ...roles.filter(isRight)]);
    if (granted.join() === before.join()) return;
    await audit.append({ kind: 'rights-changed', at: now(), tenantId: tenant.id, description: granted.join(' ') });
    // Whoever has changed the row since has asked Entra himself; else the next renewal notes it.
    await tenants.replace(tenant, { ...tenant, granted });
  }

  /** @param asked as it was when the timer took it up. A refusal says nothing of a tenant that has consented again since. */
  async #prove(tenantId: string, ask: Ask, asked?: Tenant): Promise<Tenant> {
    const { tenants } = this.#with;
    const before = asked ?? (await tenants.find(tenantId));
    let evidence: Evidence;
    try {
      evidence = await gatherEvidence(this.#with, tenantId, { ...before, ...asksOf(ask) });
    } catch (error) {
      const { code } = asTenantpostError(error);
      if (hopeless.includes(code)) throw error;
      return this.#settle(
        { id: tenantId, since: 0, state: 'pending', ...asked },
        (known) => {
          if (asked && !isStill(known, asked)) return undefined;
          requireWanted(known, ask);
          // A tenant that works is not put back because one more administrator clicked while Entra had a bad minute.
          if (known?.state === 'active' && !withoutConsent.includes(code)) return undefined;
          return pendingBy(code, known, tenantId, ask);
        },
        ask.invitationId,
      );
    }
    return this.#settle(
      { id: tenantId, since: 0, state: 'pending', ...asked },
      (known) => {
        if (asked && isGone(known)) return undefined;
        requireWanted(known, ask);
        return { ...activeBy(evidence, known, tenantId), ...asksOf(ask) };
      },
      ask.invitationId,
    );
  }

  /**
   * The tenant is read after Entra has answered, which may take seconds, and judged as it is then; once more if somebody
   * else has written it in between.
   *
   * @param otherwise the answer when there is no row, and none is made.
   * @param judge what the row becomes; nothing to leave it alone.
   */
  async #settle(
    otherwise: Tenant,
    judge: (known: Tenant | undefined) => Next | undefined,
    invitationId?: string,
  ): Promise<Tenant> {
    for (let races = 0; races < mostRaces; races += 1) {
      const known = await this.#with.tenants.find(otherwise.id);
      const next = judge(known);
      if (next === undefined) return known ?? otherwise;
      const moved = await this.#move(known, next, invitationId);
      if (moved !== undefined) return moved;
    }
    throw new TenantpostError('STORAGE_UNAVAILABLE', 'The row of a tenant is being written by too many at once.');
  }

  /** @returns nothing when somebody else has written the row meanwhile. */
  async #move(known: Tenant | undefined, next: Next, invitationId?: string): Promise<Tenant | undefined> {
    const { tenants, audit, now, log } = this.#with;
    const at = now();
    // Whoever consents once more while it is pending has the whole day again.
    const goesOn = known?.state === next.state && !(next.state === 'pending' && invitationId !== undefined);
    const tenant: Tenant = { ...next, since: goesOn ? known.since : at };
    if (isSameTenant(known, tenant)) return known;
    const code = tenant.code === undefined ? {} : { code: tenant.code };
    if (known?.state !== tenant.state) {
      // Before the row: there is never a change without its trace.
      const invitation = invitationId === undefined ? {} : { invitationId };
      await audit.append({ kind: eventOf[tenant.state], at, tenantId: tenant.id, ...invitation, ...code });
      log('information', `tenant.${tenant.state}`, { tenantId: tenant.id, ...code });
    }
    return (await tenants.replace(known, tenant)) ? tenant : undefined;
  }
}

/** Taken out since the timer took it up, or begun anew by an invitation that nobody has come back with. */
function isGone(known: Tenant | undefined): boolean {
  return known === undefined || known.state === 'removed' || known.state === 'invited';
}

/** Whether nobody has changed a tenant, or removed its row, since the timer took it up. */
function isStill(stored: Tenant | undefined, tenant: Tenant): stored is Tenant {
  return stored?.state === tenant.state && stored.since === tenant.since && stored.objectId === tenant.objectId;
}

const eventOf: Record<TenantState, ConsentEventKind> = {
  invited: 'tenant-invited',
  pending: 'tenant-pending',
  active: 'tenant-active',
  degraded: 'tenant-degraded',
  revoked: 'tenant-revoked',
  removed: 'tenant-removed',
};
