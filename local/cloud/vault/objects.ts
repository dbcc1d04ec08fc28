/** What certificates, keys and secrets of a vault have in common: names, versions, identifiers and attributes. */

import type { CloudState, VaultCertificate } from '../state.ts';
import { hides } from './deletions.ts';
import { notFound } from './object-error.ts';
import { type Collection, isSame, type VaultRequest } from './vault-request.ts';

export interface Versioned {
  name: string;
  version: string;
  /** Epoch seconds. */
  created: number;
  updated?: number;
  enabled?: boolean;
  notBefore?: number;
  expires?: number;
  tags?: Record<string, string>;
}

export const versionsOf = <T extends Versioned>(objects: readonly T[], name: string): T[] =>
  objects.filter((one) => isSame(one.name, name));

/**
 * The newest version, whether it is enabled or not: a version that is disabled is not passed over
 * (https://github.com/Azure/azure-cli/issues/26044, https://github.com/Azure/azure-powershell/issues/14740). Of two that
 * are equally old it is the later.
 */
export const newestOf = <T extends Versioned>(versions: readonly T[]): T | undefined =>
  versions.reduce<T | undefined>((newest, one) => (newest && newest.created > one.created ? newest : one), undefined);

/**
 * The object that a request names; without a version it is the newest.
 *
 * @throws VaultError 404
 */
export function requireObject<T extends Versioned>(objects: readonly T[], request: VaultRequest): T {
  const { state, collection, name, version } = request;
  const versions = hides(state, collection, name) ? [] : versionsOf(objects, name);
  const found = version === undefined ? newestOf(versions) : versions.find((one) => isSame(one.version, version));
  if (found !== undefined) return found;
  throw notFound(collection, version === undefined ? name : `${name}/${version}`);
}

/** The newest version of each name, by name. */
export function newestOfEach<T extends Versioned>(objects: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const one of objects) {
    const name = one.name.toLowerCase();
    const known = newest.get(name);
    if (known === undefined || known.created <= one.created) newest.set(name, one);
  }
  return [...newest].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one);
}

export const objectId = (vaultUrl: string, collection: Collection, { name, version }: Versioned): string =>
  `${vaultUrl}/${collection}/${name}/${version}`;

/** The certificate that a key or a secret belongs to. */
export const certificateOf = (state: CloudState, { name, version }: Versioned): VaultCertificate | undefined =>
  state.vaultCertificates.find((one) => isSame(one.name, name) && isSame(one.version, version));

/** Whether a certificate lays claim to keys and secrets of this name. */
export const isManaged = (state: CloudState, name: string): boolean =>
  [...state.vaultCertificates, ...state.vaultPendingCertificates].some((one) => isSame(one.name, name));

export function attributes(state: CloudState, one: Versioned): Record<string, unknown> {
  const { created, updated = created, enabled = true, notBefore, expires } = one;
  return {
    enabled,
    ...(notBefore !== undefined && { nbf: notBefore }),
    ...(expires !== undefined && { exp: expires }),
    created,
    updated,
    // https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
    recoveryLevel: state.vault?.purgeProtection === true ? 'Recoverable' : 'Recoverable+Purgeable',
    recoverableDays: recoverableDays(state),
  };
}

export const tagsOf = ({ tags }: Versioned): { tags?: Record<string, string> } => (tags === undefined ? {} : { tags });

const recoverableDays = (state: CloudState): number => state.vault?.recoverableDays ?? 90;

export const newVersion = (): string => crypto.randomUUID().replaceAll('-', '');
