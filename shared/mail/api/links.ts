/** Addresses that answers name. */

import { routePrefix, routes } from '../../names.ts';

/** Where the outcome of a mail job is. */
export function statusLink(
  publicUrl: string,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): string {
  const path = routes.mailJob.replace('{tenant}', tenantId).replace('{id}', () => encodeURIComponent(id));
  return `${publicUrl}/${routePrefix}/${path}`;
}
