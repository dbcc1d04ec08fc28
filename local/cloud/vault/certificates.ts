/** Certificates: the public part, its thumbprint, and the policy by which the next version would be made. */

import { createHash, X509Certificate } from 'node:crypto';
import type { VaultCertificate } from '../state.ts';
import { attributes, findObject, objectId, requestedId, type VaultRequest } from './objects.ts';
import { certificateNotFound } from './vault-error.ts';

/** The vault's `x5t` is SHA-1, unlike the `x5t#S256` that a client assertion needs: that one is made from `cer`. */
const thumbprint = (der: string): string => createHash('sha1').update(Buffer.from(der, 'base64')).digest('base64url');

/** https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate */
export function getCertificate(request: VaultRequest): unknown {
  const certificate = findObject(request.state.vaultCertificates, request);
  if (certificate === undefined) throw certificateNotFound(requestedId(request));
  return {
    id: objectId(request, 'certificates', certificate),
    kid: objectId(request, 'keys', certificate),
    sid: objectId(request, 'secrets', certificate),
    x5t: thumbprint(certificate.der),
    cer: certificate.der,
    attributes: attributes(certificate, certificate),
    ...(request.version === undefined && { policy: policy(request, certificate) }),
  };
}

/** https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificates: one item a name, of its newest version. */
export function listCertificates(request: VaultRequest): unknown {
  const names = new Set(request.state.vaultCertificates.map(({ name }) => name));
  const newest = [...names].flatMap((name) => findObject(request.state.vaultCertificates, { ...request, name }) ?? []);
  return page(newest.map((one) => item(`${request.vaultUrl}/certificates/${one.name}`, one)));
}

/**
 * https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-versions. Ordered by version id, which is
 * random: no order is documented, so nobody may take the first or the last for the newest. A name that does not exist has
 * no versions and is no error, as in the tests of https://github.com/Azure/azure-sdk-for-js (sdk/keyvault).
 */
export function listCertificateVersions(request: VaultRequest): unknown {
  const versions = request.state.vaultCertificates
    .filter(({ name }) => name.toLowerCase() === request.name.toLowerCase())
    .sort((a, b) => (a.version < b.version ? -1 : 1));
  return page(versions.map((one) => item(objectId(request, 'certificates', one), one)));
}

const page = (value: unknown[]): unknown => ({ value, nextLink: null });

const item = (id: string, certificate: VaultCertificate): unknown => ({
  id,
  x5t: thumbprint(certificate.der),
  attributes: attributes(certificate, certificate),
  subject: '',
});

/** https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-policy */
function policy({ vaultUrl }: VaultRequest, certificate: VaultCertificate): unknown {
  const x509 = new X509Certificate(Buffer.from(certificate.der, 'base64'));
  const { name, exportable, created, notBefore, expires } = certificate;
  return {
    id: `${vaultUrl}/certificates/${name}/policy`,
    key_props: {
      exportable,
      kty: x509.publicKey.asymmetricKeyType?.toUpperCase(),
      key_size: x509.publicKey.asymmetricKeyDetails?.modulusLength,
      reuse_key: false,
    },
    secret_props: { contentType: 'application/x-pem-file' },
    x509_props: {
      subject: x509.subject,
      sans: {},
      ekus: x509.keyUsage ?? [],
      key_usage: ['digitalSignature'],
      validity_months: Math.round((expires - notBefore) / ((365.25 * 24 * 60 * 60) / 12)),
      basic_constraints: { ca: false },
    },
    lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'EmailContacts' } }],
    issuer: { name: 'Self' },
    attributes: { enabled: true, created, updated: created },
  };
}
