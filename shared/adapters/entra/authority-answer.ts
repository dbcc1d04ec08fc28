/**
 * What the authority answered, of which @azure/identity keeps neither status nor headers when it fails: seen in version
 * 4.14, where only Entra's text is left in the message of the error.
 */

import type { ClientAssertionCredentialOptions } from '@azure/identity';
import { z } from 'zod';
import { retryAfterSeconds } from '../retry-after.ts';

export interface AuthorityAnswer {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  /** The word that OAuth has for the refusal (RFC 6749 section 5.2); none in the page of a proxy. */
  readonly oauthError: string | undefined;
}

type Policies = NonNullable<ClientAssertionCredentialOptions['additionalPolicies']>;

/** For one credential and one call of it: the answer to its latest request, be it for discovery or for the token. */
export class AnswerNote {
  latest: AuthorityAnswer | undefined;

  readonly policies: Policies = [
    {
      policy: {
        name: 'answerNote',
        sendRequest: async (request, next) => {
          // A request that is never answered must not be judged by the answer to the one before.
          this.latest = undefined;
          const response = await next(request);
          this.latest = {
            status: response.status,
            retryAfterSeconds: retryAfterSeconds(response.headers.get('retry-after')),
            oauthError: oauthErrorIn(response.bodyAsText),
          };
          return response;
        },
      },
      position: 'perRetry',
    },
  ];
}

const body = z.object({ error: z.string().regex(/^[\w.-]{1,60}$/) });

function oauthErrorIn(text: string | null | undefined): string | undefined {
  try {
    return body.parse(JSON.parse(text ?? '')).error;
  } catch {
    return undefined;
  }
}
