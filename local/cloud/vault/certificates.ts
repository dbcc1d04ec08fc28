/** Certificates: the public part, its thumbprint, and the policy by which the next version is made. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { VaultCertificate, VaultPendingCertificate } from '../state.ts';
import { newestVersion, setPolicy } from './add-certificate-version.ts';
import { changedPolicy, policyBody, policyBundle, policyOf } from './certificate-policy.ts';
import { hides } from './deletions.ts';
import { notFound } from './object-error.ts';
import { attributes, newestOfEach, objectId, requireObject, tagsOf, versionsOf } from './objects.ts';
import { page } from './pages.ts';
import { pendingOf } from './pending-certificates.ts';
import { commonFields, objectFields } from './request-fields.ts';
import { ok, parsedBody, seconds, type VaultAnswer, type VaultRequest } from './vault-request.ts';

const updateBody = z.object({ ...commonFields, policy: policyBody.optional() });

/** The vault's `x5t` is SHA-1, unlike the `x5t#S256` that a client assertion needs: that one is made from `cer`. */
export const thumbprint = (der: string): string =>
  createHash('sha1').update(Buffer.from(der, 'base64')).digest('base64url');

/** https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate. Disabled versions are shown. */
export const getCertificate = (request: VaultRequest): VaultAnswer => {
  const { state, name, version } = request;
  if (version !== undefined) return ok(versionBundle(request, requireVersion(request)));
  if (hides(state, 'certificates', name)) throw notFound('certificates', name);
  return ok(certificateBundle(request));
};

const requireVersion = (request: VaultRequest): VaultCertificate =>
  requireObject(request.state.vaultCertificates, request);

/**
 * The newest version with the policy. A certificate whose first version is still in the making is shown without a key,
 * disabled, as recorded in azure-sdk-for-js (sdk/keyvault, recording_can_read_cancel_and_delete_a_certificates_operation.js).
 */
export function certificateBundle(request: VaultRequest): Record<string, unknown> {
  const { state, vaultUrl, name } = request;
  const newest = newestVersion(state, name);
  const pending = pendingOf(state, name);
  const shown = newest ?? (pending?.certificate && { ...pending.certificate, enabled: false });
  if (shown === undefined) throw notFound('certificates', name);
  return {
    ...(newest === undefined ? placeholder(request, shown) : versionBundle(request, newest)),
    policy: policyBundle(vaultUrl, policyOf(state, shown)),
  };
}

function placeholder(request: VaultRequest, certificate: VaultCertificate): Record<string, unknown> {
  const { state, vaultUrl } = request;
  return {
    id: objectId(vaultUrl, 'certificates', certificate),
    attributes: attributes(state, certificate),
    ...pendingLink(request, certificate),
  };
}

function versionBundle(request: VaultRequest, certificate: VaultCertificate): Record<string, unknown> {
  const { state, vaultUrl } = request;
  return {
    id: objectId(vaultUrl, 'certificates', certificate),
    kid: objectId(vaultUrl, 'keys', certificate),
    sid: objectId(vaultUrl, 'secrets', certificate),
    x5t: thumbprint(certificate.der),
    cer: certificate.der,
    attributes: attributes(state, certificate),
    ...tagsOf(certificate),
    ...(request.version === undefined && pendingLink(request, certificate)),
  };
}

function pendingLink({ state, vaultUrl }: VaultRequest, { name }: VaultCertificate): { pending?: { id: string } } {
  const pending = pendingOf(state, name);
  if (pending === undefined || pending.status === 'deleted') return {};
  return { pending: { id: `${vaultUrl}/certificates/${pending.name}/pending` } };
}

/**
 * https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificates: one item a name, of its newest version;
 * with `includePending=true` those as well that have none yet.
 */
export function listCertificates(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl, query } = request;
  const wanted = query.get('includePending')?.toLowerCase() === 'true';
  const pending = wanted ? state.vaultPendingCertificates.flatMap((one) => firstVersion(request, one)) : [];
  const certificates = newestOfEach([...state.vaultCertificates, ...pending]).filter(
    ({ name }) => !hides(state, 'certificates', name),
  );
  return page(
    request,
    certificates.map((one) => certificateItem(request, one, `${vaultUrl}/certificates/${one.name}`)),
  );
}

function firstVersion({ state }: VaultRequest, { name, certificate }: VaultPendingCertificate): VaultCertificate[] {
  if (certificate === undefined || newestVersion(state, name) !== undefined) return [];
  return [{ ...certificate, enabled: false }];
}

/**
 * https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-versions. Ordered by version id, which is
 * random: no order is documented, so nobody may take the first or the last for the newest. A name that does not exist has
 * no versions and is no error, as in the tests of https://github.com/Azure/azure-sdk-for-js (sdk/keyvault).
 */
export function listCertificateVersions(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl, name } = request;
  const versions = hides(state, 'certificates', name) ? [] : versionsOf(state.vaultCertificates, name);
  return page(
    request,
    versions
      .sort((one, other) => (one.version < other.version ? -1 : 1))
      .map((one) => certificateItem(request, one, objectId(vaultUrl, 'certificates', one))),
  );
}

export const certificateItem = (
  { state }: VaultRequest,
  certificate: VaultCertificate,
  id: string,
): Record<string, unknown> => ({
  id,
  x5t: thumbprint(certificate.der),
  attributes: attributes(state, certificate),
  subject: '',
  ...tagsOf(certificate),
});

/**
 * https://learn.microsoft.com/rest/api/keyvault/certificates/update-certificate: `enabled`, tags and the policy. `nbf` and
 * `exp` stand in the certificate itself.
 */
export function updateCertificate(request: VaultRequest): VaultAnswer {
  const { state, now, name, version } = request;
  const certificate = requireVersion(request);
  const body = parsedBody(request, updateBody);
  if (body.policy !== undefined)
    setPolicy(state, changedPolicy(body.policy, policyOf(state, certificate), { name, now }));
  const { enabled, tags } = objectFields(body);
  Object.assign(certificate, { ...(enabled !== undefined && { enabled }), ...(tags !== undefined && { tags }) });
  certificate.updated = seconds(now);
  return ok(version === undefined ? certificateBundle(request) : versionBundle(request, certificate));
}

/** https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-policy */
export const getCertificatePolicy = (request: VaultRequest): VaultAnswer =>
  ok(policyBundle(request.vaultUrl, policyOf(request.state, requireVersion(request))));

/** https://learn.microsoft.com/rest/api/keyvault/certificates/update-certificate-policy: for the versions to come. */
export function updateCertificatePolicy(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl, name, now } = request;
  const former = policyOf(state, requireVersion(request));
  const policy = changedPolicy(parsedBody(request, policyBody), former, { name, now });
  setPolicy(state, policy);
  return ok(policyBundle(vaultUrl, policy));
}
