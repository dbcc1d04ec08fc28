/** The APIs of the local cloud, their names, and the scopes by which tokens and consent for them are asked for. */

import type { Tenant } from '../state.ts';
import { EntraError } from './aadsts.ts';

interface Api {
  readonly displayName: string;
  readonly appId: string;
  /** Its service principal names. Each is the same API with the same roles; a token has the one that was asked for. */
  readonly names: readonly string[];
}

/**
 * Exchange answers to three names. Microsoft's page for SMTP, IMAP and POP asks consent of `ps.outlook.com` for the latter
 * two and takes tokens for `outlook.office365.com` alone; `outlook.office.com` is in its delegated scopes:
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth.
 */
const apis: readonly Api[] = [
  {
    displayName: 'Microsoft Graph',
    appId: '00000003-0000-0000-c000-000000000000',
    names: ['https://graph.microsoft.com'],
  },
  {
    displayName: 'Office 365 Exchange Online',
    appId: '00000002-0000-0ff1-ce00-000000000000',
    names: ['https://outlook.office365.com', 'https://outlook.office.com', 'https://ps.outlook.com'],
  },
  // Without application permissions: what an app may do there is the vault's and the account's own roles to say.
  {
    displayName: 'Azure Key Vault',
    appId: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
    names: ['https://vault.azure.net'],
  },
  {
    displayName: 'Azure Storage',
    appId: 'e406a681-f3d4-42a8-90b6-c2b029497af1',
    names: ['https://storage.azure.com'],
  },
];

/** By one of its names, with or without a slash at the end, or by its app id. */
export function findApi(resource: string): Api | undefined {
  const name = resource.endsWith('/') ? resource.slice(0, -1) : resource;
  return apis.find(({ appId, names }) => appId === name || names.includes(name));
}

/** Whether both name one API. An API that this cloud does not know has no other name than its own. */
export function isSameResource(one: string, other: string): boolean {
  return one === other || (findApi(one) !== undefined && findApi(one) === findApi(other));
}

/**
 * What the scope of a client credentials request names: `https://graph.microsoft.com` for
 * `https://graph.microsoft.com/.default`, and with a slash at its end where the scope has two
 * (https://learn.microsoft.com/entra/identity-platform/scopes-oidc#trailing-slash-and-default).
 *
 * @throws EntraError 70011 for several scopes and for none, 1002012 for a scope that is not `/.default`.
 */
export function resourceOfScope(scope: string): string {
  const scopes = scope.split(' ').filter((one) => one !== '');
  const [only] = scopes;
  if (only === undefined || scopes.length > 1) {
    throw new EntraError(
      70011,
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter ` +
        `'scope' is not valid. The scope ${scope} is not valid.`,
      { reason: 'scope names no resource or several' },
    );
  }
  const resource = only.endsWith('/.default') ? only.slice(0, -'/.default'.length) : '';
  if (resource === '') {
    // Seen for a scope such as https://graph.microsoft.com/Mail.Send: https://rakhesh.com/azure/specifying-the-oauth2-authentication-token-scope/
    throw new EntraError(
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with ` +
        '/.default suffixed to the resource identifier (application ID URI).',
      { reason: 'scope does not end in /.default' },
    );
  }
  return resource;
}

/** @throws EntraError 500011 for an API that does not exist, or not in this tenant, 500014 for one that it disabled. */
export function requireResource(resource: string, tenant: Tenant): void {
  const state = findApi(resource) === undefined ? 'missing' : stateIn(tenant, resource);
  if (state === 'missing') throw unknownResource(resource, tenant);
  if (state !== 'disabled') return;
  // The sentence as in https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/4905.
  throw new EntraError(
    500014,
    `The service principal for resource '${resource}' is disabled. This indicate that a subscription within the tenant ` +
      'has lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being ' +
      'issued for it.',
    { reason: 'resource is disabled in the tenant', tenantId: tenant.id },
  );
}

/** Whether the tenant lacks the service principal of an API or has disabled it. */
export const stateIn = (tenant: Tenant, resource: string): 'missing' | 'disabled' | undefined =>
  tenant.unavailableResources?.find((one) => isSameResource(one.resource, resource))?.state;

export function unknownResource(resource: string, tenant: { id?: string; displayName: string }): EntraError {
  return new EntraError(
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${tenant.displayName}. This can ` +
      'happen if the application has not been installed by the administrator of the tenant or consented to by any ' +
      'user in the tenant. You might have sent your authentication request to the wrong tenant.',
    {
      reason: 'resource does not exist in the tenant',
      ...(tenant.id !== undefined && { tenantId: tenant.id }),
    },
  );
}
