/** The APIs that every tenant of the local cloud has, and the scopes by which tokens and consent for them are asked for. */

import { EntraError } from './aadsts.ts';

const resources = ['https://graph.microsoft.com', 'https://outlook.office365.com'];

const withoutSlash = (resource: string): string => (resource.endsWith('/') ? resource.slice(0, -1) : resource);

/** Entra takes a resource with and without a trailing slash for the same API. */
export const isSameResource = (one: string, other: string): boolean => withoutSlash(one) === withoutSlash(other);

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

/** @throws EntraError 500011 for an API that the tenant does not have. */
export function requireResource(resource: string, tenant: { id: string; displayName: string }): void {
  if (resources.some((known) => isSameResource(known, resource))) return;
  throw new EntraError(
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${tenant.displayName}. This can ` +
      'happen if the application has not been installed by the administrator of the tenant or consented to by any ' +
      'user in the tenant. You might have sent your authentication request to the wrong tenant.',
    { reason: 'resource does not exist', tenantId: tenant.id },
  );
}
