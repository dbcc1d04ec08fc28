/** The rights of the app, on the narrowest thing that each is for. What happens without one of them: test/e2e/rights.test.ts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queues, tables } from '../../../shared/names.ts';
import { deploy } from '../../support/infra.ts';

const everyRight = { eventsQueue: 'mail-events' };

/** `<role> on <kind>`, without what is in the storage account and in telemetry. */
const inVault = (parameters: Parameters<typeof deploy>[0]): string[] =>
  deploy(parameters)
    .roleAssignments.filter(({ scopeKind }) => ['vault', 'key', 'secret'].includes(scopeKind))
    .map(({ role, scopeKind }) => `${role} on the ${scopeKind}`)
    .sort();

test('in the vault the app may do what its credential needs', () => {
  assert.deepEqual(inVault({ credential: 'certificate' }), [
    'Key Vault Crypto User on the vault',
    'Key Vault Reader on the vault',
  ]);
  assert.deepEqual(inVault({ credential: 'certificate', certificateSigning: 'local' }), [
    'Key Vault Certificate User on the vault',
    'Key Vault Crypto Service Encryption User on the key',
  ]);
  assert.deepEqual(inVault({ credential: 'managed-identity' }), [
    'Key Vault Crypto Service Encryption User on the key',
  ]);
  assert.deepEqual(inVault({ credential: 'secret', clientSecretName: 'tenantpost' }), [
    'Key Vault Crypto Service Encryption User on the key',
    'Key Vault Secrets User on the vault',
  ]);
});

test('no role reaches every table or every queue of the account', () => {
  const wide = deploy(everyRight).roleAssignments.filter(({ scopeKind }) => scopeKind === 'account');
  assert.deepEqual(
    wide.map(({ role }) => role),
    ['Storage Blob Data Owner'],
  );
});

test('each table and each queue of the code has its own role, and none has two', () => {
  const scoped = deploy(everyRight).roleAssignments;
  const namesOf = (kind: string, role: string): string[] =>
    scoped.filter((one) => one.scopeKind === kind && one.role === role).map(({ scopeName }) => scopeName);
  assert.deepEqual(namesOf('table', 'Storage Table Data Contributor').sort(), Object.values(tables).sort());
  assert.deepEqual(namesOf('queue', 'Storage Queue Data Contributor').sort(), Object.values(queues).sort());
});

test('all rights are those of the identity as which the app runs', () => {
  const { roleAssignments, outputs } = deploy(everyRight);
  for (const { principalId } of roleAssignments) assert.equal(principalId, outputs['AZURE_IDENTITY_PRINCIPAL_ID']);
});

test('every right says what it is for', () => {
  const { resources } = deploy(everyRight);
  const made = resources.filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments');
  assert.ok(made.length > 0);
  for (const { body, symbol } of made) assert.match(JSON.stringify(body), /"description":"\S/, symbol);
});
