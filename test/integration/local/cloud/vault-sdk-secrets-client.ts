/**
 * A secret from its first version to its purge, through @azure/keyvault-secrets as it comes. Run as a process of its own
 * by vault-sdk-lifecycle.test.ts. Prints one line of JSON.
 */

import { DefaultAzureCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { codeOf } from './vault-sdk-refusal.ts';

const [vaultUrl = ''] = process.argv.slice(2);
const options = { disableChallengeResourceVerification: true, retryOptions: { maxRetries: 0 } };
const secrets = new SecretClient(vaultUrl, new DefaultAzureCredential(), options);
const polling = { intervalInMs: 100 };
const name = 'sdk-secret';

const expiresOn = new Date('2030-01-01T00:00:00Z');
const first = await secrets.setSecret(name, 'one', { contentType: 'text/plain', expiresOn, tags: { a: 'b' } });
await secrets.setSecret(name, 'two');
const newest = await secrets.getSecret(name);
const older = await secrets.getSecret(name, { version: first.properties.version ?? '' });
const versions: (string | undefined)[] = [];
for await (const { version } of secrets.listPropertiesOfSecretVersions(name)) versions.push(version);
for (let number = 0; number < 30; number += 1) await secrets.setSecret(`many-${number}`, 'x');
const listed: string[] = [];
for await (const one of secrets.listPropertiesOfSecrets()) listed.push(one.name);
const updated = await secrets.updateSecretProperties(name, newest.properties.version ?? '', { enabled: false });
const withheld = await codeOf(secrets.getSecret(name));

const deleted = await (await secrets.beginDeleteSecret(name, polling)).pollUntilDone();
const missing = await codeOf(secrets.getSecret(name));
const taken = await codeOf(secrets.setSecret(name, 'three'));
const deletedNames: string[] = [];
for await (const one of secrets.listDeletedSecrets()) deletedNames.push(one.name);
const recovered = await (await secrets.beginRecoverDeletedSecret(name, polling)).pollUntilDone();
await (await secrets.beginDeleteSecret(name, polling)).pollUntilDone();
await secrets.purgeDeletedSecret(name);

console.log(
  JSON.stringify({
    first: [
      older.value,
      older.properties.contentType,
      older.properties.expiresOn?.toISOString(),
      older.properties.tags,
    ],
    newest: newest.value,
    versions: versions.length,
    listed: listed.filter((one) => one.startsWith('many-')).length,
    updated: updated.enabled,
    withheld,
    deleted: deleted.name,
    missing,
    taken,
    deletedNames: deletedNames.includes(name),
    recovered: recovered.name,
    purged: await codeOf(secrets.getDeletedSecret(name)),
  }),
);
