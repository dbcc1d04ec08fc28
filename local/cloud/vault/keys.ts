/** Keys: the public part for everybody who may read it, their versions, and the making of new ones. */

import { z } from 'zod';
import type { CloudState, VaultKey } from '../state.ts';
import { addKey, keyOperations, keySizeOf } from './add-key.ts';
import { hides } from './deletions.ts';
import { managedByKeyVault, notFound } from './object-error.ts';
import {
  attributes,
  certificateOf,
  isManaged,
  newestOfEach,
  objectId,
  requireObject,
  tagsOf,
  versionsOf,
  type Versioned,
} from './objects.ts';
import { page } from './pages.ts';
import { commonFields, objectFields } from './request-fields.ts';
import { notImplemented } from './vault-error.ts';
import { ok, parsedBody, seconds, type VaultAnswer, type VaultRequest } from './vault-request.ts';

const publicPart = z.object({ n: z.string(), e: z.string() });
const operation = z.enum([...keyOperations, 'import', 'export']);
const createBody = z.object({
  ...commonFields,
  kty: z.enum(['RSA', 'RSA-HSM', 'EC', 'EC-HSM', 'oct', 'oct-HSM']),
  key_size: z.int().optional(),
  key_ops: z.array(operation).optional(),
  // The Fermat primes and 3 are what RSA keys are made with. Which of them a vault takes is not documented.
  public_exponent: z.literal([3, 17, 257, 65537]).optional(),
  release_policy: z.unknown().optional(),
});
const updateBody = z.object({
  ...commonFields,
  key_ops: z.array(operation).optional(),
  release_policy: z.unknown().optional(),
});

/** A certificate's key is enabled and valid as the certificate is. */
export const effectiveKey = (state: CloudState, key: VaultKey): Versioned => certificateOf(state, key) ?? key;

/** https://learn.microsoft.com/rest/api/keyvault/keys/get-key. Disabled keys are shown, unlike secrets. */
export const getKey = (request: VaultRequest): VaultAnswer =>
  ok(keyBundle(request, requireObject(request.state.vaultKeys, request)));

function keyBundle({ state, vaultUrl }: VaultRequest, key: VaultKey): Record<string, unknown> {
  const { n, e } = publicPart.parse(key.jwk);
  return {
    key: { kid: objectId(vaultUrl, 'keys', key), kty: 'RSA', key_ops: key.operations, n, e },
    attributes: attributes(state, effectiveKey(state, key)),
    ...tagsOf(key),
    ...(certificateOf(state, key) !== undefined && { managed: true }),
  };
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/get-keys: one item a name. */
export function listKeys(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl } = request;
  const keys = newestOfEach(state.vaultKeys).filter(({ name }) => !hides(state, 'keys', name));
  return page(
    request,
    keys.map((key) => keyItem(request, key, `${vaultUrl}/keys/${key.name}`)),
  );
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/get-key-versions: none of a name that does not exist. */
export function listKeyVersions(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl, name } = request;
  const versions = hides(state, 'keys', name) ? [] : versionsOf(state.vaultKeys, name);
  return page(
    request,
    versions
      .sort((one, other) => (one.version < other.version ? -1 : 1))
      .map((key) => keyItem(request, key, objectId(vaultUrl, 'keys', key))),
  );
}

export const keyItem = ({ state }: VaultRequest, key: VaultKey, kid: string): Record<string, unknown> => ({
  kid,
  attributes: attributes(state, effectiveKey(state, key)),
  ...tagsOf(key),
  ...(certificateOf(state, key) !== undefined && { managed: true }),
});

/** https://learn.microsoft.com/rest/api/keyvault/keys/create-key */
export async function createKey(request: VaultRequest): Promise<VaultAnswer> {
  const { state, name, now } = request;
  const body = parsedBody(request, createBody);
  if (body.kty !== 'RSA') throw notImplemented(`keys of type ${body.kty}`);
  refuseRelease(body);
  const key = await addKey(state, {
    name,
    now,
    ...objectFields(body),
    ...(body.key_size !== undefined && { keySize: body.key_size }),
    ...(body.key_ops !== undefined && { operations: ownOperations(body.key_ops) }),
    ...(body.public_exponent !== undefined && { publicExponent: body.public_exponent }),
  });
  return ok(keyBundle(request, key));
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/rotate-key: a new version of the same size for the same operations. */
export async function rotateKey(request: VaultRequest): Promise<VaultAnswer> {
  const { state, now } = request;
  const { name, jwk, operations, tags } = requireObject(state.vaultKeys, request);
  const labels = tags === undefined ? {} : { tags };
  return ok(keyBundle(request, await addKey(state, { name, now, keySize: keySizeOf(jwk), operations, ...labels })));
}

/** https://learn.microsoft.com/rest/api/keyvault/keys/update-key: of the newest version where none is named. */
export function updateKey(request: VaultRequest): VaultAnswer {
  const { state, name, now } = request;
  if (isManaged(state, name)) throw managedByKeyVault('keys', 'update');
  const key = requireObject(state.vaultKeys, request);
  const body = parsedBody(request, updateBody);
  refuseRelease(body);
  const operations = body.key_ops === undefined ? {} : { operations: ownOperations(body.key_ops) };
  Object.assign(key, objectFields(body), operations, { updated: seconds(now) });
  return ok(keyBundle(request, key));
}

/** @throws VaultError 501 for what goes beyond a key that stays in the vault. */
function ownOperations(operations: z.infer<typeof operation>[]): VaultKey['operations'] {
  return operations.map((one) => {
    if (one === 'import' || one === 'export') throw notImplemented(`keys for ${one}`);
    return one;
  });
}

function refuseRelease(body: { release_policy?: unknown }): void {
  if (body.release_policy !== undefined) throw notImplemented('key release policies');
}

/** A deleted key, as its deletion and its recovery show it. */
export function newestKeyBundle(request: VaultRequest): Record<string, unknown> {
  const newest = newestOfEach(versionsOf(request.state.vaultKeys, request.name))[0];
  if (newest === undefined) throw notFound('keys', request.name);
  return keyBundle(request, newest);
}
