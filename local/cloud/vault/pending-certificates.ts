/**
 * Certificates in the making: https://learn.microsoft.com/azure/key-vault/certificates/create-certificate-scenarios. With
 * the issuer Self it takes the real vault some seconds, and this one as long as it is told.
 */

import { z } from 'zod';
import type { CloudState, VaultPendingCertificate } from '../state.ts';
import {
  keepVersion,
  keyOf,
  makeVersion,
  newestVersion,
  requireOwnName,
  setPolicy,
} from './add-certificate-version.ts';
import { changedPolicy, policyBody, policyOf } from './certificate-policy.ts';
import { hides } from './deletions.ts';
import { commonFields, objectFields } from './request-fields.ts';
import { VaultError } from './vault-error.ts';
import { isSame, ok, parsedBody, seconds, type VaultAnswer, type VaultRequest } from './vault-request.ts';

const createBody = z.object({ ...commonFields, policy: policyBody.optional() });
const updateBody = z.object({ cancellation_requested: z.boolean() });
/** What the real vault asks for while a certificate is in the making. */
const RETRY_AFTER = { 'Retry-After': '10' };

/** https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate. Without a policy the one that holds. */
export async function createCertificate(request: VaultRequest): Promise<VaultAnswer> {
  const { state, name, now, vaultUrl, query } = request;
  const body = parsedBody(request, createBody);
  const former = newestVersion(state, name);
  const policy = changedPolicy(body.policy ?? {}, former && policyOf(state, former), { name, now });
  requireOwnName(state, name, now);
  requireNoPending(state, name);
  const key = former === undefined ? undefined : keyOf(state, former);
  const made = await makeVersion({ ...policy, issuer: 'Self' }, { now, former: key });
  // Another request may have been faster while the key was made.
  requireOwnName(state, name, now);
  requireNoPending(state, name);
  setPolicy(state, { ...policy, issuer: 'Self' });
  const { enabled, tags } = objectFields(body);
  const pending: VaultPendingCertificate = {
    name: policy.name,
    requestId: made.certificate.version,
    csr: made.csr,
    status: 'inProgress',
    cancellationRequested: false,
    readyAt: now + (state.vault?.certificateMilliseconds ?? 0),
    certificate: {
      ...made.certificate,
      ...(enabled !== undefined && { enabled }),
      ...(tags !== undefined && { tags }),
    },
    key: made.key,
  };
  state.vaultPendingCertificates = [
    ...state.vaultPendingCertificates.filter((one) => !isSame(one.name, name)),
    pending,
  ];
  const version = query.get('api-version') ?? '';
  const location = `${vaultUrl}/certificates/${pending.name}/pending?api-version=${version}&request_id=${pending.requestId}`;
  return { status: 202, body: operationBundle(vaultUrl, pending), headers: { ...RETRY_AFTER, Location: location } };
}

/** https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-operation */
export function getCertificateOperation(request: VaultRequest): VaultAnswer {
  const pending = requirePending(request);
  const answer = ok(operationBundle(request.vaultUrl, pending));
  return pending.status === 'inProgress' ? { ...answer, headers: RETRY_AFTER } : answer;
}

/** https://learn.microsoft.com/rest/api/keyvault/certificates/update-certificate-operation: the one change is to cancel it. */
export function updateCertificateOperation(request: VaultRequest): VaultAnswer {
  const pending = requirePending(request);
  const body = parsedBody(request, updateBody);
  if (pending.status === 'inProgress') pending.cancellationRequested = body.cancellation_requested;
  return ok(operationBundle(request.vaultUrl, pending));
}

/** https://learn.microsoft.com/rest/api/keyvault/certificates/delete-certificate-operation: nothing comes of it any more. */
export function deleteCertificateOperation(request: VaultRequest): VaultAnswer {
  const { state, vaultUrl, name } = request;
  const pending = requirePending(request);
  const answer = ok(operationBundle(vaultUrl, pending));
  if (newestVersion(state, name) === undefined) pending.status = 'deleted';
  else state.vaultPendingCertificates = state.vaultPendingCertificates.filter((one) => one !== pending);
  return answer;
}

export function pendingOf(state: CloudState, name: string): VaultPendingCertificate | undefined {
  return state.vaultPendingCertificates.find((one) => isSame(one.name, name));
}

/** As recorded in azure-sdk-for-js (sdk/keyvault, recording_can_read_cancel_and_delete_a_certificates_operation.js). */
function requirePending({ state, name }: VaultRequest): VaultPendingCertificate {
  const pending = hides(state, 'certificates', name) ? undefined : pendingOf(state, name);
  if (pending !== undefined && pending.status !== 'deleted') return pending;
  throw new VaultError({
    status: 404,
    code: 'PendingCertificateNotFound',
    message: `Pending certificate not found: ${name}`,
    reason: 'no pending certificate',
  });
}

/** https://learn.microsoft.com/azure/key-vault/certificates/create-certificate-scenarios, with its unusual code. */
export function requireNoPending(state: CloudState, name: string): void {
  if (pendingOf(state, name)?.status !== 'inProgress') return;
  throw new VaultError({
    status: 409,
    code: 'Forbidden',
    message:
      "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
    reason: 'a version is in the making',
  });
}

/** Makes versions of what is ready by now. */
export function completeCertificates(state: CloudState, now: number): void {
  for (const pending of state.vaultPendingCertificates) {
    if (pending.status !== 'inProgress' || pending.readyAt > now) continue;
    const { certificate, key } = pending;
    pending.status = pending.cancellationRequested ? 'cancelled' : 'completed';
    if (pending.status === 'cancelled' || certificate === undefined || key === undefined) continue;
    const created = seconds(pending.readyAt);
    keepVersion(state, { certificate: { ...certificate, created }, key: { ...key, created } });
    delete pending.certificate;
    delete pending.key;
  }
}

function operationBundle(vaultUrl: string, pending: VaultPendingCertificate): Record<string, unknown> {
  const { name, csr, status, cancellationRequested, requestId } = pending;
  return {
    id: `${vaultUrl}/certificates/${name}/pending`,
    issuer: { name: 'Self' },
    csr,
    cancellation_requested: cancellationRequested,
    status,
    ...(status === 'inProgress' && {
      status_details:
        'Pending certificate created. Certificate request is in progress. This may take some time based on the issuer ' +
        'provider. Please check again later.',
    }),
    ...(status === 'completed' && { target: `${vaultUrl}/certificates/${name}` }),
    request_id: requestId,
  };
}
