/**
 * The AADSTS codes that this cloud knows, with the HTTP status, the OAuth `error` and the general sentence of each.
 *
 * Codes and sentences: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. That page gives no
 * status, and no `error` for most of them. Those given here stand in answers that people have published:
 *
 * - 401 `invalid_client` for a secret or assertion: https://github.com/microsoft/botframework-sdk/issues/6221 and, of a
 *   federated credential, https://github.com/microsoft/Agents/issues/202;
 * - 503 `temporarily_unavailable`: https://github.com/Azure/azure-sdk-for-python/issues/14241;
 * - 400 `invalid_request` for another cloud's tenant: https://github.com/Azure/ms-rest-nodeauth/issues/110, and for an
 *   issuer that cannot be asked: https://azure.github.io/azure-workload-identity/docs/troubleshooting.html;
 * - `unauthorized_client` for an app that is disabled: https://github.com/Worklytics/psoxy/pull/74;
 * - `invalid_client` for what is wrong with a consent: https://learn.microsoft.com/answers/questions/2337285.
 *
 * What is left has the value of its nearest relative.
 */

interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 429 | 500 | 503;
  readonly error: string;
  /** What is told where nobody has a sentence for the very case: a rule of the fault panel without a message. */
  readonly text: string;
}

const request = (text: string) => ({ status: 400, error: 'invalid_request', text }) as const;
const client = (text: string) => ({ status: 401, error: 'invalid_client', text }) as const;
const unauthorized = (text: string) => ({ status: 400, error: 'unauthorized_client', text }) as const;
const resource = (text: string) => ({ status: 400, error: 'invalid_resource', text }) as const;
const scope = (text: string) => ({ status: 400, error: 'invalid_scope', text }) as const;
const consent = (text: string) => ({ status: 400, error: 'invalid_client', text }) as const;
const busy = (text: string) => ({ status: 503, error: 'temporarily_unavailable', text }) as const;

const noFederatedMatch =
  'Check your federated identity credential Subject, Audience and Issuer against the presented assertion. ' +
  'https://learn.microsoft.com/entra/workload-id/workload-identity-federation';

export const aadstsCodes = {
  9002328: request('Admin consent is not supported over this endpoint.'),
  9001023: request('The grant type is not supported over the /common or /consumers endpoints.'),
  9000411: request('The request is not properly formatted. A parameter is duplicated.'),
  7002138: client(
    'No matching federated identity record found for presented assertion subject. The subject matches with ' +
      'case-insensitive comparison, but not with case-sensitive comparison.',
  ),
  7000229: client('The client application is missing service principal in the tenant.'),
  7000222: client('The provided client secret keys are expired.'),
  7000216: client(
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ),
  7000215: client('Invalid client secret provided.'),
  7000112: unauthorized('Application is disabled.'),
  5002727: request('Invalid JWT header type specified.'),
  1002012: scope('Client credential flows must have a scope value with /.default suffixed to the resource identifier.'),
  900612: request('Failed to parse provider signing keys.'),
  900561: request('The endpoint only accepts POST requests.'),
  900382: request('Confidential Client is not supported in Cross Cloud request.'),
  900144: request('The request body must contain a parameter that is missing.'),
  900023: request('Specified tenant identifier is neither a valid DNS name, nor a valid external domain.'),
  700236: client(
    'Entra ID tokens may not be used for federated identity credential flows for applications or managed identities ' +
      'registered in this tenant.',
  ),
  700226: client('Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.'),
  700213: client(`No matching federated identity record found for presented assertion subject. ${noFederatedMatch}`),
  700212: client(`No matching federated identity record found for presented assertion audience. ${noFederatedMatch}`),
  700211: client(`No matching federated identity record found for presented assertion issuer. ${noFederatedMatch}`),
  700030: client("Invalid certificate - subject name in certificate isn't authorized."),
  700027: client('Client assertion failed signature validation.'),
  700025: client("Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
  700024: client('Client assertion is not within its valid time range.'),
  700023: client('Client assertion audience claim does not match Realm issuer.'),
  700021: client("Client assertion application identifier doesn't match 'client_id' parameter."),
  700016: unauthorized('The application was not found in the directory.'),
  700011: unauthorized('The application was not found in the directory.'),
  650057: consent(
    'Invalid resource. The client has requested access to a resource which is not listed in the requested permissions ' +
      "in the client's application registration.",
  ),
  650056: consent(
    'Misconfigured application. This could be due to one of the following: The client has not listed any permissions in ' +
      "the requested permissions in the client's application registration. Or, The admin has not consented in the tenant.",
  ),
  650052: consent('The app is trying to access a service that your organization lacks a service principal for.'),
  650051: consent('Consent action failed: the service principal name is already present for the tenant.'),
  500113: request('No reply address is registered for the application.'),
  500014: resource('The service principal for the resource is disabled.'),
  500011: resource('The resource principal was not found in the tenant.'),
  165000: request('Invalid Request: The request tokens do not match the user context.'),
  90094: { status: 403, error: 'access_denied', text: 'The grant requires admin permission.' },
  90090: busy('GraphRetryableError - The service is temporarily unavailable.'),
  90061: request('Request to External OIDC endpoint failed.'),
  90055: { status: 429, error: 'temporarily_unavailable', text: 'There are too many incoming requests.' },
  90038: request('The tenant request is being redirected to the National Cloud.'),
  90033: busy('A transient error has occurred. Please try again.'),
  90024: busy('RequestBudgetExceededError - A transient error has occurred. Please try again.'),
  90023: request("The authentication service request isn't valid."),
  90015: request('Requested query string is too long.'),
  90012: busy('RequestTimeout - The request has timed out.'),
  90006: busy('ExternalServerRetryableError - The service is temporarily unavailable.'),
  90002: request('Tenant not found.'),
  70011: scope("The provided value for the input parameter 'scope' is not valid."),
  70003: { status: 400, error: 'unsupported_grant_type', text: 'The app requested an unsupported grant type.' },
  70001: unauthorized('The application is disabled.'),
  65004: {
    status: 400,
    error: 'consent_required',
    text: 'The resource owner or authorization server denied the request.',
  },
  65001: {
    status: 400,
    error: 'invalid_grant',
    text: 'The user or administrator has not consented to use the application.',
  },
  53003: {
    status: 400,
    error: 'invalid_grant',
    text: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
  },
  50196: {
    status: 429,
    error: 'invalid_grant',
    text: 'The server terminated an operation because it encountered a loop while processing a request.',
  },
  50194: request('The application is not configured as a multi-tenant application.'),
  50059: request(
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  ),
  50058: request('Session information is not sufficient for single-sign-on.'),
  50048: client('Subject mismatches Issuer claim in the client assertion.'),
  50034: request('The user account does not exist in the directory.'),
  50033: busy('RetryableError - A transient error has occurred. Please try again.'),
  50027: client('JWT token is invalid or malformed.'),
  50012: client('Authentication failed.'),
  50011: request('The redirect URI does not match the redirect URIs configured for the application.'),
  50000: { status: 500, error: 'server_error', text: 'There is an issue with the sign-in service.' },
} as const satisfies Record<number, Refusal>;

export type AadstsCode = keyof typeof aadstsCodes;

/** Nothing for a number that is no code of this cloud. */
export function knownRefusal(number: number): Refusal | undefined {
  return Object.entries(aadstsCodes).find(([code]) => Number(code) === number)?.[1];
}
