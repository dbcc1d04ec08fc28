/** The secret that stands behind a certificate. The local vault keeps no other secrets. */

import { X509Certificate } from 'node:crypto';
import { attributes, findObject, objectId, requestedId, type VaultRequest } from './objects.ts';
import { notImplemented, secretNotFound } from './vault-error.ts';

/**
 * https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret. The secret of a non-exportable certificate holds the
 * certificate and no private key: https://learn.microsoft.com/azure/key-vault/certificates/about-certificates.
 */
export function getSecret(request: VaultRequest): unknown {
  const certificate = findObject(request.state.vaultCertificates, request);
  if (certificate === undefined) throw secretNotFound(requestedId(request));
  // Leaving out a private key that the real secret holds would be a lie, so nothing is answered at all.
  if (certificate.exportable) throw notImplemented('requests for the private key of an exportable certificate');
  return {
    value: new X509Certificate(Buffer.from(certificate.der, 'base64')).toString(),
    contentType: 'application/x-pem-file',
    id: objectId(request, 'secrets', certificate),
    managed: true,
    attributes: attributes(certificate, certificate),
    kid: objectId(request, 'keys', certificate),
  };
}
