/**
 * Whose a domain is, by Entra's OpenID configuration, which is public and needs no permission:
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri
 */

import { z } from 'zod';
import { type Cloud, isForeignIssuer } from '../../clouds.ts';
import { TenantpostError } from '../../errors.ts';
import type { TenantDirectory } from '../../tenants/tenant-directory.ts';

const longestMilliseconds = 10_000;

/** `cloud_instance_name` is the host of the tenant's own cloud without `login.`: Entra answers for the others' tenants too. */
const configuration = z.object({ issuer: z.string(), cloud_instance_name: z.string().optional() });
const tenantIn = /\/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\/v2\.0$/i;

interface Options {
  readonly cloud: Cloud;
  readonly authorityUrl: string;
}

export class OpenIdDirectory implements TenantDirectory {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async findByDomain(domain: string): Promise<string | undefined> {
    const { cloud, authorityUrl } = this.#options;
    const url = `${authorityUrl}/${encodeURIComponent(domain)}/v2.0/.well-known/openid-configuration`;
    const answer = await ask(url);
    // Entra answers 400 with AADSTS90002 for a domain that no tenant has.
    if (answer.status === 400 || answer.status === 404) return undefined;
    const parsed = configuration.safeParse(answer.body);
    if (answer.status !== 200 || !parsed.success) throw notAnswered(answer.status);
    const { issuer, cloud_instance_name: instance } = parsed.data;
    if (instance !== undefined && isForeignIssuer(cloud, `https://login.${instance}`)) {
      throw new TenantpostError('TENANT_IN_OTHER_CLOUD', `The tenant of ${domain} is in another cloud (${instance}).`);
    }
    return tenantIn.exec(issuer)?.[1]?.toLowerCase();
  }
}

async function ask(url: string): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(longestMilliseconds) });
    const text = await response.text();
    return { status: response.status, body: response.status === 200 ? JSON.parse(text) : undefined };
  } catch (cause) {
    throw notAnswered(undefined, cause);
  }
}

function notAnswered(status: number | undefined, cause?: unknown): TenantpostError {
  return new TenantpostError('ENTRA_UNAVAILABLE', 'Entra could not be asked whose a domain is.', {
    cause,
    detail: { status },
  });
}
