/** What becomes of an invitation: it is made, opened by whoever has its link, listed, and taken back. */

import { type Clock, hours } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import { requireHome } from '../home-tenant.ts';
import type { AuditTrail } from './audit.ts';
import { defaultRights, type Installation, requireUsable } from './default-rights.ts';
import type { InvitationRequest } from './invitation-request.ts';
import type { Links } from './links.ts';
import { requireReturnUrl } from './return-url.ts';
import type { Invitation, InvitationPage, InvitationQuery, InvitationStore } from './invitation.ts';
import { type ResolvedTenant, resolveTenant, type TenantDirectory } from './tenant-directory.ts';
import type { TenantStore } from './tenant.ts';

interface Dependencies {
  readonly store: InvitationStore;
  readonly tenants: Pick<TenantStore, 'find' | 'replace'>;
  readonly directory: TenantDirectory;
  readonly links: Links;
  readonly audit: AuditTrail;
  readonly now: Clock;
  readonly installation: Installation;
  /** Origins to which an administrator may be sent on. */
  readonly returnOrigins: readonly string[];
  /** The only tenant that may be invited, when the registration is single-tenant. */
  readonly singleTenantId?: string | undefined;
}

export class Invitations {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * A tenant that is named and not known, or was removed, is `invited` from now on. One that is known stays as it is until
   * somebody comes back: what is asked anew takes nothing away.
   *
   * @returns the invitation and its signed form, which goes into the link.
   * @throws TenantpostError `REQUEST_INVALID`, `TENANT_NOT_FOUND`, `TENANT_NOT_HOME`.
   */
  async create(request: InvitationRequest): Promise<{ invitation: Invitation; signed: string }> {
    const { store, links, audit, now, installation, returnOrigins } = this.#with;
    const named = await this.#named(request.tenant);
    const known = named === undefined ? undefined : await this.#with.tenants.find(named.id);
    const { mailboxes, scoped = false, returnUrl } = request;
    const rights = request.rights ?? defaultRights(installation, known);
    requireUsable(rights, installation.resources, scoped);
    const createdAt = now();
    const invitation: Invitation = {
      ...{ id: crypto.randomUUID(), createdAt, expiresAt: createdAt + request.expiresInHours * hours },
      ...{ rights, scoped },
      ...(named === undefined ? {} : { tenantId: named.id }),
      ...(named?.domain === undefined ? {} : { domain: named.domain }),
      ...(mailboxes === undefined ? {} : { mailboxes }),
      ...(returnUrl === undefined ? {} : { returnUrl: requireReturnUrl(returnUrl, returnOrigins) }),
    };
    const signed = await links.sign('invitation', { jti: invitation.id }, invitation.expiresAt);
    await store.insert(invitation);
    const event = { at: createdAt, invitationId: invitation.id, ...(named && { tenantId: named.id }) };
    await audit.append({ kind: 'invitation-created', ...event });
    if (named !== undefined) await this.#expect(named.id, invitation);
    return { invitation, signed };
  }

  /**
   * The invitation that a link holds, if it may still be used.
   *
   * @throws TenantpostError `INVITATION_INVALID`, `INVITATION_EXPIRED`, `INVITATION_REVOKED` or `INVITATION_USED`.
   */
  async open(signed: string | undefined): Promise<Invitation> {
    const claims = signed === undefined ? 'invalid' : await this.#with.links.read('invitation', signed);
    if (claims === 'expired') throw new TenantpostError('INVITATION_EXPIRED', 'The invitation has expired.');
    const invitation = claims === 'invalid' ? undefined : await this.#with.store.find(claims.jti);
    if (invitation === undefined) throw new TenantpostError('INVITATION_INVALID', 'The invitation link is not valid.');
    requireUsableNow(invitation);
    return invitation;
  }

  /** By which a state is told. */
  now(): number {
    return this.#with.now();
  }

  list(query: InvitationQuery): Promise<InvitationPage> {
    return this.#with.store.page(query);
  }

  /**
   * Takes an invitation back; twice does no harm.
   *
   * @throws TenantpostError `INVITATION_NOT_FOUND`, or `INVITATION_USED` when there is nothing left to take back.
   */
  async revoke(id: string): Promise<Invitation> {
    const { store, audit, now } = this.#with;
    const before = await store.find(id);
    if (before !== undefined && before.usedBy === undefined && before.revokedAt === undefined) {
      const tenant = before.tenantId === undefined ? {} : { tenantId: before.tenantId };
      await audit.append({ kind: 'invitation-revoked', at: now(), invitationId: id, ...tenant });
    }
    const after = await store.revoke(id, now());
    if (after === undefined) throw new TenantpostError('INVITATION_NOT_FOUND', 'There is no invitation of this id.');
    if (after.usedBy !== undefined) throw usedBefore(after);
    return after;
  }

  async #named(tenant: string | undefined): Promise<ResolvedTenant | undefined> {
    const { directory, singleTenantId } = this.#with;
    const text = tenant ?? singleTenantId;
    if (text === undefined) return undefined;
    const named = await resolveTenant(directory, text);
    requireHome(named.id, singleTenantId, '/tenant');
    return named;
  }

  async #expect(id: string, { id: invitationId, rights, mailboxes, domain, scoped }: Invitation): Promise<void> {
    const { tenants, audit, now } = this.#with;
    const known = await tenants.find(id);
    if (known !== undefined && known.state !== 'removed' && known.state !== 'invited') return;
    const since = known?.state === 'invited' ? known.since : now();
    const asked = {
      ...(rights && { rights }),
      ...(mailboxes && { mailboxes }),
      ...(domain === undefined ? {} : { domain }),
      ...(scoped === true ? { scoped } : {}),
    };
    if (known?.state !== 'invited')
      await audit.append({ kind: 'tenant-invited', at: now(), tenantId: id, invitationId });
    // Whoever was quicker has invited it as well, or has had it verified.
    await tenants.replace(known, { id, state: 'invited', since, ...asked });
  }
}

/** @throws TenantpostError `INVITATION_REVOKED` or `INVITATION_USED`. */
function requireUsableNow(invitation: Invitation): void {
  if (invitation.usedBy !== undefined) throw usedBefore(invitation);
  if (invitation.revokedAt === undefined) return;
  throw new TenantpostError('INVITATION_REVOKED', 'The invitation was taken back.', {
    detail: { invitationId: invitation.id },
  });
}

function usedBefore({ id }: Invitation): TenantpostError {
  return new TenantpostError('INVITATION_USED', 'The invitation has been used already.', {
    detail: { invitationId: id },
  });
}
