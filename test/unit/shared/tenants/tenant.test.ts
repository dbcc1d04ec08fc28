import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '../../../../shared/tenants/tenant.ts';
import { contoso } from '../../../support/app-identity.ts';

test('a tenant id is a GUID, and written in small letters from there on', () => {
  assert.equal(tenantId.parse(contoso.toUpperCase()), contoso);
});

test('a tenant is never named by a domain, nor by one of the words that Entra takes instead', () => {
  for (const name of [
    'contoso.com',
    'contoso.onmicrosoft.com',
    'common',
    'organizations',
    `{${contoso}}`,
    '',
    7,
    null,
  ]) {
    assert.equal(tenantId.safeParse(name).success, false, String(name));
  }
});
