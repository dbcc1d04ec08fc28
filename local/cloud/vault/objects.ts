/** What certificates, keys and secrets of a vault have in common: names, versions, identifiers and attributes. */

import type { CloudState } from '../state.ts';

/** One request to an object or a collection, after authentication and authorization. */
export interface VaultRequest {
  readonly state: CloudState;
  /** The vault's own URL, without a trailing slash: identifiers begin with it. */
  readonly vaultUrl: string;
  /** Empty where a collection is asked for. */
  readonly name: string;
  /** Undefined where the newest version is meant. */
  readonly version: string | undefined;
  /** @throws SyntaxError when the body is no JSON. */
  body(): Promise<unknown>;
}

interface Versioned {
  name: string;
  version: string;
  /** Epoch seconds. */
  created: number;
}

/** The object that a request names; without a version it is the newest. Names and versions know no case. */
export function findObject<T extends Versioned>(objects: readonly T[], request: VaultRequest): T | undefined {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  return objects
    .filter(({ name, version }) => same(name, request.name) && same(version, request.version ?? version))
    .reduce<T | undefined>((newest, one) => (newest && newest.created > one.created ? newest : one), undefined);
}

/** How the service names the object of a request in a 404. */
export const requestedId = ({ name, version }: VaultRequest): string =>
  version === undefined ? name : `${name}/${version}`;

export const objectId = (
  { vaultUrl }: VaultRequest,
  collection: 'certificates' | 'keys' | 'secrets',
  { name, version }: Versioned,
): string => `${vaultUrl}/${collection}/${name}/${version}`;

/** @param validity of the certificate, which its key and secret share; a key of its own has none. */
export const attributes = (
  { created }: Versioned,
  validity?: { notBefore: number; expires: number },
): Record<string, unknown> => ({
  enabled: true,
  ...(validity && { nbf: validity.notBefore, exp: validity.expires }),
  created,
  updated: created,
  recoveryLevel: 'Recoverable',
  recoverableDays: 90,
});
