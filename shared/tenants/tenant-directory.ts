/**
 * Whose a domain is. Operators know their customers by domains; a domain can move to another tenant, so what is kept and
 * compared is the id that it stands for at that moment.
 */

import { z } from 'zod';
import { TenantpostError } from '../errors.ts';

export interface TenantDirectory {
  /**
   * @param domain lower case.
   * @returns the tenant's GUID, lower case; nothing when no tenant of this cloud has the domain.
   * @throws TenantpostError `ENTRA_UNAVAILABLE`, `TENANT_IN_OTHER_CLOUD`.
   */
  findByDomain(domain: string): Promise<string | undefined>;
}

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const domain = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const form = 'a tenant id, or a domain of the tenant like contoso.com';

/** A tenant id or a domain, lower case. */
export const tenantReference = z
  .string({ error: form })
  .max(253, { error: form, abort: true })
  .transform((text) => text.toLowerCase())
  .refine((text) => guid.test(text) || domain.test(text), form)
  .meta({ description: 'A tenant id, or a domain of the tenant, which is looked up at Entra.' });

export interface ResolvedTenant {
  readonly id: string;
  /** As it was asked for, unless that was the id. */
  readonly domain?: string;
}

/** @throws TenantpostError `REQUEST_INVALID`, `TENANT_NOT_FOUND` and what the directory throws. */
export async function resolveTenant(directory: TenantDirectory, text: string): Promise<ResolvedTenant> {
  const parsed = tenantReference.safeParse(text);
  if (!parsed.success) {
    throw new TenantpostError('REQUEST_INVALID', 'The tenant is wrong.', {
      detail: { field: '/tenant', expected: form },
    });
  }
  const name = parsed.data;
  if (guid.test(name)) return { id: name };
  const id = await directory.findByDomain(name);
  if (id !== undefined) return { id, domain: name };
  throw new TenantpostError('TENANT_NOT_FOUND', `No tenant of this cloud has the domain ${name}.`, {
    detail: { field: '/tenant', expected: 'a domain that a tenant has verified' },
  });
}
