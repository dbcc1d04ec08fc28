/** What the app says when its identity lacks a role in the vault: which one, and on what. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { vaultCall } from '../../../../../shared/adapters/vault/vault-call.ts';
import { vaultClients } from '../../../../../shared/adapters/vault/vault-clients.ts';
import { startTestCloud, vendor } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const [identity] = cloud.state.identities;
assert.ok(identity);
identity.vaultRoles = [];

const { keys, secrets, certificates, cryptography } = vaultClients(cloud.urls.vault, managedIdentity(cloud));
const { certificateName, wrappingKeyName } = vendor;

const calls: [what: string, on: string, role: string, call: () => Promise<unknown>][] = [
  ['a key to be read', `key ${wrappingKeyName}`, 'Key Vault Crypto User', () => keys.getKey(wrappingKeyName)],
  [
    'a key to wrap with, whose reading the SDK does without',
    `key ${wrappingKeyName}`,
    'Key Vault Crypto User',
    () => cryptography(`${cloud.urls.vault}/keys/${wrappingKeyName}`).wrapKey('RSA-OAEP-256', new Uint8Array(32)),
  ],
  [
    'a page of the versions of a certificate',
    `certificate ${certificateName}`,
    'Key Vault Reader',
    () => certificates.listPropertiesOfCertificateVersions(certificateName).next(),
  ],
  ['a secret', 'secret mail', 'Key Vault Secrets User', () => secrets.getSecret('mail')],
  ['the list of all keys', 'every key of the vault', 'Key Vault Crypto User', () => keys.listPropertiesOfKeys().next()],
];

describe('for want of a role', () => {
  for (const [what, on, role, call] of calls) {
    test(`${what} is VAULT_REFUSED, with ${role} on ${on}`, async () => {
      const error = await failureOf(vaultCall('do what a test wants', call));
      const missing = { missingRole: role, missingOn: on };
      assert.deepEqual([error.code, error.detail], ['VAULT_REFUSED', { status: 403, ...missing }]);
      assert.match(error.message, /^Key Vault refused to do what a test wants: no role /);
      assert.match(error.remedy, new RegExp(`^Assign the role ${role} to the managed identity, on ${on} `));
    });
  }

  test('a refusal of the firewall names no role', async (t) => {
    t.after(() => cloud.faults.remove(rule));
    const message = 'Client address is not authorized and caller is not a trusted service.';
    const rule = cloud.faults.add({
      service: 'vault',
      fault: { kind: 'answer', status: 403, code: 'Forbidden', message },
    });
    const error = await failureOf(vaultCall('read a key', () => keys.getKey(wrappingKeyName)));
    assert.deepEqual([error.code, error.detail], ['VAULT_REFUSED', { status: 403 }]);
    assert.equal(error.message, 'Key Vault failed to read a key.');
    assert.equal(error.remedy, error.meaning.remedy);
  });
});
