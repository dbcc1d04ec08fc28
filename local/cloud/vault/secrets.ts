/** Secrets: those that were set, and the one that stands behind each version of a certificate. */

import { z } from 'zod';
import type { CloudState, VaultCertificate, VaultSecret } from '../state.ts';
import { certificateContentType, certificateSecret } from './certificate-secret.ts';
import { hides } from './deletions.ts';
import { disabled, managedByKeyVault, notFound } from './object-error.ts';
import { attributes, isManaged, newestOfEach, objectId, requireObject, tagsOf, versionsOf } from './objects.ts';
import { page } from './pages.ts';
import { commonFields, objectFields } from './request-fields.ts';
import { setSecret as keepSecret } from './set-secret.ts';
import { invalidProperty } from './vault-error.ts';
import { ok, parsedBody, seconds, type VaultAnswer, type VaultRequest } from './vault-request.ts';

/** 25 KB and 255 characters: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets. */
const mostBytes = 25 * 1024;
const contentType = z.string().max(255).optional();
const setBody = z.object({
  ...commonFields,
  value: z.string().refine((value) => Buffer.byteLength(value) <= mostBytes, 'too long'),
  contentType,
});
const updateBody = z.object({ ...commonFields, contentType });

type AnySecret = VaultSecret | VaultCertificate;

const isCertificate = (secret: AnySecret): secret is VaultCertificate => 'der' in secret;

const allSecrets = (state: CloudState): AnySecret[] => [...state.vaultSecrets, ...state.vaultCertificates];

/**
 * https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret. `nbf` and `exp` are for information, so that an expired
 * secret is given all the same (https://github.com/Azure/AzureKeyVault/issues/19); a disabled one is not.
 */
export function getSecret(request: VaultRequest): VaultAnswer {
  const secret = requireObject(allSecrets(request.state), request);
  if (secret.enabled === false) throw disabled('secrets', 'get');
  const wanted = request.query.get('outContentType');
  const value = isCertificate(secret)
    ? certificateSecret(request.state, secret, wanted)
    : requireOwnForm(secret, wanted);
  return ok({ value, ...secretBundle(request, secret), ...(wanted !== null && { contentType: wanted }) });
}

/** Only a certificate's PKCS#12 can be had in another form. */
function requireOwnForm(secret: VaultSecret, wanted: string | null): string {
  if (wanted === null) return secret.value;
  throw invalidProperty('outContentType of a secret that is no certificate');
}

/** Everything but the value. */
function secretBundle(request: VaultRequest, secret: AnySecret): Record<string, unknown> {
  return { id: objectId(request.vaultUrl, 'secrets', secret), ...description(request, secret) };
}

function description({ state, vaultUrl }: VaultRequest, secret: AnySecret): Record<string, unknown> {
  const type = isCertificate(secret) ? certificateContentType(secret) : secret.contentType;
  return {
    ...(type !== undefined && { contentType: type }),
    attributes: attributes(state, secret),
    ...tagsOf(secret),
    ...(isCertificate(secret) && { kid: objectId(vaultUrl, 'keys', secret), managed: true }),
  };
}

export function secretItem(request: VaultRequest, secret: AnySecret, id: string): Record<string, unknown> {
  const { kid: _kid, ...item } = { kid: undefined, ...description(request, secret) };
  return { id, ...item };
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets: one item a name, of its newest version. */
export function listSecrets(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl } = request;
  const secrets = newestOfEach(allSecrets(state)).filter(({ name }) => !hides(state, 'secrets', name));
  return page(
    request,
    secrets.map((secret) => secretItem(request, secret, `${vaultUrl}/secrets/${secret.name}`)),
  );
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret-versions: none of a name that does not exist. */
export function listSecretVersions(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl, name } = request;
  const versions = hides(state, 'secrets', name) ? [] : versionsOf(allSecrets(state), name);
  return page(
    request,
    versions
      .sort((one, other) => (one.version < other.version ? -1 : 1))
      .map((secret) => secretItem(request, secret, objectId(vaultUrl, 'secrets', secret))),
  );
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret */
export function setSecret(request: VaultRequest): VaultAnswer {
  const { state, name, now } = request;
  const body = parsedBody(request, setBody);
  const type = body.contentType === undefined ? {} : { contentType: body.contentType };
  const secret = keepSecret(state, { name, value: body.value, now, ...type, ...objectFields(body) });
  return ok({ value: secret.value, ...secretBundle(request, secret) });
}

/** https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret: the value stays, and is not given. */
export function updateSecret(request: VaultRequest): VaultAnswer {
  const { state, name, now } = request;
  if (isManaged(state, name)) throw managedByKeyVault('secrets', 'update');
  const secret = requireObject(state.vaultSecrets, request);
  const body = parsedBody(request, updateBody);
  Object.assign(secret, objectFields(body), { updated: seconds(now) });
  if (body.contentType !== undefined) secret.contentType = body.contentType;
  return ok(secretBundle(request, secret));
}

/** A deleted secret, as its deletion and its recovery show it. */
export function newestSecretBundle(request: VaultRequest): Record<string, unknown> {
  const newest = newestOfEach(versionsOf(allSecrets(request.state), request.name))[0];
  if (newest === undefined) throw notFound('secrets', request.name);
  return secretBundle(request, newest);
}
