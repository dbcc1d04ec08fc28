/** Invitations: an operator's leave for one tenant, or for whichever tenant consents, to be recorded here. */

import { z } from 'zod';
import { type Clock, hours } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import type { AuditTrail } from './audit.ts';
import { requireHome } from '../home-tenant.ts';
import type { Links } from './links.ts';
import { tenantId } from './tenant.ts';

export interface Invitation {
  readonly id: string;
  /** The only tenant that may use it; absent for whichever tenant consents. */
  readonly tenantId?: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedBy?: string;
}

/** `bound`: by this call. `bound-before`: to the same tenant already. `taken`: by another tenant. */
export type Binding = 'bound' | 'bound-before' | 'taken';

export interface InvitationStore {
  insert(invitation: Invitation): Promise<void>;
  find(id: string): Promise<Invitation | undefined>;
  /** Binds it to the tenant that came back with it, unless another tenant was first. */
  bind(id: string, tenantId: string): Promise<Binding>;
  /** Undoes a binding that came to nothing, so that the link can be opened again. */
  release(id: string): Promise<void>;
  /** Takes a state out of circulation. @returns false when it had been taken before. */
  consumeState(stateId: string, expiresAt: number): Promise<boolean>;
}

export const invitationRequest = z.strictObject({
  tenant: tenantId.optional(),
  expiresInHours: z
    .int({ error: 'a whole number of hours' })
    .min(1, 'at least 1 hour')
    .max(720, 'at most 720 hours')
    .default(72),
});

export type InvitationRequest = z.infer<typeof invitationRequest>;

interface Dependencies {
  readonly store: InvitationStore;
  readonly links: Links;
  readonly audit: AuditTrail;
  readonly now: Clock;
  /** The only tenant that may be invited, when the registration is single-tenant. */
  readonly singleTenantId?: string | undefined;
}

export class Invitations {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * @returns the invitation and its signed form, which goes into the link.
   * @throws TenantpostError `TENANT_NOT_HOME`.
   */
  async create(request: InvitationRequest): Promise<{ invitation: Invitation; signed: string }> {
    const { store, links, audit, now, singleTenantId } = this.#with;
    const invited = request.tenant ?? singleTenantId;
    if (invited !== undefined) requireHome(invited, singleTenantId, '/tenant');
    const createdAt = now();
    const invitation: Invitation = {
      id: crypto.randomUUID(),
      createdAt,
      expiresAt: createdAt + request.expiresInHours * hours,
      ...(invited === undefined ? {} : { tenantId: invited }),
    };
    const signed = await links.sign('invitation', { jti: invitation.id }, invitation.expiresAt);
    await store.insert(invitation);
    await audit.append({
      kind: 'invitation-created',
      at: createdAt,
      invitationId: invitation.id,
      ...(invitation.tenantId === undefined ? {} : { tenantId: invitation.tenantId }),
    });
    return { invitation, signed };
  }

  /**
   * The invitation that a link holds, if it may still be used.
   *
   * @throws TenantpostError `INVITATION_INVALID`, `INVITATION_EXPIRED` or `INVITATION_USED`.
   */
  async open(signed: string | undefined): Promise<Invitation> {
    const claims = signed === undefined ? 'invalid' : await this.#with.links.read('invitation', signed);
    if (claims === 'expired') throw new TenantpostError('INVITATION_EXPIRED', 'The invitation has expired.');
    const invitation = claims === 'invalid' ? undefined : await this.#with.store.find(claims.jti);
    if (invitation === undefined) throw new TenantpostError('INVITATION_INVALID', 'The invitation link is not valid.');
    if (invitation.usedBy !== undefined) {
      throw new TenantpostError('INVITATION_USED', 'The invitation has been used already.', {
        detail: { invitationId: invitation.id },
      });
    }
    return invitation;
  }
}
