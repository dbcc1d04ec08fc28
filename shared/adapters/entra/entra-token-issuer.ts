/** The OAuth 2.0 client credentials grant (RFC 6749 section 4.4), by @azure/identity. */

import { ClientAssertionCredential, ClientSecretCredential, type TokenCredential } from '@azure/identity';
import type { Presented } from '../../tokens/credential.ts';
import type { Rotation } from '../../tokens/rotation.ts';
import type { Resource } from '../../resource.ts';
import type { TokenIssuer } from '../../tokens/token-source.ts';
import { type Audiences, audienceOf } from '../../clouds.ts';
import { TenantpostError } from '../../errors.ts';
import { AnswerNote } from './authority-answer.ts';
import { entraError } from './entra-error.ts';
import { openTelemetryTracing } from '../opentelemetry-tracing.ts';
import { timeLimited } from '../time-limit.ts';

export interface EntraTokenIssuerOptions {
  readonly rotation: Rotation;
  readonly clientId: string;
  readonly authorityUrl: string;
  /** Whether the authority is Microsoft's own: another one is not known to instance discovery. */
  readonly authorityIsKnown: boolean;
  readonly audiences: Audiences;
}

const tracing = openTelemetryTracing();

export class EntraTokenIssuer implements TokenIssuer {
  readonly #options: EntraTokenIssuerOptions;

  constructor(options: EntraTokenIssuerOptions) {
    this.#options = options;
  }

  /** One request to Entra for each proof that is tried, and no other: whoever called asks again in his own time. */
  async request(tenantId: string, resource: Resource): Promise<string> {
    const { rotation, audiences } = this.#options;
    const scope = `${audienceOf(audiences, resource)}/.default`;
    const facts = { 'tenantpost.tenant.id': tenantId, 'tenantpost.resource': resource };
    return rotation.ask(tenantId, (presented) =>
      tracing.within('request token', { kind: 'client', facts }, async () => {
        const note = new AnswerNote();
        try {
          const token = await this.#client(tenantId, presented, note).getToken(scope);
          if (token !== null) return token.token;
        } catch (cause) {
          throw entraError(tenantId, cause, note.latest);
        }
        throw new TenantpostError('ENTRA_UNAVAILABLE', `Entra gave no token of tenant ${tenantId}.`);
      }),
    );
  }

  /**
   * A new instance each time, on purpose. MSAL's cache inside it would keep a token without roles for an hour, and after a
   * 5xx it refuses to ask again for a minute; both live and die with the instance. Ours is the cache.
   */
  #client(tenantId: string, presented: Presented, note: AnswerNote): TokenCredential {
    const { clientId, authorityUrl, authorityIsKnown } = this.#options;
    const options = {
      authorityHost: authorityUrl,
      disableInstanceDiscovery: !authorityIsKnown,
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [...timeLimited, ...note.policies],
    };
    if ('secret' in presented) return new ClientSecretCredential(tenantId, clientId, presented.secret, options);
    const { assertion } = presented;
    // It calls back twice per token, so the assertion is made before.
    return new ClientAssertionCredential(tenantId, clientId, () => Promise.resolve(assertion), options);
  }
}
