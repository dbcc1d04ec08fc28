/** How the pages name the two sides: who asks, and the organisation that is asked. */

import type { Vendor } from '../../vendor-settings.ts';

/** At the beginning of a sentence. */
export function asker({ name }: Vendor): string {
  return name ?? 'The app that invited you';
}

/** Within a sentence. */
export function theAsker({ name }: Vendor): string {
  return name ?? 'whoever invited you';
}

/** An organisation by the name that the operator wrote; an id is no name. */
export function organisationName({ domain }: { readonly domain?: string }): string {
  return domain ?? 'your organisation';
}
