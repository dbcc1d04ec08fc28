/**
 * A certificate from its first version to its purge, through @azure/keyvault-certificates as it comes. Run as a process of
 * its own by vault-sdk-lifecycle.test.ts. Prints one line of JSON.
 */

import { DefaultAzureCredential } from '@azure/identity';
import { CertificateClient, type CertificatePolicy } from '@azure/keyvault-certificates';
import { SecretClient } from '@azure/keyvault-secrets';
import { codeOf } from './vault-sdk-refusal.ts';

const [vaultUrl = ''] = process.argv.slice(2);
const credential = new DefaultAzureCredential();
const options = { disableChallengeResourceVerification: true, retryOptions: { maxRetries: 0 } };
const certificates = new CertificateClient(vaultUrl, credential, options);
const secrets = new SecretClient(vaultUrl, credential, options);
const polling = { intervalInMs: 100 };
const name = 'sdk-certificate';

const policy: CertificatePolicy = {
  issuerName: 'Self',
  subject: 'CN=sdk',
  contentType: 'application/x-pem-file',
  exportable: true,
  keySize: 2048,
};
const creation = await certificates.beginCreateCertificate(name, policy, { ...polling, tags: { a: 'b' } });
const first = await creation.pollUntilDone();
const operation = await certificates.getCertificateOperation(name);
const second = await (await certificates.beginCreateCertificate(name, policy, polling)).pollUntilDone();

const versions: (string | undefined)[] = [];
for await (const { version } of certificates.listPropertiesOfCertificateVersions(name)) versions.push(version);
const listed: (string | undefined)[] = [];
for await (const one of certificates.listPropertiesOfCertificates()) listed.push(one.name);

const exported = await secrets.getSecret(name, { version: second.properties.version ?? '' });
const imported = await certificates.importCertificate('imported', Buffer.from(exported.value ?? ''), {
  policy: { ...policy, contentType: 'application/x-pem-file' },
});
await certificates.updateCertificatePolicy(name, { ...policy, validityInMonths: 6 });
const changed = await certificates.getCertificatePolicy(name);
const disabled = await certificates.updateCertificateProperties(name, second.properties.version ?? '', {
  enabled: false,
});
const newest = await certificates.getCertificate(name);
const withheld = await codeOf(secrets.getSecret(name));

const deletion = await certificates.beginDeleteCertificate(name, polling);
const deleted = await deletion.pollUntilDone();
const missing = await codeOf(certificates.getCertificate(name));
const taken = await codeOf(certificates.beginCreateCertificate(name, policy, polling));
const deletedNames: (string | undefined)[] = [];
for await (const one of certificates.listDeletedCertificates()) deletedNames.push(one.name);
const recovered = await (await certificates.beginRecoverDeletedCertificate(name, polling)).pollUntilDone();
await (await certificates.beginDeleteCertificate(name, polling)).pollUntilDone();
await certificates.purgeDeletedCertificate(name);

console.log(
  JSON.stringify({
    first: { tags: first.properties.tags, subject: first.policy?.subject, enabled: first.properties.enabled },
    operation: operation.getOperationState().certificateOperation?.status,
    isNewer: second.properties.version !== first.properties.version,
    versions: versions.length,
    listed: listed.includes(name),
    exported: exported.value?.includes('PRIVATE KEY'),
    imported: Buffer.from(imported.cer ?? []).equals(Buffer.from(second.cer ?? [])),
    months: changed.validityInMonths,
    disabled: [
      disabled.properties.enabled,
      newest.properties.enabled,
      newest.properties.version === second.properties.version,
    ],
    withheld,
    deleted: [deleted.name, deleted.recoveryId?.endsWith(`/deletedcertificates/${name}`)],
    missing,
    taken,
    deletedNames: deletedNames.includes(name),
    recovered: recovered.name,
    purged: await codeOf(certificates.getDeletedCertificate(name)),
  }),
);
