/** What a token says, in plain words: its claims without its signature, which is what makes it worth stealing. */

import { decodeJwt } from 'jose';

/** Claims that mean something to whoever sets an app up; the others are Entra's own. */
const meanings: Readonly<Record<string, string>> = {
  aud: 'for which service',
  iss: 'made by',
  tid: 'of which tenant',
  appid: 'for which app',
  azp: 'for which app',
  appidacr: 'how the app proved itself',
  azpacr: 'how the app proved itself',
  oid: 'object id of the enterprise application, for Exchange',
  roles: 'application permissions',
  iat: 'issued',
  nbf: 'valid from',
  exp: 'valid until',
};

const proofs: Readonly<Record<string, string>> = {
  '0': 'not at all',
  '1': 'by a client secret',
  '2': 'by a certificate or federated',
};

/** https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return decodeJwt(token);
}

/** @returns claim, value and meaning of each, in the order above. */
export function explained(claims: Readonly<Record<string, unknown>>, now: number): readonly string[][] {
  return Object.entries(meanings).flatMap(([name, meaning]) =>
    name === 'roles' || name in claims ? [[name, valueOf(name, claims[name], now), meaning]] : [],
  );
}

function valueOf(name: string, value: unknown, now: number): string {
  if (name === 'roles') return Array.isArray(value) && value.length > 0 ? value.join(', ') : 'none';
  if (['iat', 'nbf', 'exp'].includes(name) && typeof value === 'number') {
    const minutes = Math.round((value * 1000 - now) / 60_000);
    return `${new Date(value * 1000).toISOString()}${name === 'exp' ? ` (in ${minutes} minutes)` : ''}`;
  }
  if (name === 'appidacr' || name === 'azpacr') return proofs[String(value)] ?? String(value);
  return String(value);
}
