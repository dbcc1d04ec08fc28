/** What Entra's redirect says after consent, as far as it can be believed: it comes through a browser. */

import { timingSafeEqual } from 'node:crypto';

export interface ConsentAnswer {
  readonly tenant: string | null;
  readonly error: string | null;
  readonly errorDescription: string | null;
  /** False for an error of v1, which comes without a state: nobody can tell then whose it is. */
  readonly hasState: boolean;
}

/** What came is nobody's answer to this consent: the listener goes on. */
export type Refused = 'no-answer' | 'other-state' | 'no-tenant';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function readAnswer(query: URLSearchParams, state: string): ConsentAnswer | Refused {
  const error = query.get('error');
  const tenant = query.get('tenant');
  if (error === null && tenant === null) return 'no-answer';
  const returned = query.get('state');
  const isOurs = returned !== null && isSame(returned, state);
  if (!isOurs && (returned !== null || error === null)) return 'other-state';
  // `error` comes first: error redirects carry `admin_consent=True` as well.
  if (error !== null) {
    return { tenant, error, errorDescription: query.get('error_description'), hasState: isOurs };
  }
  if (tenant === null || !guid.test(tenant)) return 'no-tenant';
  return { tenant: tenant.toLowerCase(), error: null, errorDescription: null, hasState: true };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
