/** What the templates make to store things in is what the code names. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailSettings } from '../../../shared/mail-settings.ts';
import { containers, queues, tables } from '../../../shared/names.ts';
import { deploy, deployEnvironment, environments, ofType, propertyOf, theResource } from '../../support/infra.ts';

const account = 'Microsoft.Storage/storageAccounts';

test('every table, queue and container of the code is made, and no other but the one for the deployed zip', () => {
  const deployment = deploy();
  assert.deepEqual([...deployment.tables].sort(), Object.values(tables).sort());
  assert.deepEqual([...deployment.queues].sort(), Object.values(queues).sort());
  assert.deepEqual([...deployment.containers].sort(), ['app-package', ...Object.values(containers)].sort());
});

test('a queue for events is made, named to the app, and given the rights to tell and to count, only when it is wanted', () => {
  const rolesOn = (deployment: ReturnType<typeof deploy>): string[] =>
    deployment.roleAssignments.flatMap(({ role, scopeName }) => (scopeName === 'mail-events' ? [role] : []));
  const wanted = deploy({ eventsQueue: 'mail-events' });
  assert.ok(wanted.queues.includes('mail-events'));
  assert.equal(wanted.appSettings['TENANTPOST_EVENTS_QUEUE'], 'mail-events');
  assert.deepEqual(rolesOn(wanted), ['Storage Queue Data Message Sender', 'Storage Queue Data Reader']);
  assert.equal(deploy().appSettings['TENANTPOST_EVENTS_QUEUE'], undefined);
});

test('the lifecycle rule takes content only a week after the app would have, whatever the retention time', () => {
  const least = mailSettings.TENANTPOST_RETENTION_DAYS.parse('8');
  for (const retentionDays of [least, 30, 3650]) {
    const { lifecycleRules, appSettings } = deploy({ retentionDays });
    const [rule, ...more] = lifecycleRules;
    assert.deepEqual(more, []);
    assert.deepEqual(rule?.prefixes, [`${containers.mailContent}/`]);
    assert.equal(rule.deleteAfterDays, Number(appSettings['TENANTPOST_RETENTION_DAYS']) + 7);
    assert.equal(appSettings['TENANTPOST_RETENTION_DAYS'], String(retentionDays));
  }
});

test('no key, no anonymous request and no old TLS opens the storage account', () => {
  for (const name of environments) {
    const made = theResource(deployEnvironment(name), account);
    assert.equal(propertyOf(made, 'properties.allowSharedKeyAccess'), false);
    assert.equal(propertyOf(made, 'properties.allowBlobPublicAccess'), false);
    assert.equal(propertyOf(made, 'properties.supportsHttpsTrafficOnly'), true);
    assert.equal(propertyOf(made, 'properties.minimumTlsVersion'), 'TLS1_2');
  }
});

test('deleted content can be brought back for a while', () => {
  for (const name of environments) {
    const service = theResource(deployEnvironment(name), `${account}/blobServices`);
    for (const policy of ['deleteRetentionPolicy', 'containerDeleteRetentionPolicy']) {
      assert.equal(propertyOf(service, `properties.${policy}.enabled`), true);
      assert.ok(Number(propertyOf(service, `properties.${policy}.days`)) >= 7);
    }
  }
});

test('production keeps storage and vault from being deleted, and its data in more than one zone', () => {
  const locks = ofType(deployEnvironment('prod'), 'Microsoft.Authorization/locks');
  assert.deepEqual(
    locks.map((lock) => propertyOf(lock, 'properties.level')),
    ['CanNotDelete', 'CanNotDelete'],
  );
  assert.ok(locks.some(({ scope }) => scope?.includes('/storageAccounts/')));
  assert.ok(locks.some(({ scope }) => scope?.includes('/vaults/')));
  const sku = propertyOf(theResource(deployEnvironment('prod'), account), 'sku.name');
  assert.match(String(sku), /ZRS$/);
});
