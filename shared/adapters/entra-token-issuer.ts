/** The OAuth 2.0 client credentials grant (RFC 6749 section 4.4) with a client assertion, by @azure/identity. */

import { ClientAssertionCredential } from '@azure/identity';
import type { Credential } from '../tokens/credential.ts';
import type { Resource } from '../tokens/token.ts';
import type { TokenIssuer } from '../tokens/token-source.ts';
import { entraError } from './entra-error.ts';
import { timeLimited } from './time-limit.ts';

export interface EntraTokenIssuerOptions {
  readonly credential: Credential;
  readonly clientId: string;
  readonly authorityUrl: string;
  /** Whether the authority is Microsoft's own: another one is not known to instance discovery. */
  readonly authorityIsKnown: boolean;
  /** Identifier URI of each resource in this cloud. */
  readonly audiences: Readonly<Record<Resource, string>>;
}

export class EntraTokenIssuer implements TokenIssuer {
  readonly #options: EntraTokenIssuerOptions;

  constructor(options: EntraTokenIssuerOptions) {
    this.#options = options;
  }

  async request(tenantId: string, resource: Resource): Promise<string> {
    const { credential, clientId, authorityUrl, authorityIsKnown, audiences } = this.#options;
    const assertion = await credential.assertion(tenantId);
    // A new instance each time, on purpose. MSAL's cache inside it would keep a token without roles for an hour, and after
    // a 5xx it refuses to ask again for a minute; both live and die with the instance. Ours is the cache.
    // It calls back twice per token, so the assertion is signed before.
    const client = new ClientAssertionCredential(tenantId, clientId, () => Promise.resolve(assertion), {
      authorityHost: authorityUrl,
      disableInstanceDiscovery: !authorityIsKnown,
      // Whoever called waits and asks again in his own time.
      retryOptions: { maxRetries: 0 },
      additionalPolicies: timeLimited,
    });
    try {
      return (await client.getToken(`${audiences[resource]}/.default`)).token;
    } catch (cause) {
      throw entraError(tenantId, cause);
    }
  }
}
