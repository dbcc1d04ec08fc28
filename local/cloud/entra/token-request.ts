/** What a client credentials request must bring: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow. */

import { EntraError } from './aadsts.ts';
import { required, single } from './parameters.ts';
import { resourceOfScope } from './resources.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type ClientCredential = { assertion: string } | { secret: string };

export interface TokenRequest {
  clientId: string;
  resource: string;
  credential: ClientCredential;
}

/**
 * Fields that it does not know are of no concern to Entra: MSAL sends a dozen of its own.
 *
 * @throws EntraError for a field that is missing, doubled or of a value that is not supported.
 */
export function parseTokenRequest(form: URLSearchParams): TokenRequest {
  const grantType = required(form, 'grant_type');
  if (grantType !== 'client_credentials') {
    throw new EntraError(70003, `The app requested an unsupported grant type '${grantType}'.`, {
      reason: 'grant type is not client_credentials',
    });
  }
  const clientId = required(form, 'client_id');
  const resource = resourceOfScope(required(form, 'scope'));
  return { clientId, resource, credential: parseCredential(form) };
}

function parseCredential(form: URLSearchParams): ClientCredential {
  const assertion = single(form, 'client_assertion');
  const secret = single(form, 'client_secret');
  if (assertion !== undefined && secret !== undefined) {
    // RFC 6749 section 2.3: a client must not use more than one authentication method in a request.
    throw new EntraError(90023, "The authentication service request isn't valid.", {
      reason: 'both a secret and an assertion',
    });
  }
  if (secret !== undefined) return { secret };
  if (assertion === undefined) {
    throw new EntraError(
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
      { reason: 'neither a secret nor an assertion' },
    );
  }
  if (required(form, 'client_assertion_type') !== ASSERTION_TYPE) {
    throw new EntraError(90023, "The authentication service request isn't valid.", {
      reason: 'client_assertion_type is not jwt-bearer',
    });
  }
  return { assertion };
}
