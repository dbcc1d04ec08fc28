/** MSAL Node's own cache: one application for all tenants, with the tenant as the authority of each request. */

import { ConfidentialClientApplication, type INetworkModule, type NetworkResponse } from '@azure/msal-node';
import { z } from 'zod';
import { clientId, graphResource } from '../../support/app-identity.ts';
import { cacheOfAll } from './cache-of-all.ts';
import type { HitSubject } from './hit-subject.ts';
import { tokenAnswer } from './issued-token.ts';

const authorityOf = (tenantId: string): string => `https://login.microsoftonline.com/${tenantId}`;
const answered = z.object({ accessToken: z.string(), fromCache: z.literal(true) });
const scopes = [`${graphResource}/.default`];

export const msal: HitSubject = {
  label: '@azure/msal-node',
  // Its hit takes longer with each tenant: 0.1 s in all at each size.
  hits: (tenants) => Math.max(10, Math.ceil(100_000 / (200 + tenants))),
  async fill(tenantIds) {
    const [first] = tenantIds;
    if (first === undefined) throw new Error('There is no tenant to fill a cache with.');
    const network = memoryNetwork(first);
    const app = new ConfidentialClientApplication({
      auth: { clientId, authority: authorityOf('common'), clientSecret: 'a secret of forty characters or thereabout' },
      system: { networkClient: network },
    });
    const hit = (tenantId: string) => app.acquireTokenByClientCredential({ scopes, authority: authorityOf(tenantId) });
    await hit(first);
    const cache = app.getTokenCache();
    cache.deserialize(cacheOfAll(cache.serialize(), first, tenantIds));
    return { hit, tokenOf: (answer) => answered.parse(answer).accessToken, requests: () => network.requests };
  },
};

/** Answers a token request from memory. What MSAL knows of login.microsoftonline.com is built into it. */
function memoryNetwork(tenantId: string): INetworkModule & { requests: number } {
  return {
    requests: 0,
    sendGetRequestAsync(url) {
      return Promise.reject(new Error(`MSAL asked for ${url}.`));
    },
    sendPostRequestAsync<T>(): Promise<NetworkResponse<T>> {
      this.requests += 1;
      return Promise.resolve({ status: 200, headers: {}, body: tokenAnswer(tenantId) as T });
    },
  };
}
