/** The `api-version` that every request to Key Vault must name. */

import { badParameter } from './vault-error.ts';

/** Stable data plane versions: https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups and its predecessors. */
const supported = ['2016-10-01', '7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '2025-07-01', '2026-04-01'];

/**
 * The SDK percent-encodes the hyphen of the parameter's own name (`api%2Dversion`): the decoded name counts. What is said
 * of an unknown version is the service's sentence (https://github.com/Azure/azure-sdk-for-python/issues/28595); of a
 * missing one only the code is.
 */
export function requireApiVersion(url: URL): void {
  const version = url.searchParams.get('api-version');
  if (version === null || version === '') throw badParameter('api-version must be specified', 'no api-version');
  if (supported.includes(version)) return;
  throw badParameter(
    `The specified version (${version}) is not recognized. ` +
      `Consider using the latest supported version (${supported.at(-1)}).`,
    'unknown api-version',
  );
}
