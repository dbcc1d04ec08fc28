/**
 * What an app does with Key Vault, through Microsoft's own clients and nothing else. Run as a process of its own by
 * vault-sdk.test.ts: NODE_EXTRA_CA_CERTS is read at start, and the managed identity client keeps its findings for the
 * life of a process. Prints one line of JSON.
 */

import { createHash } from 'node:crypto';
import { ManagedIdentityCredential } from '@azure/identity';
import { CertificateClient } from '@azure/keyvault-certificates';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';

const [vaultUrl = '', clientId = '', certificateName = '', wrappingKeyName = '', signingInput = '', secret = ''] =
  process.argv.slice(2);

const credential = new ManagedIdentityCredential({ clientId });
// Localhost is no subdomain of the challenge's resource, as every vault in Azure is.
const options = { disableChallengeResourceVerification: true, retryOptions: { maxRetries: 0 } };
const certificates = new CertificateClient(vaultUrl, credential, options);
const keys = new KeyClient(vaultUrl, credential, options);
const cryptography = (keyId = ''): CryptographyClient => new CryptographyClient(keyId, credential, options);
const base64url = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url');

const refusal = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    await call;
    return 'not refused';
  } catch (error) {
    const { statusCode, code } = Object.assign({ statusCode: undefined, code: undefined }, error);
    return { statusCode, code };
  }
};

const certificate = await certificates.getCertificate(certificateName);
const versions: (string | undefined)[] = [];
for await (const { version } of certificates.listPropertiesOfCertificateVersions(certificateName)) {
  versions.push(version);
}
const pinned = await certificates.getCertificateVersion(certificateName, versions[0] ?? '');

const digest = createHash('sha256').update(signingInput).digest();
const signer = cryptography(certificate.keyId);
const signed = await signer.sign('PS256', digest);
const signedData = await signer.signData('RS256', Buffer.from(signingInput));
const signedByNewest = await cryptography(`${vaultUrl}/keys/${certificateName}`).sign('PS256', digest);
const verified = await signer.verify('PS256', digest, signed.result);

const wrappingKey = await keys.getKey(wrappingKeyName);
const wrapper = cryptography(wrappingKey.id);
const wrapped = await wrapper.wrapKey('RSA-OAEP-256', Buffer.from(secret, 'base64url'));
const unwrapped = await wrapper.unwrapKey('RSA-OAEP-256', wrapped.result);

const report = {
  certificate: {
    keyId: certificate.keyId,
    cer: Buffer.from(certificate.cer ?? []).toString('base64'),
    exportable: certificate.policy?.exportable,
    expiresOn: certificate.properties.expiresOn?.getTime(),
  },
  versions,
  pinned: pinned.properties.id,
  signature: { keyId: signed.keyID, PS256: base64url(signed.result), RS256: base64url(signedData.result) },
  newestKeyId: signedByNewest.keyID,
  verified: verified.result,
  wrapped: base64url(wrapped.result),
  unwrapped: base64url(unwrapped.result),
  refusals: {
    missingCertificate: await refusal(certificates.getCertificate('missing')),
    missingKey: await refusal(keys.getKey('missing')),
    wrongAlgorithm: await refusal(signer.sign('ES256', digest)),
    shortDigest: await refusal(signer.sign('PS256', digest.subarray(1))),
    foreignValue: await refusal(wrapper.unwrapKey('RSA-OAEP-256', Buffer.alloc(256, 1))),
  },
};
console.log(JSON.stringify(report));
