/** The answer of admin consent: the parameters with which the app is called back, in the words of v1 and of v2. */

import { type EntraError, errorDescription, type RequestIds } from './aadsts.ts';
import type { ConsentRequest } from './consent-request.ts';
import { responseUrl } from './redirect-uri.ts';

/** v2 tells what was granted: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent#successful-response. */
export function grantedUrl({ version, registration, redirectUri, state }: ConsentRequest, tenantId: string): string {
  if (version === 'v1.0') {
    return responseUrl(redirectUri, [['tenant', tenantId], ...withState(state), ['admin_consent', 'True']]);
  }
  const granted = registration.requiredAppRoles.map(({ resource, role }) => `${resource}/${role}`).join(' ');
  return responseUrl(redirectUri, [
    ['admin_consent', 'True'],
    ['tenant', tenantId],
    ['scope', granted],
    ...withState(state),
  ]);
}

/**
 * v2 sends `admin_consent=True` with an error as well: an app must look at `error` first. v1 has a sentence of its own for
 * a consent that is declined; the sample of
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#request-the-permissions-from-a-directory-admin
 * shows an error without a state, so no app may count on one here.
 */
export function refusedUrl(
  { version, redirectUri, state }: ConsentRequest,
  error: EntraError,
  ids: RequestIds,
): string {
  if (version === 'v1.0') {
    const declined = error.code === 65004;
    return responseUrl(redirectUri, [
      ['error', declined ? 'permission_denied' : error.error],
      ['error_description', declined ? 'The admin canceled the request' : errorDescription(error, ids)],
    ]);
  }
  return responseUrl(redirectUri, [
    ['admin_consent', 'True'],
    ['error', error.error],
    ['error_description', errorDescription(error, ids)],
    ...withState(state),
  ]);
}

const withState = (state: string | undefined): [string, string][] => (state === undefined ? [] : [['state', state]]);
