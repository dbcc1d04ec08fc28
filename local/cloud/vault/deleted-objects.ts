/** The operations of soft delete, the same for certificates, keys and secrets. */

import type { VaultCertificate, VaultDeletion, VaultKey, VaultSecret } from '../state.ts';
import { certificateBundle, certificateItem } from './certificates.ts';
import { purge, recover, requireDeleted, softDelete } from './deletions.ts';
import { keyItem, newestKeyBundle } from './keys.ts';
import { managedByKeyVault, purgeProtected } from './object-error.ts';
import { isManaged, newestOf, versionsOf } from './objects.ts';
import { page } from './pages.ts';
import { newestSecretBundle, secretItem } from './secrets.ts';
import { ok, type Collection, type VaultAnswer, type VaultRequest } from './vault-request.ts';

const bundles = { certificates: certificateBundle, keys: newestKeyBundle, secrets: newestSecretBundle };

/** https://learn.microsoft.com/rest/api/keyvault/secrets/delete-secret: all versions, never one of them. */
export function deleteObject(request: VaultRequest): VaultAnswer {
  const { state, collection, name, now } = request;
  requireOwnLife(request, 'delete');
  const deletion = softDelete(state, collection, name, now);
  return ok(deletedBundle(request, deletion));
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secret */
export function getDeletedObject(request: VaultRequest): VaultAnswer {
  const { state, collection, name, now } = request;
  return ok(deletedBundle(request, requireDeleted(state, collection, name, now)));
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secrets */
export function listDeletedObjects(request: VaultRequest): VaultAnswer {
  const { state, collection, now } = request;
  const deletions = state.vaultDeletions
    .filter((one) => one.collection === collection && one.settledAt <= now && one.recoveredAt === undefined)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  return page(
    request,
    deletions.flatMap((deletion) => deletedItem(request, deletion)),
  );
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/recover-deleted-secret */
export function recoverObject(request: VaultRequest): VaultAnswer {
  const { state, collection, name, now } = request;
  requireOwnLife(request, 'recover');
  recover(state, collection, name, now);
  return ok(bundles[collection](request));
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/purge-deleted-secret */
export function purgeObject(request: VaultRequest): VaultAnswer {
  const { state, collection, name, now } = request;
  requireOwnLife(request, 'purge');
  if (state.vault?.purgeProtection === true) throw purgeProtected();
  purge(state, collection, name, now);
  return { status: 204 };
}

function requireOwnLife({ state, collection, name }: VaultRequest, operation: string): void {
  if (collection !== 'certificates' && isManaged(state, name)) throw managedByKeyVault(collection, operation);
}

const deletedBundle = (request: VaultRequest, deletion: VaultDeletion): Record<string, unknown> => ({
  ...deletionFields(request, deletion),
  ...bundles[request.collection](request),
});

const deletionFields = (
  { vaultUrl }: VaultRequest,
  { collection, name, deletedAt, scheduledPurge }: VaultDeletion,
) => ({
  recoveryId: `${vaultUrl}/deleted${collection}/${name}`,
  deletedDate: deletedAt,
  scheduledPurgeDate: scheduledPurge,
});

/** None for a certificate that has no version yet. */
function deletedItem(request: VaultRequest, deletion: VaultDeletion): Record<string, unknown>[] {
  const item = itemOf(request, deletion);
  return item === undefined ? [] : [{ ...deletionFields(request, deletion), ...item }];
}

function itemOf(request: VaultRequest, { collection, name }: VaultDeletion): Record<string, unknown> | undefined {
  const { state, vaultUrl } = request;
  const id = `${vaultUrl}/${collection}/${name}`;
  const newest = <T extends VaultCertificate | VaultKey | VaultSecret>(objects: readonly T[]): T | undefined =>
    newestOf(versionsOf(objects, name));
  if (collection === 'keys') {
    const key = newest(state.vaultKeys);
    return key && keyItem(request, key, id);
  }
  const certificate = newest(state.vaultCertificates);
  if (collection === 'certificates') return certificate && certificateItem(request, certificate, id);
  const secret = newest(state.vaultSecrets) ?? certificate;
  return secret && secretItem(request, secret, id);
}

/** What a path below `deletedcertificates`, `deletedkeys` and `deletedsecrets` is about. */
export const deletedCollections: Record<string, Collection> = {
  deletedcertificates: 'certificates',
  deletedkeys: 'keys',
  deletedsecrets: 'secrets',
};
