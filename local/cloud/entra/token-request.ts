/** What a client credentials request must bring: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow. */

import { EntraError, invalidRequest } from './aadsts.ts';
import { type BasicCredential, readBasic } from './basic-authentication.ts';
import { required, single } from './parameters.ts';
import { resourceOfScope } from './resources.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export type ClientCredential = { assertion: string } | { secret: string };

export interface TokenRequest {
  clientId: string;
  resource: string;
  credential: ClientCredential;
}

/**
 * Fields that it does not know are of no concern to Entra: MSAL sends a dozen of its own.
 *
 * @param authorization the header, which may hold client id and secret in place of the form.
 * @throws EntraError for a field that is missing, doubled or of a value that is not supported.
 */
export function parseTokenRequest(form: URLSearchParams, authorization: string | undefined): TokenRequest {
  const grantType = required(form, 'grant_type');
  if (grantType !== 'client_credentials') {
    throw new EntraError(70003, `The app requested an unsupported grant type '${grantType}'.`, {
      reason: 'grant type is not client_credentials',
    });
  }
  const basic = readBasic(authorization);
  const clientId = basic === undefined ? required(form, 'client_id') : requireSameClient(form, basic);
  const resource = resourceOfScope(required(form, 'scope'));
  return { clientId, resource, credential: parseCredential(form, basic) };
}

function requireSameClient(form: URLSearchParams, { clientId }: BasicCredential): string {
  const inForm = single(form, 'client_id');
  if (inForm === undefined || inForm === clientId) return clientId;
  throw invalidRequest('client_id of the form is not that of the Authorization header');
}

function parseCredential(form: URLSearchParams, basic: BasicCredential | undefined): ClientCredential {
  const assertion = single(form, 'client_assertion');
  const secrets = [basic?.secret, single(form, 'client_secret')].filter((one) => one !== undefined);
  const [secret] = secrets;
  if (secrets.length + (assertion === undefined ? 0 : 1) > 1) {
    // RFC 6749 section 2.3: a client must not use more than one authentication method in a request.
    throw invalidRequest('more than one of secret, assertion and Authorization header');
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
    throw invalidRequest('client_assertion_type is not jwt-bearer');
  }
  return { assertion };
}
