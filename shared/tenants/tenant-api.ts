/** What an operator asks about tenants: which there are, what happened to one, is it set up, take it out. */

import type { Clock } from '../clock.ts';
import { TenantpostError } from '../errors.ts';
import { requireHome } from '../home-tenant.ts';
import { addressKey } from '../mail-address.ts';
import type { AuditTrail, ConsentEvent, ReadAuditTrail } from './audit.ts';
import { defaultRights, type Installation, requireUsable } from './default-rights.ts';
import type { Invitation, InvitationStore } from './invitation.ts';
import { type Offboarding, offboard, type TenantData } from './offboarding.ts';
import type { ConsentProof } from './prove-consent.ts';
import type { Right } from './rights.ts';
import { resolveTenant, type TenantDirectory } from './tenant-directory.ts';
import type { Tenant, TenantPage, TenantPages, TenantQuery, TenantStore } from './tenant.ts';
import type { TokenSource } from '../tokens/token-source.ts';
import type { Log } from '../log.ts';

export interface TenantHistory {
  readonly tenant: Tenant;
  /** The newest first. */
  readonly events: readonly ConsentEvent[];
  /** That name it or were used by it. */
  readonly invitations: readonly Invitation[];
}

export interface Verification {
  /** By which it is proved that a scoped tenant lets the app send. */
  readonly mailbox?: string | undefined;
  readonly rights?: readonly Right[] | undefined;
  readonly scoped?: boolean | undefined;
}

/** Of one tenant as much is shown as somebody reads. */
const mostEvents = 100;
const mostInvitations = 100;

interface Dependencies {
  readonly tenants: Pick<TenantStore, 'find' | 'replace' | 'setDelivery'> & TenantPages;
  readonly invitations: InvitationStore;
  readonly directory: TenantDirectory;
  readonly proof: Pick<ConsentProof, 'prove'>;
  readonly tokens: Pick<TokenSource, 'drop'>;
  readonly data: TenantData;
  readonly audit: AuditTrail & ReadAuditTrail;
  readonly installation: Installation;
  readonly clientId: string;
  readonly singleTenantId?: string | undefined;
  readonly now: Clock;
  readonly log: Log;
}

export class TenantApi {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  list(query: TenantQuery): Promise<TenantPage> {
    return this.#with.tenants.page(query);
  }

  /** @throws TenantpostError `TENANT_UNKNOWN` */
  async read(id: string): Promise<TenantHistory> {
    const { tenants, audit, invitations } = this.#with;
    const tenant = await tenants.find(id);
    if (tenant === undefined) {
      throw new TenantpostError('TENANT_UNKNOWN', `Nothing is recorded of tenant ${id}.`, { detail: { tenantId: id } });
    }
    const [events, page] = await Promise.all([
      audit.newest(id, mostEvents),
      invitations.page({ tenantId: id, limit: mostInvitations }),
    ]);
    return { tenant, events, invitations: page.invitations };
  }

  /** @throws TenantpostError `REQUEST_INVALID`, `TENANT_NOT_FOUND`, `TENANT_IN_OTHER_CLOUD`, `ENTRA_UNAVAILABLE`. */
  async resolve(text: string): Promise<string> {
    return (await resolveTenant(this.#with.directory, text)).id;
  }

  /**
   * Records a tenant whose administrator granted the rights without an invitation, in the portal or by a command, as a
   * consent is recorded: `active` when its tokens prove it, `pending` while nothing has arrived. The operator's word brings
   * one back that was removed.
   *
   * @throws TenantpostError `TENANT_NOT_HOME`, `REQUEST_INVALID`, and what waiting does not cure: nothing is recorded then.
   */
  async verify(id: string, { mailbox, rights, scoped }: Verification): Promise<Tenant> {
    const { tenants, proof, audit, installation, singleTenantId, now } = this.#with;
    requireHome(id, singleTenantId, '/tenant');
    const known = await tenants.find(id);
    const isScoped = scoped ?? known?.scoped ?? false;
    const mailboxes = withMailbox(known?.mailboxes ?? [], mailbox);
    if (isScoped && mailboxes.length === 0) {
      throw new TenantpostError('REQUEST_INVALID', 'A scoped tenant is proved by a mailbox.', {
        detail: { field: '/mailbox', expected: 'an address that the app may send from' },
      });
    }
    const wanted = rights ?? defaultRights(installation, known);
    requireUsable(wanted, installation.resources, isScoped);
    await audit.append({ kind: 'tenant-verified', at: now(), tenantId: id });
    return proof.prove(id, {
      ...{ rights: wanted, scoped: isScoped, revives: true },
      ...(mailboxes.length === 0 ? {} : { mailboxes }),
    });
  }

  /** @throws TenantpostError `TENANT_UNKNOWN` */
  remove(id: string): Promise<Offboarding> {
    return offboard(this.#with, id);
  }
}

/** First, since it is the one that is tried. */
function withMailbox(known: readonly string[], mailbox: string | undefined): readonly string[] {
  if (mailbox === undefined) return known;
  return [mailbox, ...known.filter((one) => addressKey(one) !== addressKey(mailbox))];
}
