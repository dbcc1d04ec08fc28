/** By what rules the versions of a certificate are made, in the form that Key Vault speaks and in that of the state. */

import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { CloudState, VaultCertificate, VaultCertificatePolicy } from '../state.ts';
import { requireKeySize } from './add-key.ts';
import { isDistinguishedName, keyUsageOf, keyUsages } from './self-signed-certificate.ts';
import { invalidProperty, notImplemented } from './vault-error.ts';
import { isSame, seconds } from './vault-request.ts';

const texts = z.array(z.string()).optional();
const lifetimeAction = z.object({
  trigger: z.object({
    lifetime_percentage: z.int().min(1).max(99).optional(),
    days_before_expiry: z.int().min(1).optional(),
  }),
  action: z.object({ action_type: z.enum(['AutoRenew', 'EmailContacts']) }),
});

/** https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate: CertificatePolicy. */
export const policyBody = z.object({
  key_props: z
    .object({
      exportable: z.boolean().optional(),
      kty: z.enum(['RSA', 'RSA-HSM', 'EC', 'EC-HSM', 'oct', 'oct-HSM']).optional(),
      key_size: z.int().optional(),
      reuse_key: z.boolean().optional(),
    })
    .optional(),
  secret_props: z
    .object({ contentType: z.enum(['application/x-pem-file', 'application/x-pkcs12']).optional() })
    .optional(),
  x509_props: z
    .object({
      subject: z.string().optional(),
      sans: z.object({ dns_names: texts, emails: texts, upns: texts, uris: texts, ip_addresses: texts }).optional(),
      ekus: z.array(z.string().regex(/^[0-2](\.\d{1,15})+$/, 'must be an object identifier')).optional(),
      key_usage: z.array(z.string().refine((name) => keyUsages.has(name), 'must be a key usage')).optional(),
      validity_months: z.int().min(1).max(1200).optional(),
    })
    .optional(),
  lifetime_actions: z.array(lifetimeAction).optional(),
  issuer: z.object({ name: z.string().optional() }).optional(),
});

/** What a policy that says nothing gets, as recorded in azure-sdk-for-js (sdk/keyvault, recording_can_disable_a_certificate.js). */
const defaults = {
  exportable: true,
  keySize: 2048,
  reuseKey: false,
  contentType: 'application/x-pkcs12',
  dnsNames: [],
  emails: [],
  ekus: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  keyUsage: ['digitalSignature', 'keyEncipherment'],
  validityMonths: 12,
  issuer: 'Self',
  lifetimeActions: [{ action: 'AutoRenew', lifetimePercentage: 80 }],
} satisfies Partial<VaultCertificatePolicy>;

/** The rules that hold for a certificate: those that were set, or what its newest version shows. */
export const policyOf = (state: CloudState, certificate: VaultCertificate): VaultCertificatePolicy =>
  state.vaultCertificatePolicies.find(({ name }) => isSame(name, certificate.name)) ?? shownBy(certificate);

/** Reading a certificate takes longer than all the rest of a request. */
const read = new WeakMap<VaultCertificate, VaultCertificatePolicy>();

/** What can be told of a certificate that was put into the vault without a policy. */
export function shownBy(certificate: VaultCertificate): VaultCertificatePolicy {
  const policy = read.get(certificate) ?? readPolicy(certificate);
  read.set(certificate, policy);
  return policy;
}

function readPolicy(certificate: VaultCertificate): VaultCertificatePolicy {
  const { name, der, exportable, contentType = 'application/x-pem-file', created, notBefore, expires } = certificate;
  const x509 = new X509Certificate(Buffer.from(der, 'base64'));
  return {
    ...defaults,
    name,
    exportable,
    contentType,
    keySize: x509.publicKey.asymmetricKeyDetails?.modulusLength ?? defaults.keySize,
    subject: x509.subject,
    ekus: x509.keyUsage ?? [],
    keyUsage: keyUsageOf(der),
    validityMonths: Math.round((expires - notBefore) / ((365.25 * 24 * 60 * 60) / 12)),
    lifetimeActions: [{ action: 'EmailContacts', lifetimePercentage: 80 }],
    created,
    updated: created,
  };
}

