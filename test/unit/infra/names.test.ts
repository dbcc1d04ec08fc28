/** Names that fit the rules of Azure, whatever the name of the environment: learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deploy, ofType } from '../../support/infra.ts';

const rules: Readonly<Record<string, RegExp>> = {
  'Microsoft.Storage/storageAccounts': /^[a-z0-9]{3,24}$/,
  'Microsoft.KeyVault/vaults': /^(?=.{3,24}$)[a-zA-Z](?:-?[a-zA-Z0-9])*$/,
  'Microsoft.Web/sites': /^(?=.{2,60}$)[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])$/,
  'Microsoft.Web/serverfarms': /^[a-zA-Z0-9-]{1,60}$/,
  'Microsoft.ManagedIdentity/userAssignedIdentities': /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$/,
  'Microsoft.OperationalInsights/workspaces': /^(?=.{4,63}$)[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$/,
  'Microsoft.Insights/components': /^(?=.{1,255}$)[a-zA-Z0-9-_.()]*[a-zA-Z0-9-_()]$/,
  'Microsoft.Network/virtualNetworks': /^(?=.{2,64}$)[a-zA-Z0-9][\w.-]*\w$/,
  'Microsoft.Network/privateEndpoints': /^(?=.{2,64}$)[a-zA-Z0-9][\w.-]*\w$/,
};

const environments = ['ab', 'a-b', '1-2-3-4-5-6-7-8-9-0', 'abcdefghijklmnopqrst', 'contoso-mail-prod-eu'];

const deployments = environments.map((name) => deploy({ name, privateNetwork: true }));

for (const [type, rule] of Object.entries(rules)) {
  test(`names of ${type} fit its rules`, () => {
    for (const deployment of deployments) {
      const made = ofType(deployment, type);
      assert.ok(made.length > 0);
      for (const resource of made) assert.match(resource.name, rule);
    }
  });
}

test('the same environment has the same names each time, and another environment has others', () => {
  const namesOf = (name: string): string[] => {
    const { resources } = deploy({ name });
    return resources.flatMap((one) => (one.type in rules ? [one.name] : []));
  };
  assert.deepEqual(namesOf('contoso-mail'), namesOf('contoso-mail'));
  const others = namesOf('contoso-mailer');
  for (const name of namesOf('contoso-mail')) assert.ok(!others.includes(name), name);
});

test('everything that can be tagged says to which environment it belongs', () => {
  const { resources } = deploy({ privateNetwork: true, tags: { owner: 'post office' } });
  // What is below another resource, extends one, or is a rule about money has no tags.
  const untagged = resources.filter(({ type, body, scope }) => {
    const isChild = type.split('/').length > 2 && type !== 'Microsoft.KeyVault/vaults/keys';
    const isTaggable = !isChild && scope === undefined && !['Microsoft.Consumption/budgets'].includes(type);
    return isTaggable && JSON.stringify(body['tags']) === undefined;
  });
  assert.deepEqual(
    untagged.map(({ type, name }) => `${type} ${name}`),
    [],
  );
  for (const { body } of resources) {
    if (body['tags'] === undefined) continue;
    const tags = new Map(Object.entries(body['tags'] ?? {}));
    assert.equal(tags.get('azd-env-name'), 'contoso-mail');
    assert.equal(tags.get('owner'), 'post office');
  }
});
