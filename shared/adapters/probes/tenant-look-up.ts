/**
 * Which tenant a GUID or a domain is, by the OpenID configuration that Entra gives of every tenant to anybody:
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri
 */

import { z } from 'zod';
import type { Listed } from '../../checks/ports.ts';
import { TenantpostError } from '../../errors.ts';
import { codeIn } from './connection-failure.ts';

const word = z
  .string()
  .regex(/^[\w.-]{1,60}$/)
  .optional()
  .catch(undefined);

const configuration = z.object({
  issuer: z.string(),
  cloud_instance_name: word,
  tenant_region_sub_scope: word,
});

const refusal = z.object({ error_codes: z.array(z.number()).min(1) });

/** Both of Entra's issuers, v1 and v2, begin their path with the tenant. */
const tenantIn = /^https:\/\/[^/]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//i;

/** @param name a GUID or a domain, and nothing else: it becomes part of the address. */
export async function lookUpTenant(authorityUrl: string, name: string, within = 10_000): Promise<Listed> {
  const url = `${authorityUrl}/${name}/v2.0/.well-known/openid-configuration`;
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(within) });
    body = json(await response.text());
  } catch (cause) {
    throw unanswered(codeIn(cause), cause);
  }
  const found = configuration.safeParse(body);
  if (response.ok && found.success) {
    const { issuer, cloud_instance_name: instance, tenant_region_sub_scope: region } = found.data;
    const tenantId = tenantIn.exec(issuer)?.[1]?.toLowerCase();
    if (tenantId === undefined) return { kind: 'unknown', answered: 'no tenant in the issuer' };
    return {
      kind: 'found',
      tenantId,
      ...(instance === undefined ? {} : { instance }),
      ...(region === undefined ? {} : { region }),
    };
  }
  const refused = refusal.safeParse(body);
  if (response.status === 400 && refused.success) {
    return { kind: 'unknown', answered: `AADSTS${refused.data.error_codes[0]}` };
  }
  throw unanswered(`HTTP ${response.status}`);
}

/** A page that a proxy gives in Entra's place is none. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unanswered(network: string, cause?: unknown): TenantpostError {
  return new TenantpostError('ENTRA_UNAVAILABLE', 'Entra’s directory gave no answer about a tenant.', {
    detail: { network },
    cause,
  });
}
