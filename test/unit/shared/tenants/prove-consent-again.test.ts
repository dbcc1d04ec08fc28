/** ConsentProof after the first answer: the timer asks again, and consent that is gone is revoked. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aProof } from '../../../support/consent-proof.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

describe('proveAgain', () => {
  test('makes a pending tenant active as soon as its token carries the permission', async () => {
    const { proof, clock, audit } = aProof(aPendingTenant());
    clock.advance(23 * hours);
    assert.equal((await proof.proveAgain(aPendingTenant())).state, 'active');
    assert.deepEqual(audit.events, [{ kind: 'tenant-active', at: noon + 23 * hours, tenantId: contoso }]);
  });

  test('keeps a tenant pending for 24 hours, counted from the first time, and then revokes it', async () => {
    const { proof, tokens, tenants, clock, audit, dropped } = aProof(aPendingTenant());
    tokens.renew = failing('APP_NOT_IN_TENANT');
    for (let hour = 0; hour < 24; hour += 1) {
      clock.advance(hours);
      assert.equal((await proof.proveAgain(tenants.rows.get(contoso) ?? aTenant())).state, 'pending');
    }
    clock.advance(1);
    const revoked = await proof.proveAgain(tenants.rows.get(contoso) ?? aTenant());
    assert.deepEqual([revoked.state, revoked.code], ['revoked', 'APP_NOT_IN_TENANT']);
    assert.equal(revoked.since, noon + 24 * hours + 1);
    assert.deepEqual(audit.kinds(), ['tenant-revoked']);
    assert.deepEqual(dropped, [contoso]);
  });

  test('asks once more before it gives a tenant up: the timer itself may have stood still for a day', async () => {
    const { proof, clock } = aProof(aPendingTenant());
    clock.advance(25 * hours);
    assert.equal((await proof.proveAgain(aPendingTenant())).state, 'active');
  });

  for (const code of ['TENANT_NOT_FOUND', 'APP_BLOCKED'] as const) {
    test(`revokes on ${code}`, async () => {
      const { proof, tokens, audit } = aProof(aPendingTenant());
      tokens.renew = failing(code);
      const tenant = await proof.proveAgain(aPendingTenant());
      assert.equal(tenant.state, 'revoked');
      assert.equal(tenant.code, code);
      assert.deepEqual(audit.events, [{ kind: 'tenant-revoked', at: noon, tenantId: contoso, code }]);
    });
  }

  for (const [what, breakIt] of Object.entries({
    'the tenants cannot be read': ({ tenants }) => (tenants.find = failing('STORAGE_UNAVAILABLE')),
    'the tenant cannot be written': ({ tenants }) => (tenants.save = failing('STORAGE_UNAVAILABLE')),
    'the audit trail cannot be written': ({ audit }) => (audit.append = failing('STORAGE_UNAVAILABLE')),
  } satisfies Record<string, (setup: ReturnType<typeof aProof>) => unknown>)) {
    test(`fails, and neither revokes nor forgets the tenant, while ${what}, a day later too`, async () => {
      const setup = aProof(aPendingTenant());
      const { proof, tenants, clock, dropped } = setup;
      breakIt(setup);
      await assert.rejects(proof.proveAgain(aPendingTenant()), withCode('STORAGE_UNAVAILABLE'));
      clock.advance(25 * hours);
      await assert.rejects(proof.proveAgain(aPendingTenant()), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual([...tenants.rows.values()], [aPendingTenant()]);
      assert.deepEqual(dropped, []);
    });
  }

  test('gives no tenant up for trouble of our own, however long it lasts: that says nothing of its consent', async () => {
    for (const code of ['VAULT_REFUSED', 'VAULT_UNAVAILABLE', 'CREDENTIAL_REFUSED', 'ENTRA_UNAVAILABLE'] as const) {
      const { proof, tokens, tenants, clock, audit } = aProof(aPendingTenant());
      tokens.renew = failing(code);
      clock.advance(25 * hours);
      assert.equal((await proof.proveAgain(aPendingTenant())).state, 'pending', code);
      assert.equal(tenants.rows.get(contoso)?.state, 'pending');
      assert.deepEqual(audit.events, []);
    }
  });
});

describe('revoke', () => {
  test('records why, keeps what was known, drops the token and says so once', async () => {
    const { proof, tenants, audit, log, dropped } = aProof(aTenant());
    const expected = { ...aTenant(), state: 'revoked', since: noon, code: 'APP_NOT_IN_TENANT' };
    assert.deepEqual(await proof.revoke(aTenant(), 'APP_NOT_IN_TENANT'), expected);
    assert.deepEqual(tenants.rows.get(contoso), expected);
    assert.deepEqual(dropped, [contoso]);
    assert.deepEqual(audit.events, [
      { kind: 'tenant-revoked', at: noon, tenantId: contoso, code: 'APP_NOT_IN_TENANT' },
    ]);
    assert.deepEqual(log.events(), ['tenant.revoked']);

    await proof.revoke(tenants.rows.get(contoso) ?? aTenant(), 'APP_NOT_IN_TENANT');
    assert.equal(audit.events.length, 1);
  });
});
