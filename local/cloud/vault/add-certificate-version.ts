/** Makes self-signed versions of certificates, for the vault's own operation, the seed file and the control API. */

import { X509Certificate } from 'node:crypto';
import type { CloudState, VaultCertificate, VaultCertificatePolicy, VaultKey } from '../state.ts';
import { changedPolicy, policyOf } from './certificate-policy.ts';
import { requireFreeName } from './deletions.ts';
import { nameTaken } from './object-error.ts';
import { isManaged, newestOf, newVersion, versionsOf } from './objects.ts';
import {
  type CertificateProfile,
  makeSelfSignedCertificate,
  type SelfSignedCertificate,
} from './self-signed-certificate.ts';
import { invalidProperty } from './vault-error.ts';
import { isSame, seconds } from './vault-request.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** A new certificate is valid since ten minutes ago, as recorded in azure-sdk-for-js (sdk/keyvault). */
const BACKDATED_SECONDS = 600;

export interface NewCertificateVersion {
  name: string;
  /** What is left out is as in the version before, and in a first version as Key Vault's defaults are. */
  exportable?: boolean;
  contentType?: 'application/x-pem-file' | 'application/x-pkcs12';
  keySize?: number;
  /** Distinguished name; `CN=` and the certificate's name in a first version if not given. */
  subject?: string;
  dnsNames?: string[];
  validityDays?: number;
  enabled?: boolean;
  tags?: Record<string, string>;
  /** Epoch milliseconds. */
  now?: number;
}

/**
 * A new certificate, or a new version of the certificate of that name; with its key, and so with its secret.
 *
 * @throws VaultError 400 for a subject or a size that is none, 409 for a deleted name.
 */
export async function addCertificateVersion(
  state: CloudState,
  options: NewCertificateVersion,
): Promise<VaultCertificate> {
  const { name, exportable, contentType, keySize, subject, dnsNames, validityDays, now = Date.now() } = options;
  const former = newestVersion(state, name);
  const body = {
    key_props: { exportable, key_size: keySize },
    secret_props: { contentType },
    x509_props: { subject: subject ?? (former ? undefined : `CN=${name}`), sans: { dns_names: dnsNames } },
  };
  const policy = changedPolicy(body, former && policyOf(state, former), { name, now });
  requireOwnName(state, name, now);
  const made = await makeVersion(policy, {
    now,
    ...(former !== undefined && { former: keyOf(state, former) }),
    ...(validityDays !== undefined && { validityDays }),
  });
  requireOwnName(state, name, now);
  setPolicy(state, policy);
  return keepVersion(state, made, {
    ...(options.enabled !== undefined && { enabled: options.enabled }),
    ...(options.tags !== undefined && { tags: options.tags }),
  });
}

export interface MadeVersion {
  certificate: VaultCertificate;
  key: VaultKey;
  csr: string;
}

/** By a policy, without keeping it. A key that is to be used again is taken from the version before. */
export async function makeVersion(
  policy: VaultCertificatePolicy,
  { now, validityDays, former }: { now: number; validityDays?: number; former?: VaultKey | undefined },
): Promise<MadeVersion> {
  const created = seconds(now);
  const notBefore = created - BACKDATED_SECONDS;
  const expires =
    validityDays === undefined ? monthsAfter(created, policy.validityMonths) : created + validityDays * DAY_SECONDS;
  const { der, csr, privateJwk } = await readable({
    subject: policy.subject,
    keySize: policy.keySize,
    notBefore: new Date(Math.min(notBefore, expires) * 1000),
    notAfter: new Date(expires * 1000),
    keyUsage: policy.keyUsage,
    ekus: policy.ekus,
    dnsNames: policy.dnsNames,
    emails: policy.emails,
    ...(policy.reuseKey && former !== undefined && { key: former.jwk }),
  });
  const { name, exportable, contentType } = policy;
  const version = newVersion();
  return {
    csr,
    certificate: { name, version, der, exportable, contentType, created, notBefore, expires },
    key: { name, version, jwk: privateJwk, operations: operationsOf(policy.keyUsage), created },
  };
}

/**
 * Some names are taken by the library that makes certificates, and by none that reads them.
 *
 * @throws VaultError 400
 */
async function readable(profile: CertificateProfile): Promise<SelfSignedCertificate> {
  try {
    const made = await makeSelfSignedCertificate(profile);
    new X509Certificate(Buffer.from(made.der, 'base64')).toString();
    return made;
  } catch {
    throw invalidProperty('the policy describes no certificate');
  }
}

export function keepVersion(
  state: CloudState,
  { certificate, key }: Pick<MadeVersion, 'certificate' | 'key'>,
  more: { enabled?: boolean; tags?: Record<string, string> } = {},
): VaultCertificate {
  const kept = { ...certificate, ...more };
  state.vaultKeys.push(key);
  state.vaultCertificates.push(kept);
  return kept;
}

export function setPolicy(state: CloudState, policy: VaultCertificatePolicy): void {
  const others = state.vaultCertificatePolicies.filter(({ name }) => !isSame(name, policy.name));
  state.vaultCertificatePolicies = [...others, policy];
}

export const newestVersion = (state: CloudState, name: string): VaultCertificate | undefined =>
  newestOf(versionsOf(state.vaultCertificates, name));

export const keyOf = (state: CloudState, { name, version }: VaultCertificate): VaultKey | undefined =>
  versionsOf(state.vaultKeys, name).find((one) => isSame(one.version, version));

/** @throws VaultError 409 for a name that is deleted, or that a key or a secret of its own has. */
export function requireOwnName(state: CloudState, name: string, now: number): void {
  requireFreeName(state, 'certificates', name, now);
  requireFreeName(state, 'keys', name, now);
  requireFreeName(state, 'secrets', name, now);
  if (isManaged(state, name)) return;
  if (versionsOf(state.vaultKeys, name).length > 0) throw nameTaken('keys', name);
  if (versionsOf(state.vaultSecrets, name).length > 0) throw nameTaken('secrets', name);
}

function monthsAfter(start: number, months: number): number {
  const date = new Date(start * 1000);
  return seconds(date.setUTCMonth(date.getUTCMonth() + months));
}

/** https://learn.microsoft.com/azure/key-vault/certificates/about-certificates: mapping of key usage to key operations. */
export function operationsOf(keyUsage: readonly string[]): VaultKey['operations'] {
  const operations = keyUsage.flatMap((usage) => operationsByUsage[usage] ?? []);
  return [...new Set(operations)];
}

const operationsByUsage: Record<string, VaultKey['operations']> = {
  digitalSignature: ['sign', 'verify'],
  nonRepudiation: ['sign', 'verify'],
  keyCertSign: ['sign', 'verify'],
  cRLSign: ['sign', 'verify'],
  keyEncipherment: ['wrapKey', 'unwrapKey'],
  dataEncipherment: ['encrypt', 'decrypt'],
  encipherOnly: ['encrypt'],
  decipherOnly: ['decrypt'],
};
