/** The vault that the templates make, and what in it can be made without anybody's hand. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../shared/config.ts';
import {
  deploy,
  deployEnvironment,
  environmentOf,
  environments,
  propertyOf,
  theResource,
} from '../../support/infra.ts';

const vault = 'Microsoft.KeyVault/vaults';

test('the vault goes by roles alone, and nobody can purge what it holds', () => {
  for (const name of environments) {
    const made = theResource(deployEnvironment(name), vault);
    assert.equal(propertyOf(made, 'properties.enableRbacAuthorization'), true);
    assert.equal(propertyOf(made, 'properties.enablePurgeProtection'), true);
    assert.equal(propertyOf(made, 'properties.enableSoftDelete'), true);
    assert.equal(propertyOf(made, 'properties.accessPolicies'), undefined);
  }
});

test('the wrapping key is made under the name that the app is told, is never handed out, and only wraps', () => {
  const deployment = deploy();
  assert.deepEqual(deployment.keys, [readConfig(environmentOf(deployment)).vault.wrappingKeyName]);
  const key = theResource(deployment, `${vault}/keys`);
  assert.equal(propertyOf(key, 'properties.attributes.exportable'), false);
  assert.deepEqual(propertyOf(key, 'properties.keyOps'), ['wrapKey', 'unwrapKey']);
  assert.equal(propertyOf(key, 'properties.kty'), 'RSA');
});

test('a deleted vault is brought back only when that is asked for', () => {
  const mode = (parameters: Parameters<typeof deploy>[0]) =>
    propertyOf(theResource(deploy(parameters), vault), 'properties.createMode');
  assert.equal(mode({}), 'default');
  assert.equal(mode({ recoverVault: true }), 'recover');
});
