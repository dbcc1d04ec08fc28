/**
 * The serialised cache of MSAL with all tenants in it, made after the entry of one that it was really asked for. Asking for
 * ten thousand takes MSAL minutes, since each request looks through all entries there are.
 */

import { z } from 'zod';
import { issuedToken } from './issued-token.ts';

const serialized = z.looseObject({ AccessToken: z.record(z.string(), z.looseObject({ secret: z.string() })) });

/** @param made by `TokenCache.serialize()`: one token, of `tenantId`. */
export function cacheOfAll(made: string, tenantId: string, tenantIds: readonly string[]): string {
  const { AccessToken: tokens, ...others } = serialized.parse(JSON.parse(made));
  const entries = Object.entries(tokens);
  const [only] = entries;
  if (only === undefined || entries.length > 1) throw new Error('The cache should hold one token.');
  const [key, entry] = only;
  if (!key.includes(tenantId)) throw new Error('The key of the entry does not name its tenant.');
  const { secret: _, ...rest } = entry;
  const text = JSON.stringify(rest);
  const all = tenantIds.map((id) => [
    key.replaceAll(tenantId, id),
    { ...z.looseObject({}).parse(JSON.parse(text.replaceAll(tenantId, id))), secret: issuedToken(id) },
  ]);
  return JSON.stringify({ ...others, AccessToken: Object.fromEntries(all) });
}
