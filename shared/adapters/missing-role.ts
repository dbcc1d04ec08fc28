/** A right that the managed identity lacks: on what, and the built-in role that gives it. A 403 alone says neither. */

import { type ErrorCode, TenantpostError } from '../errors.ts';

export interface MissingRole {
  /** `table tenants`, `key tenantpost-tokens`. */
  readonly on: string;
  /** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
  readonly role: string;
}

/** @param refusal half a sentence: `Storage refused to read a tenant`. */
export function withoutRole(code: ErrorCode, refusal: string, missing: MissingRole, cause: unknown): TenantpostError {
  const { on, role } = missing;
  return new TenantpostError(code, `${refusal}: no role of the managed identity allows it on ${on}.`, {
    cause,
    detail: { status: 403, missingRole: role, missingOn: on },
    // https://learn.microsoft.com/azure/storage/queues/assign-azure-role-data-access
    remedy:
      `Assign the role ${role} to the managed identity, on ${on} or on what it is in; it may take half an hour to be ` +
      'seen everywhere. docs/rights.md has every role that the app needs.',
  });
}
