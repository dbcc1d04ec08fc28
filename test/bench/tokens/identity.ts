/** The cache inside one credential of @azure/identity that may ask for every tenant. */

import { ClientSecretCredential, type ClientSecretCredentialOptions, useIdentityPlugin } from '@azure/identity';
import type { ICachePlugin } from '@azure/msal-node';
import { z } from 'zod';
import { clientId, graphResource } from '../../support/app-identity.ts';
import { cacheOfAll } from './cache-of-all.ts';
import type { HitSubject } from './hit-subject.ts';
import { tokenAnswer } from './issued-token.ts';

type Policies = NonNullable<ClientSecretCredentialOptions['additionalPolicies']>;

const scope = `${graphResource}/.default`;
const answered = z.object({ token: z.string() });
const pluginContext = z.object({
  cachePluginControl: z.object({
    setPersistence: z.custom<(make: () => Promise<ICachePlugin>) => void>((one) => typeof one === 'function'),
  }),
});

export const identity: HitSubject = {
  label: '@azure/identity',
  hits: (tenants) => Math.max(10, Math.ceil(100_000 / (200 + tenants))),
  async fill(tenantIds) {
    const [first] = tenantIds;
    if (first === undefined) throw new Error('There is no tenant to fill a cache with.');
    const fill = fillOnce(first, tenantIds);
    useIdentityPlugin((context) => {
      pluginContext.parse(context).cachePluginControl.setPersistence(() => Promise.resolve(fill));
    });
    let requests = 0;
    const answer = answerFromMemory(first, () => (requests += 1));
    const credential = new ClientSecretCredential(first, clientId, 'a secret of forty characters or thereabout', {
      additionallyAllowedTenants: ['*'],
      additionalPolicies: answer,
      tokenCachePersistenceOptions: { enabled: true },
    });
    const hit = (tenantId: string) => credential.getToken(scope, { tenantId });
    // The first is really asked for; the plugin puts the others beside it when it is called for the second time.
    await hit(first);
    await hit(first);
    return { hit, tokenOf: (token) => answered.parse(token).token, requests: () => requests };
  },
};

/** Persistence of the SDK's own kind, which is the one way into a credential's cache. After the fill it does nothing. */
function fillOnce(tenantId: string, tenantIds: readonly string[]): ICachePlugin {
  let isFilled = false;
  return {
    beforeCacheAccess: () => Promise.resolve(),
    afterCacheAccess: ({ cacheHasChanged, tokenCache }) => {
      if (isFilled || !cacheHasChanged) return Promise.resolve();
      isFilled = true;
      tokenCache.deserialize(cacheOfAll(tokenCache.serialize(), tenantId, tenantIds));
      return Promise.resolve();
    },
  };
}

/** Answers each token request in the pipeline's place. */
function answerFromMemory(tenantId: string, asked: () => void): Policies {
  return [
    {
      policy: {
        name: 'answer from memory',
        sendRequest(request) {
          asked();
          const bodyAsText = JSON.stringify(tokenAnswer(tenantId));
          return Promise.resolve({ request, headers: request.headers, status: 200, bodyAsText });
        },
      },
      position: 'perCall',
    },
  ];
}
