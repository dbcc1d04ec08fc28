/** Which of Key Vault's operations a request means, by its method and its path. */

import {
  getCertificate,
  getCertificatePolicy,
  listCertificates,
  listCertificateVersions,
  updateCertificate,
  updateCertificatePolicy,
} from './certificates.ts';
import {
  deletedCollections,
  deleteObject,
  getDeletedObject,
  listDeletedObjects,
  purgeObject,
  recoverObject,
} from './deleted-objects.ts';
import { importCertificate } from './import-certificate.ts';
import { decryptFor, encryptFor, sign, verify } from './key-operations.ts';
import { createKey, getKey, listKeys, listKeyVersions, rotateKey, updateKey } from './keys.ts';
import { leftOut } from './left-out.ts';
import {
  createCertificate,
  deleteCertificateOperation,
  getCertificateOperation,
  updateCertificateOperation,
} from './pending-certificates.ts';
import type { DataAction } from './roles.ts';
import { getSecret, listSecrets, listSecretVersions, setSecret, updateSecret } from './secrets.ts';
import { methodNotAllowed, notImplemented, operationNotAllowed, type VaultError } from './vault-error.ts';
import type { Collection, VaultAnswer, VaultRequest } from './vault-request.ts';

interface Operation {
  /** What the journal calls it. */
  name: string;
  action: DataAction;
  answer(request: VaultRequest): VaultAnswer | Promise<VaultAnswer>;
  /** Whether a version may stand in the path. */
  versioned: boolean;
}

const operation = (
  name: string,
  action: DataAction,
  answer: Operation['answer'],
  versioned?: 'versioned',
): Operation => ({ name, action, answer, versioned: versioned !== undefined });

/** By method, first segment of the path, and what follows name and version. */
const objectOperations: Record<string, Operation> = {
  'GET certificates': operation('getCertificate', 'certificates/read', getCertificate, 'versioned'),
  'PATCH certificates': operation('updateCertificate', 'certificates/update/action', updateCertificate, 'versioned'),
  'DELETE certificates': operation('deleteCertificate', 'certificates/delete', deleteObject),
  'GET certificates versions': operation('listCertificateVersions', 'certificates/read', listCertificateVersions),
  'GET certificates policy': operation('getCertificatePolicy', 'certificates/read', getCertificatePolicy),
  'PATCH certificates policy': operation(
    'updateCertificatePolicy',
    'certificates/update/action',
    updateCertificatePolicy,
  ),
  'POST certificates create': operation('createCertificate', 'certificates/create/action', createCertificate),
  'POST certificates import': operation('importCertificate', 'certificates/import/action', importCertificate),
  'GET certificates pending': operation('getCertificateOperation', 'certificates/read', getCertificateOperation),
  'PATCH certificates pending': operation(
    'updateCertificateOperation',
    'certificates/update/action',
    updateCertificateOperation,
  ),
  'DELETE certificates pending': operation(
    'deleteCertificateOperation',
    'certificates/update/action',
    deleteCertificateOperation,
  ),
  'GET deletedcertificates': operation('getDeletedCertificate', 'certificates/read', getDeletedObject),
  'POST deletedcertificates recover': operation(
    'recoverDeletedCertificate',
    'certificates/recover/action',
    recoverObject,
  ),
  'DELETE deletedcertificates': operation('purgeDeletedCertificate', 'certificates/purge/action', purgeObject),
  'GET keys': operation('getKey', 'keys/read', getKey, 'versioned'),
  'PATCH keys': operation('updateKey', 'keys/update/action', updateKey, 'versioned'),
  'DELETE keys': operation('deleteKey', 'keys/delete', deleteObject),
  'GET keys versions': operation('listKeyVersions', 'keys/read', listKeyVersions),
  'POST keys create': operation('createKey', 'keys/create/action', createKey),
  'POST keys rotate': operation('rotateKey', 'keys/rotate/action', rotateKey),
  'POST keys sign': operation('sign', 'keys/sign/action', sign, 'versioned'),
  'POST keys verify': operation('verify', 'keys/verify/action', verify, 'versioned'),
  'POST keys wrapkey': operation('wrapKey', 'keys/wrap/action', encryptFor('wrapKey'), 'versioned'),
  'POST keys unwrapkey': operation('unwrapKey', 'keys/unwrap/action', decryptFor('unwrapKey'), 'versioned'),
  'POST keys encrypt': operation('encrypt', 'keys/encrypt/action', encryptFor('encrypt'), 'versioned'),
  'POST keys decrypt': operation('decrypt', 'keys/decrypt/action', decryptFor('decrypt'), 'versioned'),
  'GET deletedkeys': operation('getDeletedKey', 'keys/read', getDeletedObject),
  'POST deletedkeys recover': operation('recoverDeletedKey', 'keys/recover/action', recoverObject),
  'DELETE deletedkeys': operation('purgeDeletedKey', 'keys/purge/action', purgeObject),
  'GET secrets': operation('getSecret', 'secrets/getSecret/action', getSecret, 'versioned'),
  'PUT secrets': operation('setSecret', 'secrets/setSecret/action', setSecret),
  'PATCH secrets': operation('updateSecret', 'secrets/update/action', updateSecret, 'versioned'),
  'DELETE secrets': operation('deleteSecret', 'secrets/delete', deleteObject),
  'GET secrets versions': operation('listSecretVersions', 'secrets/readMetadata/action', listSecretVersions),
  // The operation is documented to need what getting a secret needs.
  'GET deletedsecrets': operation('getDeletedSecret', 'secrets/getSecret/action', getDeletedObject),
  'POST deletedsecrets recover': operation('recoverDeletedSecret', 'secrets/recover/action', recoverObject),
  'DELETE deletedsecrets': operation('purgeDeletedSecret', 'secrets/purge/action', purgeObject),
};

