/** Parameters of a request, from its query or its form (RFC 6749 sections 3.1 and 3.2): none twice, and none empty. */

import { EntraError } from './aadsts.ts';

/** @throws EntraError 900144 for one that is missing, in the words that Entra uses for queries as well. */
export function required(parameters: URLSearchParams, name: string): string {
  const value = single(parameters, name);
  if (value !== undefined) return value;
  throw new EntraError(900144, `The request body must contain the following parameter: '${name}'.`, {
    reason: `${name} is missing`,
  });
}

/** @throws EntraError 9000411 */
export function single(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name);
  if (values.length > 1) {
    throw new EntraError(9000411, `The request is not properly formatted. The parameter '${name}' is duplicated.`, {
      reason: `${name} is duplicated`,
    });
  }
  return values[0] === '' ? undefined : values[0];
}
