/** One token, for whoever wants to see it. */

import type { Resource } from '../../shared/resource.ts';
import { App, credentialOf } from './app.ts';
import { claimsOf } from './claims.ts';
import type { Endpoints } from './endpoints.ts';
import { inWords } from './failure.ts';
import type { CredentialArguments } from './options.ts';

interface Asked {
  readonly tenantId: string;
  readonly resource: Resource;
  readonly signal: AbortSignal;
}

export async function requestToken(
  clientId: string,
  given: CredentialArguments,
  endpoints: Endpoints,
  { tenantId, resource, signal }: Asked,
) {
  const credential = await credentialOf(given, { clientId, authorityUrl: endpoints.authorityUrl }, signal);
  signal.throwIfAborted();
  const token = await inWords(new App(clientId, credential, endpoints).token(tenantId, resource, signal));
  signal.throwIfAborted();
  return { value: token.value, claims: claimsOf(token.value), roles: token.roles };
}
