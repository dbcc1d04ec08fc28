/**
 * How a consent stands, for the administrator who waits for it. While it is pending and somebody looks, Entra is asked more
 * often than the timer asks: nobody waits minutes for a permission that has arrived.
 */

import { type Clock, seconds } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Invitation, InvitationStore } from './invitation.ts';
import type { PageLinks } from './page-links.ts';
import type { ConsentProof } from './prove-consent.ts';
import type { Tenant, TenantStore } from './tenant.ts';

/**
 * Of one tenant, by this process. Far from what Entra calls a loop (AADSTS50196), however many windows are open:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const askEvery = 10 * seconds;
const mostRemembered = 1000;

export interface FollowedConsent {
  readonly tenant: Tenant;
  /** With which it was given, if it is still known. */
  readonly invitation: Invitation | undefined;
}

interface Dependencies {
  readonly links: PageLinks;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly invitations: Pick<InvitationStore, 'find'>;
  readonly proof: Pick<ConsentProof, 'proveAgain'>;
  readonly now: Clock;
  readonly log: Log;
}

export class FollowConsent {
  readonly #with: Dependencies;
  readonly #askedAt = new Map<string, number>();

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** @throws TenantpostError `PAGE_LINK_INVALID`, `PAGE_LINK_EXPIRED` or `TENANT_UNKNOWN`. */
  async read(signed: string | undefined): Promise<FollowedConsent> {
    const { links, tenants, invitations } = this.#with;
    const { tid, inv } = await links.read('follow', signed);
    const [tenant, invitation] = await Promise.all([
      tenants.find(tid),
      inv === undefined ? undefined : invitations.find(inv),
    ]);
    if (tenant === undefined) throw new TenantpostError('TENANT_UNKNOWN', 'Nothing is recorded of the tenant.');
    return { tenant: tenant.state === 'pending' ? await this.#askAgain(tenant) : tenant, invitation };
  }

  async #askAgain(tenant: Tenant): Promise<Tenant> {
    const { proof, now, log } = this.#with;
    if (now() - (this.#askedAt.get(tenant.id) ?? tenant.since) < askEvery) return tenant;
    this.#remember(tenant.id);
    try {
      return await proof.proveAgain(tenant);
    } catch (error) {
      // The timer asks as well; whoever looks on is told how it stands.
      log('warning', 'consent.not-asked-again', { tenantId: tenant.id, because: asTenantpostError(error).code });
      return tenant;
    }
  }

  #remember(tenantId: string): void {
    this.#askedAt.delete(tenantId);
    this.#askedAt.set(tenantId, this.#with.now());
    const [oldest] = this.#askedAt.keys();
    if (this.#askedAt.size > mostRemembered && oldest !== undefined) this.#askedAt.delete(oldest);
  }
}
