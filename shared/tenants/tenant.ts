/** A tenant as this installation knows it, and the states that it goes through. */

import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Shard } from '../shard.ts';
import type { Right } from './rights.ts';

/**
 * - `invited`: an invitation names it, and nothing has come back.
 * - `pending`: somebody consented, but no token of the tenant carries the permission yet. The timer asks again.
 * - `active`: a token proved the consent. Mail leaves.
 * - `degraded`: it consented, and something that only its administrator can mend stops its mail: the app is disabled there, or
 *   a service is missing. The timer asks again, and the tenant is active as soon as a token proves it.
 * - `revoked`: the consent is gone, or never arrived within a day. A new invitation brings the tenant back; so does its
 *   administrator who grants the permission again, which the timer notices.
 * - `removed`: an operator has taken it out, with all that was kept of it. Nobody asks about it again, whatever Entra would
 *   say; only a new invitation that names it, or `verify`, brings it back.
 */
export const tenantStates = ['invited', 'pending', 'active', 'degraded', 'revoked', 'removed'] as const;
export type TenantState = (typeof tenantStates)[number];

export interface Tenant {
  /** GUID, lower case. */
  readonly id: string;
  readonly state: TenantState;
  /** When the state began, epoch milliseconds. */
  readonly since: number;
  /** Object id of the enterprise application in the tenant, known once a token has been seen. */
  readonly objectId?: string;
  /** Why the state is not `active`: a code of shared/errors.ts. */
  readonly code?: ErrorCode;
  /** What was asked for. */
  readonly rights?: readonly Right[];
  /** What the newest tokens of the tenant carry. */
  readonly granted?: readonly Right[];
  /** The domain by which the operator named the tenant. */
  readonly domain?: string;
  /** The addresses that mail is to be sent or read for. */
  readonly mailboxes?: readonly string[];
  /** Mailboxes are granted by RBAC for Applications in Exchange: the token need not carry Mail.Send. */
  readonly scoped?: boolean;
  /**
   * Nobody but a browser has named this tenant: it came back with an open invitation, and no token has proved anything. What
   * a claim has written, a better one overwrites.
   */
  readonly claimed?: boolean;
  /** What holds for a mail job that says nothing of its own; kept apart from the state, and untouched by `save`. */
  readonly delivery?: Delivery;
  readonly onUnknown?: OnUnknown;
}

/** How hard it is tried that a mail leaves once: see docs/mail-job.md. */
export const deliveries = ['standard', 'exactly-once'] as const;
type Delivery = (typeof deliveries)[number];

/** What becomes of a mail of which nobody can tell whether it left. */
export const onUnknowns = ['hold', 'resend'] as const;
type OnUnknown = (typeof onUnknowns)[number];

/** Whole: what is left out goes back to the installation's default. */
export interface DeliverySettings {
  readonly delivery?: Delivery | undefined;
  readonly onUnknown?: OnUnknown | undefined;
}

export interface TenantStore {
  find(id: string): Promise<Tenant | undefined>;
  /** Writes everything but the delivery settings: a timer that moves the state must not undo what an operator set meanwhile. */
  save(tenant: Tenant): Promise<void>;
  /**
   * Writes as `save` does, unless the row is another by now: two who judge a tenant at once must not undo each other, and
   * one that was removed meanwhile stays removed.
   *
   * @param known as it was read; nothing for a tenant without a row.
   * @returns false when nothing was written.
   */
  replace(known: Tenant | undefined, next: Tenant): Promise<boolean>;
  /** Writes these and nothing else. @returns false when there is no such tenant. */
  setDelivery(id: string, settings: DeliverySettings): Promise<boolean>;
  /** Every tenant of the shard. */
  list(shard: Shard): AsyncIterable<Tenant>;
}

export interface TenantQuery {
  readonly state?: TenantState | undefined;
  readonly limit?: number | undefined;
  readonly continuation?: string | undefined;
}

export interface TenantPage {
  readonly tenants: readonly Tenant[];
  /** Of this page: rows that are left out, since another release has written them. Left out where there are none. */
  readonly unreadable?: number;
  /** Where the next page begins; nothing on the last. */
  readonly continuation?: string | undefined;
}

export interface TenantPages {
  /** @throws TenantpostError `REQUEST_INVALID` for a continuation that no page ended with. */
  page(query: TenantQuery): Promise<TenantPage>;
}

/** Whether a row says what it said, but for the delivery settings, which are kept apart. */
export function isSameTenant(one: Tenant | undefined, other: Tenant | undefined): boolean {
  return one === undefined || other === undefined ? one === other : factsOf(one) === factsOf(other);
}

function factsOf(tenant: Tenant): string {
  const { id, state, since, objectId, code, domain, rights = [], granted = [], mailboxes = [] } = tenant;
  const { scoped = false, claimed = false } = tenant;
  return JSON.stringify([id, state, since, objectId, code, domain, rights, granted, mailboxes, scoped, claimed]);
}

/** A tenant id as Entra writes it. Domain names are not accepted: they can move to another tenant. */
export const tenantId = z
  .guid({ error: 'a tenant id, for example 11111111-aaaa-4aaa-8aaa-111111111111' })
  .transform((id) => id.toLowerCase());
