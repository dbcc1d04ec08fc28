/** The function app that the templates make: its runtime, its doors, and the sign-in in front of the console. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { deploy, deployEnvironment, environments, ofType, propertyOf, theResource } from '../../support/infra.ts';

const signIn = { signInClientId: 'c0ffee00-1111-4222-8333-444455556666' };
const site = 'Microsoft.Web/sites';
const root = join(import.meta.dirname, '..', '..', '..');

test('the app runs on Flex Consumption, with a version of Node on which the project runs', () => {
  const { engines } = z
    .object({ engines: z.object({ node: z.string() }) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  for (const nodeVersion of ['24', '22']) {
    const deployment = deploy({ nodeVersion });
    const made = theResource(deployment, site);
    assert.equal(propertyOf(theResource(deployment, 'Microsoft.Web/serverfarms'), 'sku.name'), 'FC1');
    assert.deepEqual(propertyOf(made, 'properties.functionAppConfig.runtime'), { name: 'node', version: nodeVersion });
    assert.match(engines.node, new RegExp(`\\b${nodeVersion}\\b`));
  }
});

test('the deployed zip is read by the identity, from a container that there is', () => {
  const deployment = deploy();
  const made = theResource(deployment, site);
  const source = z
    .object({
      value: z.string(),
      authentication: z.object({ type: z.string(), userAssignedIdentityResourceId: z.string() }),
    })
    .parse(propertyOf(made, 'properties.functionAppConfig.deployment.storage'));
  assert.ok(deployment.containers.some((name) => source.value.endsWith(`.blob.core.windows.net/${name}`)));
  assert.equal(source.authentication.type, 'UserAssignedIdentity');
  assert.equal(
    source.authentication.userAssignedIdentityResourceId,
    theResource(deployment, 'Microsoft.ManagedIdentity/userAssignedIdentities').id,
  );
});

test('neither http nor a password for deployment opens the app', () => {
  for (const name of environments) {
    const deployment = deployEnvironment(name);
    const made = theResource(deployment, site);
    assert.equal(propertyOf(made, 'properties.httpsOnly'), true);
    assert.equal(propertyOf(made, 'properties.siteConfig.minTlsVersion'), '1.2');
    const doors = ofType(deployment, `${site}/basicPublishingCredentialsPolicies`);
    assert.deepEqual(
      doors.map((door) => [door.name.split('/')[1], propertyOf(door, 'properties.allow')]),
      [['scm', false]],
    );
  }
});

test('the service that azd deploys to is the app, told by its tag', () => {
  assert.equal(propertyOf(theResource(deploy(), site), 'tags.azd-service-name'), 'tenantpost');
});

test('a sign-in guards what docs/console.md says that it guards, and proves itself without a secret', () => {
  const deployment = deploy(signIn);
  const [settings, ...more] = ofType(deployment, `${site}/config`).filter(({ name }) =>
    name.endsWith('/authsettingsV2'),
  );
  assert.ok(settings !== undefined && more.length === 0);
  const page = readFileSync(join(root, 'docs', 'console.md'), 'utf8');
  const [, block = ''] = /"excludedPaths": (\[[^\]]*\])/.exec(page) ?? [];
  assert.deepEqual(propertyOf(settings, 'properties.globalValidation.excludedPaths'), JSON.parse(block));
  assert.equal(propertyOf(settings, 'properties.globalValidation.requireAuthentication'), true);
  const registration = 'properties.identityProviders.azureActiveDirectory.registration';
  assert.equal(propertyOf(settings, `${registration}.clientId`), signIn.signInClientId);
  const proof = String(propertyOf(settings, `${registration}.clientSecretSettingName`));
  assert.equal(deployment.appSettings[proof], deployment.outputs['AZURE_IDENTITY_CLIENT_ID']);
});

test('without a registration for it no sign-in is set up', () => {
  const configs = ofType(deploy(), `${site}/config`).map(({ name }) => name.split('/')[1]);
  assert.deepEqual(configs, ['appsettings']);
});
