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
  versioned?: true;
}

/** By method, first segment of the path, and what follows name and version. */
const objectOperations: Record<string, Operation> = {
  'GET certificates': { name: 'getCertificate', action: 'certificates/read', answer: getCertificate, versioned: true },
  'PATCH certificates': {
    name: 'updateCertificate',
    action: 'certificates/update/action',
    answer: updateCertificate,
    versioned: true,
  },
  'DELETE certificates': { name: 'deleteCertificate', action: 'certificates/delete', answer: deleteObject },
  'GET certificates versions': {
    name: 'listCertificateVersions',
    action: 'certificates/read',
    answer: listCertificateVersions,
  },
  'GET certificates policy': {
    name: 'getCertificatePolicy',
    action: 'certificates/read',
    answer: getCertificatePolicy,
  },
  'PATCH certificates policy': {
    name: 'updateCertificatePolicy',
    action: 'certificates/update/action',
    answer: updateCertificatePolicy,
  },
  'POST certificates create': {
    name: 'createCertificate',
    action: 'certificates/create/action',
    answer: createCertificate,
  },
  'POST certificates import': {
    name: 'importCertificate',
    action: 'certificates/import/action',
    answer: importCertificate,
  },
  'GET certificates pending': {
    name: 'getCertificateOperation',
    action: 'certificates/read',
    answer: getCertificateOperation,
  },
  'PATCH certificates pending': {
    name: 'updateCertificateOperation',
    action: 'certificates/update/action',
    answer: updateCertificateOperation,
  },
  'DELETE certificates pending': {
    name: 'deleteCertificateOperation',
    action: 'certificates/update/action',
    answer: deleteCertificateOperation,
  },
  'GET deletedcertificates': {
    name: 'getDeletedCertificate',
    action: 'certificates/read',
    answer: getDeletedObject,
  },
  'POST deletedcertificates recover': {
    name: 'recoverDeletedCertificate',
    action: 'certificates/recover/action',
    answer: recoverObject,
  },
  'DELETE deletedcertificates': {
    name: 'purgeDeletedCertificate',
    action: 'certificates/purge/action',
    answer: purgeObject,
  },
  'GET keys': { name: 'getKey', action: 'keys/read', answer: getKey, versioned: true },
  'PATCH keys': { name: 'updateKey', action: 'keys/update/action', answer: updateKey, versioned: true },
  'DELETE keys': { name: 'deleteKey', action: 'keys/delete', answer: deleteObject },
  'GET keys versions': { name: 'listKeyVersions', action: 'keys/read', answer: listKeyVersions },
  'POST keys create': { name: 'createKey', action: 'keys/create/action', answer: createKey },
  'POST keys rotate': { name: 'rotateKey', action: 'keys/rotate/action', answer: rotateKey },
  'POST keys sign': { name: 'sign', action: 'keys/sign/action', answer: sign, versioned: true },
  'POST keys verify': { name: 'verify', action: 'keys/verify/action', answer: verify, versioned: true },
  'POST keys wrapkey': {
    name: 'wrapKey',
    action: 'keys/wrap/action',
    answer: encryptFor('wrapKey'),
    versioned: true,
  },
  'POST keys unwrapkey': {
    name: 'unwrapKey',
    action: 'keys/unwrap/action',
    answer: decryptFor('unwrapKey'),
    versioned: true,
  },
  'POST keys encrypt': {
    name: 'encrypt',
    action: 'keys/encrypt/action',
    answer: encryptFor('encrypt'),
    versioned: true,
  },
  'POST keys decrypt': {
    name: 'decrypt',
    action: 'keys/decrypt/action',
    answer: decryptFor('decrypt'),
    versioned: true,
  },
  'GET deletedkeys': { name: 'getDeletedKey', action: 'keys/read', answer: getDeletedObject },
  'POST deletedkeys recover': { name: 'recoverDeletedKey', action: 'keys/recover/action', answer: recoverObject },
  'DELETE deletedkeys': { name: 'purgeDeletedKey', action: 'keys/purge/action', answer: purgeObject },
  'GET secrets': { name: 'getSecret', action: 'secrets/getSecret/action', answer: getSecret, versioned: true },
  'PUT secrets': { name: 'setSecret', action: 'secrets/setSecret/action', answer: setSecret },
  'PATCH secrets': { name: 'updateSecret', action: 'secrets/update/action', answer: updateSecret, versioned: true },
  'DELETE secrets': { name: 'deleteSecret', action: 'secrets/delete', answer: deleteObject },
  'GET secrets versions': {
    name: 'listSecretVersions',
    action: 'secrets/readMetadata/action',
    answer: listSecretVersions,
  },
  // The operation is documented to need what getting a secret needs.
  'GET deletedsecrets': { name: 'getDeletedSecret', action: 'secrets/getSecret/action', answer: getDeletedObject },
  'POST deletedsecrets recover': {
    name: 'recoverDeletedSecret',
    action: 'secrets/recover/action',
    answer: recoverObject,
  },
  'DELETE deletedsecrets': { name: 'purgeDeletedSecret', action: 'secrets/purge/action', answer: purgeObject },
};

const collectionOperations: Record<string, Operation> = {
  'GET certificates': { name: 'listCertificates', action: 'certificates/read', answer: listCertificates },
  'GET keys': { name: 'listKeys', action: 'keys/read', answer: listKeys },
  'GET secrets': { name: 'listSecrets', action: 'secrets/readMetadata/action', answer: listSecrets },
  'GET deletedcertificates': {
    name: 'listDeletedCertificates',
    action: 'certificates/read',
    answer: listDeletedObjects,
  },
  'GET deletedkeys': { name: 'listDeletedKeys', action: 'keys/read', answer: listDeletedObjects },
  'GET deletedsecrets': {
    name: 'listDeletedSecrets',
    action: 'secrets/readMetadata/action',
    answer: listDeletedObjects,
  },
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
  const operation = isLeftOut || (version !== undefined && found?.versioned !== true) ? undefined : found;
  return { method, root, collection: collections.get(root) ?? 'secrets', name, version, suffix, operation };
}

/** Why nothing answers a target without an operation. */
export function unknownOperation({ method, root, name, version, suffix }: Target): VaultError {
  const missing = leftOut(method, root, name, suffix);
  if (missing !== undefined) return notImplemented(missing);
  if (collections.has(root) && name === '' && suffix === '') return methodNotAllowed(method);
  // A version where none may stand is taken for an operation as well.
  return operationNotAllowed(method, objectOperations[`${method} ${root}`] && suffix === '' ? (version ?? '') : suffix);
}
