/** Invitations and used states in memory. */

import type {
  Binding,
  Invitation,
  InvitationPage,
  InvitationQuery,
  InvitationStore,
} from '../../shared/tenants/invitation.ts';

export class MemoryInvitationStore implements InvitationStore {
  readonly rows = new Map<string, Invitation>();
  readonly usedStates = new Map<string, number>();

  constructor(...invitations: readonly Invitation[]) {
    for (const invitation of invitations) this.rows.set(invitation.id, invitation);
  }

  insert(invitation: Invitation): Promise<void> {
    if (this.rows.has(invitation.id)) return Promise.reject(new Error('The invitation exists.'));
    this.rows.set(invitation.id, invitation);
    return Promise.resolve();
  }

  find(id: string): Promise<Invitation | undefined> {
    return Promise.resolve(this.rows.get(id));
  }

  bind(id: string, tenantId: string): Promise<Binding> {
    const found = this.rows.get(id);
    if (found === undefined) return Promise.resolve('taken');
    if (found.usedBy !== undefined) return Promise.resolve(found.usedBy === tenantId ? 'bound-before' : 'taken');
    if (found.revokedAt !== undefined) return Promise.resolve('revoked');
    this.rows.set(id, { ...found, usedBy: tenantId });
    return Promise.resolve('bound');
  }

  revoke(id: string, at: number): Promise<Invitation | undefined> {
    const found = this.rows.get(id);
    if (found !== undefined && found.usedBy === undefined && found.revokedAt === undefined) {
      this.rows.set(id, { ...found, revokedAt: at });
    }
    return Promise.resolve(this.rows.get(id));
  }

  /** All on one page. */
  page({ tenantId }: InvitationQuery): Promise<InvitationPage> {
    const invitations = [...this.rows.values()].filter(
      (one) => tenantId === undefined || one.tenantId === tenantId || one.usedBy === tenantId,
    );
    return Promise.resolve({ invitations });
  }

  remove(id: string): Promise<void> {
    this.rows.delete(id);
    return Promise.resolve();
  }

  release(id: string): Promise<void> {
    const found = this.rows.get(id);
    if (found !== undefined) {
      const { usedBy: _freed, ...unused } = found;
      this.rows.set(id, unused);
    }
    return Promise.resolve();
  }

  consumeState(stateId: string, expiresAt: number): Promise<boolean> {
    if (this.usedStates.has(stateId)) return Promise.resolve(false);
    this.usedStates.set(stateId, expiresAt);
    return Promise.resolve(true);
  }
}