/**
 * The rules that a request sets, on top of those that hold.
 *
 * @throws VaultError 400 for a subject that is none and for another key size, 501 for what only the real vault makes.
 */
export function changedPolicy(
  body: z.infer<typeof policyBody>,
  former: VaultCertificatePolicy | undefined,
  { name, now }: { name: string; now: number },
): VaultCertificatePolicy {
  const { key_props: key, secret_props: secret, x509_props: x509Props, issuer, lifetime_actions: actions } = body;
  const names = x509Props?.sans;
  refuseLeftOut(body);
  const policy: VaultCertificatePolicy = {
    ...defaults,
    subject: '',
    created: seconds(now),
    ...former,
    name: former?.name ?? name,
    updated: seconds(now),
    ...given('exportable', key?.exportable),
    ...given('keySize', key?.key_size),
    ...given('reuseKey', key?.reuse_key),
    ...given('contentType', secret?.contentType),
    ...given('subject', x509Props?.subject),
    ...given('dnsNames', names?.dns_names),
    ...given('emails', names?.emails),
    ...given('ekus', x509Props?.ekus),
    ...given('keyUsage', x509Props?.key_usage),
    ...given('validityMonths', x509Props?.validity_months),
    ...(actions !== undefined && { lifetimeActions: actions.map(lifetimeActionOf) }),
    ...(issuer?.name !== undefined && { issuer: 'Self' }),
  };
  requireKeySize(policy.keySize);
  requireSubject(policy);
  return policy;
}

const given = <Field extends keyof VaultCertificatePolicy>(
  field: Field,
  value: VaultCertificatePolicy[Field] | undefined,
): Partial<VaultCertificatePolicy> => (value === undefined ? {} : { [field]: value });

function lifetimeActionOf({ trigger, action }: z.infer<typeof lifetimeAction>) {
  return {
    action: action.action_type,
    ...(trigger.lifetime_percentage !== undefined && { lifetimePercentage: trigger.lifetime_percentage }),
    ...(trigger.days_before_expiry !== undefined && { daysBeforeExpiry: trigger.days_before_expiry }),
  };
}

function refuseLeftOut({ key_props: key, x509_props: x509Props, issuer }: z.infer<typeof policyBody>): void {
  if (key?.kty !== undefined && key.kty !== 'RSA') throw notImplemented(`certificates with keys of type ${key.kty}`);
  if (issuer?.name !== undefined && issuer.name !== 'Self')
    throw notImplemented('certificates of an issuer other than Self');
  const { upns, uris, ip_addresses: addresses } = x509Props?.sans ?? {};
  if (upns?.length || uris?.length || addresses?.length) {
    throw notImplemented('alternative names other than DNS names and email addresses');
  }
}

function requireSubject({ subject, dnsNames, emails }: VaultCertificatePolicy): void {
  if (subject === '' && dnsNames.length + emails.length === 0) throw invalidProperty('no subject');
  if (!isDistinguishedName(subject)) throw invalidProperty('the subject is no distinguished name');
}

/** https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-policy */
export function policyBundle(vaultUrl: string, policy: VaultCertificatePolicy): Record<string, unknown> {
  return {
    id: `${vaultUrl}/certificates/${policy.name}/policy`,
    key_props: {
      exportable: policy.exportable,
      kty: 'RSA',
      key_size: policy.keySize,
      reuse_key: policy.reuseKey,
    },
    secret_props: { contentType: policy.contentType },
    x509_props: {
      subject: policy.subject,
      sans: {
        ...(policy.dnsNames.length > 0 && { dns_names: policy.dnsNames }),
        ...(policy.emails.length > 0 && { emails: policy.emails }),
      },
      ekus: policy.ekus,
      key_usage: policy.keyUsage,
      validity_months: policy.validityMonths,
      basic_constraints: { ca: false },
    },
    lifetime_actions: policy.lifetimeActions.map(({ action, lifetimePercentage, daysBeforeExpiry }) => ({
      trigger: {
        ...(lifetimePercentage !== undefined && { lifetime_percentage: lifetimePercentage }),
        ...(daysBeforeExpiry !== undefined && { days_before_expiry: daysBeforeExpiry }),
      },
      action: { action_type: action },
    })),
    issuer: { name: policy.issuer },
    attributes: { enabled: true, created: policy.created, updated: policy.updated },
  };
}
