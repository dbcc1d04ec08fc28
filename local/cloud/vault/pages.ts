/** Lists in pages of at most 25: https://learn.microsoft.com/rest/api/keyvault/keys/get-keys. */

import { badParameter } from './vault-error.ts';
import { ok, type VaultAnswer, type VaultRequest } from './vault-request.ts';

const MOST = 25;

/** @throws VaultError 400; the sentences are this cloud's own. */
export function page({ query, vaultUrl, path }: VaultRequest, items: readonly unknown[]): VaultAnswer {
  const size = numberOf(query, 'maxresults', MOST);
  const from = numberOf(query, '$skiptoken', 0);
  if (size < 1 || size > MOST) throw badParameter(`maxresults must be between 1 and ${MOST}.`, 'invalid maxresults');
  const next = new URLSearchParams({
    'api-version': query.get('api-version') ?? '',
    $skiptoken: String(from + size),
    maxresults: String(size),
  });
  return ok({
    value: items.slice(from, from + size),
    nextLink: from + size < items.length ? `${vaultUrl}/${path}?${next.toString()}` : null,
  });
}

function numberOf(query: URLSearchParams, parameter: string, otherwise: number): number {
  const text = query.get(parameter);
  if (text === null || text === '') return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw badParameter(`${parameter} is invalid.`, `invalid ${parameter}`);
}
