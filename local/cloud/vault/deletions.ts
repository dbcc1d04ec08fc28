/**
 * Soft delete: what is deleted is hidden, can be recovered for as long as the vault keeps it, and is gone when it is
 * purged or its time is over. A certificate takes its key and its secret with it:
 * https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview.
 */

import type { CloudState, VaultDeletion } from '../state.ts';
import { beingDeleted, deletedButRecoverable, deletedNotFound, notFound, notRecreatedWhile } from './object-error.ts';
import { type Collection, isSame, seconds } from './vault-request.ts';

const DAY_SECONDS = 24 * 60 * 60;

const deletionOf = (state: CloudState, collection: Collection, name: string): VaultDeletion | undefined =>
  state.vaultDeletions.find((one) => one.collection === collection && isSame(one.name, name));

/** Whether a name is deleted: every version of it, from the moment of the request until it is recovered. */
export const hides = (state: CloudState, collection: Collection, name: string): boolean =>
  deletionOf(state, collection, name) !== undefined;

/** @throws VaultError 409 when a name that was deleted is still taken. */
export function requireFreeName(state: CloudState, collection: Collection, name: string, now: number): void {
  const deletion = deletionOf(state, collection, name);
  if (deletion === undefined) return;
  if (deletion.recoveredAt !== undefined) throw notRecreatedWhile('recovered', collection, name);
  if (deletion.settledAt > now) throw notRecreatedWhile('deleted', collection, name);
  throw deletedButRecoverable(collection, name);
}

/** @throws VaultError 404 for a name that is not deleted, or not yet. */
export function requireDeleted(state: CloudState, collection: Collection, name: string, now: number): VaultDeletion {
  const deletion = deletionOf(state, collection, name);
  if (deletion === undefined || deletion.settledAt > now || deletion.recoveredAt !== undefined) {
    throw deletedNotFound(collection, name);
  }
  return deletion;
}

/**
 * Deletes all versions of a name.
 *
 * @throws VaultError 404
 */
export function softDelete(state: CloudState, collection: Collection, name: string, now = Date.now()): VaultDeletion {
  const known = namesIn(state, collection).find((one) => isSame(one, name));
  if (known === undefined || hides(state, collection, name)) throw notFound(collection, name);
  const deletion: VaultDeletion = {
    collection,
    name: known,
    deletedAt: seconds(now),
    scheduledPurge: seconds(now) + (state.vault?.recoverableDays ?? 90) * DAY_SECONDS,
    settledAt: now + (state.vault?.softDeleteMilliseconds ?? 0),
  };
  for (const one of together(collection)) state.vaultDeletions.push({ ...deletion, collection: one });
  return deletion;
}

/**
 * Gives a deleted name back, with all its versions.
 *
 * @throws VaultError 404 for a name that is not deleted, 409 while it is still being deleted.
 */
export function recover(state: CloudState, collection: Collection, name: string, now = Date.now()): void {
  requireSettled(state, collection, name, now);
  const recoveredAt = now + (state.vault?.softDeleteMilliseconds ?? 0);
  for (const one of together(collection)) {
    const deletion = deletionOf(state, one, name);
    if (deletion !== undefined) deletion.recoveredAt = recoveredAt;
  }
  endDeletions(state, now);
}

/**
 * Forgets a deleted name for ever.
 *
 * @throws VaultError as `recover` does.
 */
export function purge(state: CloudState, collection: Collection, name: string, now = Date.now()): void {
  requireSettled(state, collection, name, now);
  for (const one of together(collection)) forget(state, one, name);
}

/** Recovers and purges what is due by now. */
export function endDeletions(state: CloudState, now: number): void {
  for (const { collection, name, scheduledPurge } of [...state.vaultDeletions]) {
    if (scheduledPurge * 1000 <= now) forget(state, collection, name);
  }
  state.vaultDeletions = state.vaultDeletions.filter(({ recoveredAt = Infinity }) => recoveredAt > now);
}

/** Nothing that is not deleted can be recovered: it is `notFound`, as recorded in azure-sdk-for-js (sdk/keyvault). */
function requireSettled(state: CloudState, collection: Collection, name: string, now: number): void {
  const deletion = deletionOf(state, collection, name);
  if (deletion === undefined) throw notFound(collection, name);
  if (deletion.recoveredAt !== undefined) throw notRecreatedWhile('recovered', collection, name);
  if (deletion.settledAt > now) throw beingDeleted(collection);
}

const together = (collection: Collection): Collection[] =>
  collection === 'certificates' ? ['certificates', 'keys', 'secrets'] : [collection];

function namesIn(state: CloudState, collection: Collection): string[] {
  const objects = { certificates: state.vaultCertificates, keys: state.vaultKeys, secrets: state.vaultSecrets };
  const pending = collection === 'certificates' ? state.vaultPendingCertificates : [];
  return [...objects[collection], ...pending].map(({ name }) => name);
}

function forget(state: CloudState, collection: Collection, name: string): void {
  const others = (one: { name: string }): boolean => !isSame(one.name, name);
  state.vaultDeletions = state.vaultDeletions.filter((one) => one.collection !== collection || others(one));
  if (collection === 'keys') state.vaultKeys = state.vaultKeys.filter(others);
  if (collection === 'secrets') state.vaultSecrets = state.vaultSecrets.filter(others);
  if (collection !== 'certificates') return;
  state.vaultCertificates = state.vaultCertificates.filter(others);
  state.vaultCertificatePolicies = state.vaultCertificatePolicies.filter(others);
  state.vaultPendingCertificates = state.vaultPendingCertificates.filter(others);
}
