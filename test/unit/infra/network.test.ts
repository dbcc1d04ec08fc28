/** Private networking is one switch. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { deploy, deployEnvironment, environments, ofType, propertyOf, theResource } from '../../support/infra.ts';

const subnets = z.array(
  z.object({
    name: z.string(),
    properties: z.object({
      addressPrefix: z.string(),
      delegations: z.array(z.object({ properties: z.object({ serviceName: z.string() }) })).optional(),
    }),
  }),
);

const guarded = ['Microsoft.Storage/storageAccounts', 'Microsoft.KeyVault/vaults'];

test('without private networking nothing of a network is made', () => {
  const types = deploy().resources.map(({ type }) => type);
  assert.deepEqual(
    types.filter((type) => type.startsWith('Microsoft.Network/')),
    [],
  );
});

test('with it, storage and vault answer on private addresses alone', () => {
  const deployment = deploy({ privateNetwork: true });
  for (const type of guarded) {
    const made = theResource(deployment, type);
    assert.equal(propertyOf(made, 'properties.publicNetworkAccess'), 'Disabled');
    assert.equal(propertyOf(made, 'properties.networkAcls.defaultAction'), 'Deny');
  }
  const endpoints = ofType(deployment, 'Microsoft.Network/privateEndpoints').map(({ body }) => JSON.stringify(body));
  for (const group of ['blob', 'queue', 'table', 'vault']) {
    assert.equal(endpoints.filter((body) => body.includes(`"groupIds":["${group}"]`)).length, 1, group);
  }
});

test('each private endpoint has the zone of its service, which the network asks first', () => {
  const deployment = deploy({ privateNetwork: true });
  const zones = ofType(deployment, 'Microsoft.Network/privateDnsZones').map(({ name }) => name);
  assert.deepEqual([...zones].sort(), [
    'privatelink.blob.core.windows.net',
    'privatelink.queue.core.windows.net',
    'privatelink.table.core.windows.net',
    'privatelink.vaultcore.azure.net',
  ]);
  for (const type of [
    'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
    'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
  ]) {
    assert.equal(ofType(deployment, type).length, zones.length, type);
  }
});

test('the app is in a delegated subnet of its own, and administrators reach it from the internet as before', () => {
  const deployment = deploy({ privateNetwork: true });
  const network = theResource(deployment, 'Microsoft.Network/virtualNetworks');
  const [app, endpoints, ...more] = subnets.parse(propertyOf(network, 'properties.subnets'));
  assert.deepEqual(more, []);
  assert.deepEqual(
    app?.properties.delegations?.map(({ properties }) => properties.serviceName),
    ['Microsoft.App/environments'],
  );
  assert.equal(app.properties.addressPrefix, '10.90.0.0/26');
  assert.doesNotMatch(app.name, /_/);
  assert.equal(endpoints?.properties.delegations, undefined);
  assert.equal(endpoints?.properties.addressPrefix, '10.90.0.64/27');
  const site = theResource(deployment, 'Microsoft.Web/sites');
  assert.equal(propertyOf(site, 'properties.virtualNetworkSubnetId'), `${network.id}/subnets/${app.name}`);
  assert.equal(propertyOf(site, 'properties.publicNetworkAccess'), 'Enabled');
});

test('an address that is let in reaches storage and vault, and no other does', () => {
  const deployment = deploy({ privateNetwork: true, operatorAddresses: ['203.0.113.7'] });
  for (const type of guarded) {
    const made = theResource(deployment, type);
    assert.equal(propertyOf(made, 'properties.publicNetworkAccess'), 'Enabled');
    assert.equal(propertyOf(made, 'properties.networkAcls.defaultAction'), 'Deny');
    assert.match(
      JSON.stringify(propertyOf(made, 'properties.networkAcls.ipRules')),
      /^\[\{"value":"203\.0\.113\.7"[^{}]*\}\]$/,
    );
  }
});

test('one variable switches it on in either environment, and another lets addresses in', () => {
  const variables = {
    TENANTPOST_PRIVATE_NETWORK: 'true',
    TENANTPOST_OPERATOR_ADDRESSES: '203.0.113.7,198.51.100.0/24',
  };
  for (const name of environments) {
    assert.deepEqual(ofType(deployEnvironment(name), 'Microsoft.Network/virtualNetworks'), []);
    const vault = theResource(deployEnvironment(name, variables), 'Microsoft.KeyVault/vaults');
    assert.deepEqual(propertyOf(vault, 'properties.networkAcls.ipRules'), [
      { value: '203.0.113.7' },
      { value: '198.51.100.0/24' },
    ]);
  }
});
