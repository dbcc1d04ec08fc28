/** What keeps a consent from being given although an administrator is there to give it. The app is told on its redirect. */

import type { Registration, Tenant } from '../state.ts';
import { EntraError } from './aadsts.ts';
import type { ConsentRequest } from './consent-request.ts';
import { findApi, isSameResource, stateIn } from './resources.ts';

/**
 * @throws EntraError 650056 for a registration that requires nothing, 650057 for a scope whose API it does not require,
 *   650052 for an API that the tenant does not have.
 */
export function requireConsentable({ registration, resource }: ConsentRequest, tenant: Tenant): void {
  const { appId, displayName, requiredAppRoles } = registration;
  if (requiredAppRoles.length === 0) {
    // The sentence as in https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-AADSTS650056-misconfigured-app.
    throw new EntraError(
      650056,
      'Misconfigured application. This could be due to one of the following: the client has not listed any permissions ' +
        "in the requested permissions in the client's application registration. Or, the admin has not consented in the " +
        'tenant. Or, check the application identifier in the request to ensure it matches the configured client ' +
        "application identifier. Or, check the certificate in the request to ensure it's valid. Please contact your " +
        `admin to fix the configuration or consent on behalf of the tenant. Client app ID: ${appId}.`,
      { reason: 'registration requires no permission', tenantId: tenant.id },
    );
  }
  if (resource !== undefined && !requiredAppRoles.some((required) => isSameResource(required.resource, resource))) {
    // The sentence as in https://github.com/jasonjoh/python_clientcred/issues/8.
    throw new EntraError(
      650057,
      'Invalid resource. The client has requested access to a resource which is not listed in the requested permissions ' +
        `in the client's application registration. Client app ID: ${appId}(${displayName}). Resource value from request: ` +
        `${resource}. Resource app ID: ${findApi(resource)?.appId}. List of valid resources from app registration: ` +
        `${requiredApis(registration).join(', ')}.`,
      { reason: 'registration requires nothing of the resource in the scope', tenantId: tenant.id },
    );
  }
  const lacking = requiredAppRoles.find((required) => stateIn(tenant, required.resource) === 'missing');
  if (lacking === undefined) return;
  const api = findApi(lacking.resource);
  // The newer sentence of https://blogs.aaddevsup.xyz/category/consent/.
  throw new EntraError(
    650052,
    `The app is trying to access a service '${api?.appId ?? lacking.resource}'(${api?.displayName ?? ''}) that your ` +
      `organization '${tenant.displayName}' lacks a service principal for. Contact your IT Admin to review the ` +
      'configuration of your service subscriptions or consent to the application in order to create the required ' +
      'service principal',
    { reason: 'tenant lacks a required resource', tenantId: tenant.id },
  );
}

const requiredApis = ({ requiredAppRoles }: Registration): string[] => [
  ...new Set(requiredAppRoles.map(({ resource }) => findApi(resource)?.appId ?? resource)),
];
