import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { ConsentProof } from '../../../../shared/tenants/prove-consent.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import type { Token } from '../../../../shared/tokens/token.ts';
import { contoso, enterpriseApp } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { anError, failing, withCode } from '../../../support/failing.ts';
import { MemoryAuditTrail } from '../../../support/memory-audit-trail.ts';
import { MemoryTenantStore } from '../../../support/memory-tenant-store.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';
import { aToken } from '../../../support/unsigned-token.ts';

const invitationId = 'invitation-1';

function aProof(...known: readonly Tenant[]) {
  const clock = settableClock();
  const tenants = new MemoryTenantStore(...known);
  const audit = new MemoryAuditTrail();
  const log = recordingLog();
  const dropped: string[] = [];
  const tokens = {
    renew: (tenantId: string): Promise<Token> => Promise.resolve(aToken({ tenantId })),
    drop: (tenantId: string): Promise<void> => {
      dropped.push(tenantId);
      return Promise.resolve();
    },
  };
  const proof = new ConsentProof({ tenants, tokens, audit, now: clock.now, log: log.log });
  return { clock, tenants, audit, log, tokens, dropped, proof };
}

describe('prove', () => {
  test('makes a tenant active whose token carries the permission, with the object id of the token', async () => {
    const { proof, tenants, audit, log } = aProof();
    const expected = { id: contoso, state: 'active', since: noon, objectId: enterpriseApp };
    assert.deepEqual(await proof.prove(contoso, invitationId), expected);
    assert.deepEqual(tenants.rows.get(contoso), expected);
    assert.deepEqual(audit.events, [{ kind: 'tenant-active', at: noon, tenantId: contoso, invitationId }]);
    assert.deepEqual(log.lines, [{ level: 'information', event: 'tenant.active', detail: { tenantId: contoso } }]);
  });

  const waits: readonly ErrorCode[] = [
    'APP_NOT_IN_TENANT',
    'ROLE_MISSING',
    'ENTRA_UNAVAILABLE',
    'VAULT_UNAVAILABLE',
    'VAULT_REFUSED',
    'CREDENTIAL_REFUSED',
    'TOKEN_REFUSED',
    'TOKEN_WRONG',
    'STORAGE_UNAVAILABLE',
  ];
  for (const code of waits) {
    test(`leaves a new tenant pending on ${code}: what the administrator did is not lost`, async () => {
      const { proof, tokens, tenants, audit } = aProof();
      tokens.renew = failing(code);
      const expected = { id: contoso, state: 'pending', since: noon, code };
      assert.deepEqual(await proof.prove(contoso, invitationId), expected);
      assert.deepEqual(tenants.rows.get(contoso), expected);
      assert.deepEqual(audit.events, [{ kind: 'tenant-pending', at: noon, tenantId: contoso, invitationId, code }]);
    });
  }

  test('leaves a new tenant pending on an error that nobody foresaw', async () => {
    const { proof, tokens } = aProof();
    tokens.renew = () => Promise.reject(new TypeError('a fault'));
    assert.equal((await proof.prove(contoso)).code, 'UNEXPECTED');
  });

  for (const code of ['TENANT_NOT_FOUND', 'APP_BLOCKED'] as const) {
    test(`refuses on ${code} and records nothing, whatever was known`, async () => {
      for (const known of [[], [aTenant()], [aPendingTenant()]]) {
        const { proof, tokens, tenants, audit } = aProof(...known);
        tokens.renew = failing(code);
        await assert.rejects(proof.prove(contoso, invitationId), withCode(code));
        assert.deepEqual(tenants.saved, []);
        assert.deepEqual(audit.events, []);
      }
    });
  }

  for (const code of waits.filter((one) => one !== 'APP_NOT_IN_TENANT' && one !== 'ROLE_MISSING')) {
    test(`does not put an active tenant back on ${code}`, async () => {
      const { proof, tokens, tenants, audit } = aProof(aTenant());
      tokens.renew = failing(code);
      assert.deepEqual(await proof.prove(contoso), aTenant());
      assert.deepEqual(tenants.saved, []);
      assert.deepEqual(audit.events, []);
    });
  }

  for (const code of ['APP_NOT_IN_TENANT', 'ROLE_MISSING'] as const) {
    test(`puts an active tenant back on ${code}, which only the tenant can have caused`, async () => {
      const { proof, tokens, audit } = aProof(aTenant());
      tokens.renew = failing(code);
      assert.deepEqual(await proof.prove(contoso), { id: contoso, state: 'pending', since: noon, code });
      assert.deepEqual(audit.kinds(), ['tenant-pending']);
    });
  }

  test('brings a revoked tenant back', async () => {
    const { proof, audit } = aProof(aTenant({ state: 'revoked', code: 'APP_NOT_IN_TENANT' }));
    const tenant = await proof.prove(contoso);
    assert.deepEqual(tenant, { id: contoso, state: 'active', since: noon, objectId: enterpriseApp });
    assert.deepEqual(audit.kinds(), ['tenant-active']);
  });

  test('adds to the audit trail once for each change of state, and keeps when the state began', async () => {
    const { proof, tokens, tenants, audit, clock } = aProof();
    tokens.renew = failing('APP_NOT_IN_TENANT');
    await proof.prove(contoso);
    clock.advance(hours);
    await proof.prove(contoso);
    assert.equal(tenants.saved.length, 1, 'nothing changed, nothing is written');

    tokens.renew = failing('ROLE_MISSING');
    assert.deepEqual(await proof.prove(contoso), {
      id: contoso,
      state: 'pending',
      since: noon,
      code: 'ROLE_MISSING',
    });
    tokens.renew = (tenantId) => Promise.resolve(aToken({ tenantId }));
    await proof.prove(contoso);
    await proof.prove(contoso);
    assert.deepEqual(audit.kinds(), ['tenant-pending', 'tenant-active']);
    assert.equal(tenants.rows.get(contoso)?.since, noon + hours);
  });

  test('records the new object id of a tenant that removed the app and consented again', async () => {
    const { proof, tokens, tenants, audit } = aProof(aTenant());
    tokens.renew = (tenantId) => Promise.resolve(aToken({ tenantId, objectId: 'other' }));
    await proof.prove(contoso);
    assert.equal(tenants.rows.get(contoso)?.objectId, 'other');
    assert.deepEqual(audit.events, []);
  });

  test('fails as storage does, when the tenant cannot be recorded', async () => {
    const { proof, tenants } = aProof();
    tenants.save = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(proof.prove(contoso), withCode('STORAGE_UNAVAILABLE'));
  });

  test('never makes a tenant active without an audit row of it', async () => {
    const { proof, tenants, audit } = aProof();
    audit.append = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(proof.prove(contoso), withCode('STORAGE_UNAVAILABLE'));
    assert.notEqual(tenants.rows.get(contoso)?.state, 'active');
  });
});

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
    assert.equal(revoked.state, 'revoked');
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

  test('leaves the tenant pending while our own storage is down for a moment', async () => {
    for (const broken of ['find', 'save'] as const) {
      const { proof, tenants } = aProof(aPendingTenant());
      const [find, save] = [tenants.find.bind(tenants), tenants.save.bind(tenants)];
      let failures = broken === 'save' ? 2 : 1;
      const once = (): boolean => (failures -= 1) >= 0;
      if (broken === 'find') tenants.find = (id) => (once() ? failing('STORAGE_UNAVAILABLE')() : find(id));
      else tenants.save = (tenant) => (once() ? failing('STORAGE_UNAVAILABLE')() : save(tenant));
      await Promise.allSettled([proof.proveAgain(aPendingTenant())]);
      assert.notEqual(tenants.rows.get(contoso)?.state, 'revoked', broken);
    }
  });
});

describe('revoke', () => {
  test('records why, keeps what was known, drops the token and says so once', async () => {
    const { proof, tenants, audit, log, dropped } = aProof(aTenant());
    const because = anError('APP_NOT_IN_TENANT');
    const expected = { ...aTenant(), state: 'revoked', since: noon, code: 'APP_NOT_IN_TENANT' };
    assert.deepEqual(await proof.revoke(aTenant(), because), expected);
    assert.deepEqual(tenants.rows.get(contoso), expected);
    assert.deepEqual(dropped, [contoso]);
    assert.deepEqual(audit.events, [
      { kind: 'tenant-revoked', at: noon, tenantId: contoso, code: 'APP_NOT_IN_TENANT' },
    ]);
    assert.deepEqual(log.events(), ['tenant.revoked']);

    await proof.revoke(tenants.rows.get(contoso) ?? aTenant(), because);
    assert.equal(audit.events.length, 1);
  });
});
