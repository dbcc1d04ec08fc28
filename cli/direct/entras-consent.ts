/** Where an administrator consents, and what Entra means when it sends one back with an error. */

import { errorMeanings } from '../../shared/errors.ts';
import { readEntrasError } from '../../shared/tenants/consent-error.ts';
import { consentUrl } from '../../shared/tenants/consent-url.ts';
import { resourceOf, type Right } from '../../shared/tenants/rights.ts';
import { type Endpoints, requireResource } from './endpoints.ts';

interface ConsentRequest {
  readonly clientId: string;
  /** GUID or domain; absent for whichever tenant the administrator signs in to. */
  readonly tenant: string | undefined;
  readonly rights: readonly Right[];
  readonly redirectUri: string;
  readonly state: string;
}

/** @throws UsageError */
export function consentAddress({ tenant, rights, state, ...app }: ConsentRequest, endpoints: Endpoints): string {
  const [resource = 'graph', ...more] = new Set(rights.map(resourceOf));
  // The endpoint of v1, for both, names none.
  if (more.length === 0) requireResource(endpoints, resource);
  return consentUrl({ ...app, ...endpoints }, tenant, rights, state);
}

/** By the number in the description, which came through a browser: good for advice and for nothing else. */
export function meaningOf(error: string, description: string | null) {
  const { code } = readEntrasError(error, description ?? '');
  const { meaning, remedy, owner } = errorMeanings[code];
  return { code, meaning, remedy, owner };
}