const collectionOperations: Record<string, Operation> = {
  'GET certificates': operation('listCertificates', 'certificates/read', listCertificates),
  'GET keys': operation('listKeys', 'keys/read', listKeys),
  'GET secrets': operation('listSecrets', 'secrets/readMetadata/action', listSecrets),
  'GET deletedcertificates': operation('listDeletedCertificates', 'certificates/read', listDeletedObjects),
  'GET deletedkeys': operation('listDeletedKeys', 'keys/read', listDeletedObjects),
  'GET deletedsecrets': operation('listDeletedSecrets', 'secrets/readMetadata/action', listDeletedObjects),
};

export interface Target {
  method: string;
  /** The first segment of the path. */
  root: string;
  collection: Collection;
  name: string;
  version: string | undefined;
  /** What follows name and version: an operation, known or not. */
  suffix: string;
  operation: Operation | undefined;
}

const collections = new Map<string, Collection>([
  ['certificates', 'certificates'],
  ['keys', 'keys'],
  ['secrets', 'secrets'],
  ...Object.entries(deletedCollections),
]);

/**
 * Reads `/{root}/{name}/{version}/{operation}`, where all but the first may be missing. Empty segments count for nothing:
 * the SDK asks for the newest version with a trailing slash, and signs with it through `/keys/{name}//sign`.
 */
export function targetOf(method: string, path: string): Target {
  const [root = '', name = '', ...rest] = path.split('/').filter((segment) => segment !== '');
  const version = /^[0-9a-f]{32}$/i.test(rest[0] ?? '') ? rest.shift() : undefined;
  const suffix = rest.join('/');
  const key = `${method} ${root} ${suffix.toLowerCase()}`.trimEnd();
  const found = name === '' ? collectionOperations[key] : objectOperations[key];
  const isLeftOut = leftOut(method, root, name, suffix) !== undefined;
  const isMeant = !isLeftOut && (version === undefined || found?.versioned === true);
  const collection = collections.get(root) ?? 'secrets';
  return { method, root, collection, name, version, suffix, operation: isMeant ? found : undefined };
}

/** Why nothing answers a target without an operation. */
export function unknownOperation({ method, root, name, version, suffix }: Target): VaultError {
  const missing = leftOut(method, root, name, suffix);
  if (missing !== undefined) return notImplemented(missing);
  if (collections.has(root) && name === '' && suffix === '') return methodNotAllowed(method);
  // A version where none may stand is taken for an operation as well.
  return operationNotAllowed(method, objectOperations[`${method} ${root}`] && suffix === '' ? (version ?? '') : suffix);
}
