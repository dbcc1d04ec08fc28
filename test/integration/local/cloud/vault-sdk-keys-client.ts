/**
 * A key from its first version to its purge, through @azure/keyvault-keys as it comes. Run as a process of its own by
 * vault-sdk-lifecycle.test.ts. Prints one line of JSON.
 */

import { createHash } from 'node:crypto';
import { DefaultAzureCredential } from '@azure/identity';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { codeOf } from './vault-sdk-refusal.ts';

const [vaultUrl = ''] = process.argv.slice(2);
const credential = new DefaultAzureCredential();
const options = { disableChallengeResourceVerification: true, retryOptions: { maxRetries: 0 } };
const keys = new KeyClient(vaultUrl, credential, options);
const polling = { intervalInMs: 100 };
const name = 'sdk-key';

const first = await keys.createRsaKey(name, { keySize: 3072, tags: { a: 'b' } });
const second = await keys.rotateKey(name);
const updated = await keys.updateKeyProperties(name, { tags: { c: 'd' } });
const versions: (string | undefined)[] = [];
for await (const { version } of keys.listPropertiesOfKeyVersions(name)) versions.push(version);
const listed: (string | undefined)[] = [];
for await (const one of keys.listPropertiesOfKeys()) listed.push(one.name);

const cryptography = new CryptographyClient(second.id ?? '', credential, options);
const data = Buffer.from('data');
const signatures: Record<string, boolean> = {};
for (const algorithm of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const) {
  const digest = createHash(`sha${algorithm.slice(2)}`)
    .update(data)
    .digest();
  const { result } = await cryptography.sign(algorithm, digest);
  signatures[algorithm] = (await cryptography.verify(algorithm, digest, result)).result;
}
const returned: Record<string, string> = {};
for (const algorithm of ['RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5'] as const) {
  const wrapped = await cryptography.wrapKey(algorithm, data);
  const unwrapped = await cryptography.unwrapKey(algorithm, wrapped.result);
  const encrypted = await cryptography.encrypt({ algorithm, plaintext: data });
  const decrypted = await cryptography.decrypt({ algorithm, ciphertext: encrypted.result });
  returned[algorithm] = `${Buffer.from(unwrapped.result).toString()} ${Buffer.from(decrypted.result).toString()}`;
}

const deleted = await (await keys.beginDeleteKey(name, polling)).pollUntilDone();
const missing = await codeOf(keys.getKey(name));
const taken = await codeOf(keys.createRsaKey(name));
const deletedNames: (string | undefined)[] = [];
for await (const one of keys.listDeletedKeys()) deletedNames.push(one.name);
const recovered = await (await keys.beginRecoverDeletedKey(name, polling)).pollUntilDone();
await (await keys.beginDeleteKey(name, polling)).pollUntilDone();
await keys.purgeDeletedKey(name);

console.log(
  JSON.stringify({
    first: { type: first.keyType, tags: first.properties.tags, bits: (first.key?.n?.length ?? 0) * 8 },
    isNewer: second.properties.version !== first.properties.version,
    updated: updated.properties.tags,
    versions: versions.length,
    listed: listed.includes(name),
    signatures,
    returned,
    deleted: deleted.name,
    missing,
    taken,
    deletedNames: deletedNames.includes(name),
    recovered: recovered.name,
    purged: await codeOf(keys.getDeletedKey(name)),
    elliptic: await codeOf(keys.createEcKey('elliptic')),
  }),
);
