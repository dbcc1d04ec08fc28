/** A tenant as this installation knows it, and the states that it goes through. */

import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Shard } from '../shard.ts';

/**
 * - `pending`: somebody consented, but no token of the tenant carries the permission yet. The timer asks again.
 * - `active`: a token proved the consent. Mail leaves.
 * - `degraded`: it consented, and something that only its administrator can mend stops its mail: the app is disabled there, or
 *   a service is missing. The timer asks again, and the tenant is active as soon as a token proves it.
 * - `revoked`: the consent is gone, or never arrived within a day. A new invitation brings the tenant back; so does its
 *   administrator who grants the permission again, which the timer notices.
 */
export const tenantStates = ['pending', 'active', 'degraded', 'revoked'] as const;
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
  /** Writes these and nothing else. @returns false when there is no such tenant. */
  setDelivery(id: string, settings: DeliverySettings): Promise<boolean>;
  /** Every tenant of the shard. */
  list(shard: Shard): AsyncIterable<Tenant>;
}

/** A tenant id as Entra writes it. Domain names are not accepted: they can move to another tenant. */
export const tenantId = z
  .guid({ error: 'a tenant id, for example 11111111-aaaa-4aaa-8aaa-111111111111' })
  .transform((id) => id.toLowerCase());
