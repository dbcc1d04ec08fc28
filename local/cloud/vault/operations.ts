/** Which of Key Vault's operations a request means, and those that the real vault has and this one leaves out. */

import type { DataAction } from './authorization.ts';
import { getCertificate, listCertificates, listCertificateVersions } from './certificates.ts';
import { getKey, refuseOperation, sign, unwrapKey, verify, wrapKey } from './keys.ts';
import type { VaultRequest } from './objects.ts';
import { getSecret } from './secrets.ts';
import { notImplemented, operationNotAllowed, type VaultError } from './vault-error.ts';

interface Operation {
  /** What the journal calls it. */
  name: string;
  action: DataAction;
  answer(request: VaultRequest): unknown;
}

const certificate: Operation = { name: 'getCertificate', action: 'certificates/read', answer: getCertificate };
const key: Operation = { name: 'getKey', action: 'keys/read', answer: getKey };
const secret: Operation = { name: 'getSecret', action: 'secrets/getSecret/action', answer: getSecret };

const objectOperations: Record<string, Operation> = {
  'GET certificates': certificate,
  'GET keys': key,
  'GET secrets': secret,
  'GET certificates versions': {
    name: 'listCertificateVersions',
    action: 'certificates/read',
    answer: listCertificateVersions,
  },
  'POST keys sign': { name: 'sign', action: 'keys/sign/action', answer: sign },
  'POST keys verify': { name: 'verify', action: 'keys/verify/action', answer: verify },
  'POST keys wrapkey': { name: 'wrapKey', action: 'keys/wrap/action', answer: wrapKey },
  'POST keys unwrapkey': { name: 'unwrapKey', action: 'keys/unwrap/action', answer: unwrapKey },
  'POST keys encrypt': {
    name: 'encrypt',
    action: 'keys/encrypt/action',
    answer: (request) => refuseOperation(request, 'encrypt'),
  },
  'POST keys decrypt': {
    name: 'decrypt',
    action: 'keys/decrypt/action',
    answer: (request) => refuseOperation(request, 'decrypt'),
  },
};

const collectionOperations: Record<string, Operation> = {
  'GET certificates': { name: 'listCertificates', action: 'certificates/read', answer: listCertificates },
};

/** What Key Vault has besides, by method and operation. */
const leftOut = [
  'GET versions',
  'GET policy',
  'GET pending',
  'GET rotationpolicy',
  'POST create',
  'POST import',
  'POST backup',
  'POST rotate',
  'POST release',
];

export interface Target {
  collection: string;
  name: string;
  version: string | undefined;
  /** What follows name and version: an operation, known or not. */
  suffix: string;
  operation: Operation | undefined;
}

/**
 * Reads `/{collection}/{name}/{version}/{operation}`, where all but the first may be missing. Empty segments count for
 * nothing: the SDK asks for the newest version with a trailing slash, and signs with it through `/keys/{name}//sign`.
 */
export function targetOf(method: string, path: string): Target {
  const [collection = '', name = '', ...rest] = path.split('/').filter((segment) => segment !== '');
  const version = /^[0-9a-f]{32}$/i.test(rest[0] ?? '') ? rest.shift() : undefined;
  const suffix = rest.join('/');
  const operation =
    name === ''
      ? collectionOperations[`${method} ${collection}`]
      : objectOperations[`${method} ${collection} ${suffix.toLowerCase()}`.trimEnd()];
  return { collection, name, version, suffix, operation };
}

/** Why nothing answers a target without an operation. */
export function unknownOperation(method: string, { collection, name, suffix }: Target): VaultError {
  const isVaults = ['certificates', 'keys', 'secrets'].includes(collection);
  const changes = ['PUT', 'PATCH', 'DELETE'].includes(method) && name !== '';
  const lists = method === 'GET' && name === '';
  const known = isVaults && (changes || lists || leftOut.includes(`${method} ${suffix.toLowerCase()}`));
  return known ? notImplemented(`${method} requests of this kind`) : operationNotAllowed(method, suffix);
}
