/** Refusals about one object of the vault: not there, deleted, disabled, or not for this. */

import { VaultError } from './vault-error.ts';
import type { Collection } from './vault-request.ts';

const nouns = { certificates: 'certificate', keys: 'key', secrets: 'secret' } as const;

const capital = (noun: string): string => `${noun.slice(0, 1).toUpperCase()}${noun.slice(1)}`;

/** @param id name, or name and version, as it was asked for. */
export function notFound(collection: Collection, id: string): VaultError {
  const noun = nouns[collection];
  return new VaultError({
    status: 404,
    code: `${capital(noun)}NotFound`,
    message:
      `A ${noun} with (name/id) ${id} was not found in this key vault. If you recently deleted this ${noun} you may be ` +
      'able to recover it using the correct recovery command. For help resolving this issue, please see ' +
      'https://go.microsoft.com/fwlink/?linkid=2125182',
    reason: `no ${noun} ${id}`,
  });
}

/** As recorded in https://github.com/Azure/azure-sdk-for-js (sdk/keyvault, recording_can_get_a_deleted_secret.js). */
export function deletedNotFound(collection: Collection, name: string): VaultError {
  const noun = capital(nouns[collection]);
  return new VaultError({
    status: 404,
    code: `${noun}NotFound`,
    message: `Deleted ${noun} not found: ${name}`,
    reason: `no deleted ${nouns[collection]} ${name}`,
  });
}

/** https://github.com/Azure/azure-sdk-for-cpp (sdk/keyvault, key_client_delete_test_live.cpp) has this and the next sentence. */
export function deletedButRecoverable(collection: Collection, name: string): VaultError {
  const noun = nouns[collection];
  return conflict(
    `${capital(noun)} ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this ` +
      `state, the ${noun} can only be recovered or purged.`,
    'ObjectIsDeletedButRecoverable',
  );
}

/** What makes something new of a name while it is still on its way out, or back. */
export function notRecreatedWhile(doing: 'deleted' | 'recovered', collection: Collection, name: string): VaultError {
  const noun = capital(nouns[collection]);
  // For the second: https://github.com/hashicorp/terraform-provider-azurerm/issues/12285.
  return conflict(
    `${noun} ${name} is currently being ${doing} and cannot be re-created; retry later.`,
    doing === 'deleted' ? 'ObjectIsBeingDeleted' : 'ObjectIsBeingRecovered',
  );
}

/** Purged or recovered too early: https://github.com/hashicorp/terraform-provider-azurerm/issues/10454. */
export const beingDeleted = (collection: Collection): VaultError =>
  conflict(`${capital(nouns[collection])} is currently being deleted.`, 'ObjectIsBeingDeleted');

/** A certificate lays claim to the key and the secret of its name. The sentence is this cloud's own. */
export const nameTaken = (collection: Collection, name: string): VaultError =>
  conflict(`A ${nouns[collection]} with the name ${name} already exists and is not managed by a certificate.`);

function conflict(message: string, innerCode?: string): VaultError {
  const inner = innerCode === undefined ? {} : { innerCode };
  return new VaultError({ status: 409, code: 'Conflict', message, ...inner, reason: innerCode ?? 'name taken' });
}

/** https://github.com/hashicorp/terraform-provider-azurerm/issues/13012 and https://github.com/Azure/sap-automation/pull/200. */
export const purgeProtected = (): VaultError =>
  new VaultError({
    status: 403,
    code: 'Forbidden',
    message:
      'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will ' +
      'automatically purge it after the retention period has passed.\r\nVault: local;location=westeurope',
    reason: 'purge protection',
  });

/**
 * The key and the secret of a certificate live and die with it:
 * https://github.com/hashicorp/terraform-provider-azurerm/issues/5659 for `set` on a secret.
 */
export const managedByKeyVault = (collection: 'keys' | 'secrets', operation: string): VaultError =>
  forbidden(
    `${capital(nouns[collection])}ManagedByKeyVault`,
    `Operation "${operation}" is not allowed as this object's lifetime is managed by Key Vault.`,
    `the certificate's own: ${operation}`,
  );

/** https://github.com/Azure/azure-sdk-for-js/issues/24756 for secrets, azure-sdk-for-python issue 45342 for keys. */
export const disabled = (collection: 'keys' | 'secrets', operation: string): VaultError =>
  forbidden(
    `${capital(nouns[collection])}Disabled`,
    `Operation ${operation} is not allowed on a disabled ${nouns[collection]}.`,
    `disabled: ${operation}`,
  );

/** The key itself does not take the operation, whatever the caller's role: https://github.com/Azure/azure-sdk-for-net/issues/11518. */
export const keyOperationForbidden = (operation: string): VaultError =>
  forbidden(
    'KeyOperationForbidden',
    `Operation ${operation} is not permitted on this key.`,
    `the key does not allow ${operation}`,
  );

/**
 * Outside of its `nbf` and `exp` a key only decrypts, unwraps and verifies:
 * https://learn.microsoft.com/azure/key-vault/keys/about-keys-details (date-time controlled operations). The status is
 * documented, code and sentence are this cloud's own.
 */
export const keyOutsideValidity = (operation: string): VaultError =>
  forbidden(
    'KeyNotYetValidOrExpired',
    `Operation ${operation} is not allowed outside the key's validity period.`,
    `the key is not valid now: ${operation}`,
  );

function forbidden(innerCode: string, message: string, reason: string): VaultError {
  return new VaultError({ status: 403, code: 'Forbidden', message, innerCode, reason });
}
