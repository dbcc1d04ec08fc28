import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { contoso, enterpriseApp } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aProof } from '../../../support/consent-proof.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';
import { aToken } from '../../../support/unsigned-token.ts';

const invitationId = 'invitation-1';

describe('prove', () => {
  test('makes a tenant active whose token carries the permission, with the object id of the token', async () => {
    const { proof, tenants, audit, log } = aProof();
    const expected = { id: contoso, state: 'active', since: noon, objectId: enterpriseApp, granted: ['Mail.Send'] };
    assert.deepEqual(await proof.prove(contoso, { invitationId }), expected);
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
    // A wrong setting of ours, and no word of the tenant.
    'TENANT_NOT_HOME',
  ];
  for (const code of waits) {
    test(`leaves a new tenant pending on ${code}: what the administrator did is not lost`, async () => {
      const { proof, tokens, tenants, audit } = aProof();
      tokens.renew = failing(code);
      const expected = { id: contoso, state: 'pending', since: noon, code };
      assert.deepEqual(await proof.prove(contoso, { invitationId }), expected);
      assert.deepEqual(tenants.rows.get(contoso), expected);
      assert.deepEqual(audit.events, [{ kind: 'tenant-pending', at: noon, tenantId: contoso, invitationId, code }]);
    });
  }

  test('leaves a new tenant pending on an error that nobody foresaw', async () => {
    const { proof, tokens } = aProof();
    tokens.renew = () => Promise.reject(new TypeError('a fault'));
    assert.equal((await proof.prove(contoso)).code, 'UNEXPECTED');
  });

  for (const code of ['TENANT_NOT_FOUND', 'TENANT_IN_OTHER_CLOUD', 'APP_BLOCKED', 'RESOURCE_NOT_IN_TENANT'] as const) {
    test(`refuses on ${code} and records nothing, whatever was known`, async () => {
      for (const known of [[], [aTenant()], [aPendingTenant()]]) {
        const { proof, tokens, tenants, audit } = aProof(...known);
        tokens.renew = failing(code);
        await assert.rejects(proof.prove(contoso, { invitationId }), withCode(code));
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

  for (const [state, code] of [
    ['revoked', 'APP_NOT_IN_TENANT'],
    ['degraded', 'APP_BLOCKED'],
  ] as const)
    test(`brings a ${state} tenant back`, async () => {
      const { proof, audit } = aProof(aTenant({ state, code }));
      const tenant = await proof.prove(contoso);
      assert.deepEqual(tenant, { ...aTenant(), since: noon, granted: ['Mail.Send'] });
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

  test('fails as storage does, when the tenant cannot be recorded, and does not call it pending for that', async () => {
    const { proof, tenants, audit } = aProof();
    tenants.save = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(proof.prove(contoso), withCode('STORAGE_UNAVAILABLE'));
    assert.deepEqual(audit.kinds(), ['tenant-active']);
    assert.equal(tenants.rows.size, 0);
  });

  test('never changes a tenant without an audit row of it, to active or to pending', async () => {
    for (const renew of [() => Promise.resolve(aToken()), failing('APP_NOT_IN_TENANT')]) {
      const { proof, tokens, tenants, audit } = aProof();
      tokens.renew = renew;
      audit.append = failing('STORAGE_UNAVAILABLE');
      await assert.rejects(proof.prove(contoso), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual(tenants.saved, []);
    }
  });

  test('writes the audit row before the row of the tenant', async () => {
    const { proof, tenants, audit } = aProof();
    const kindsThen: string[][] = [];
    const save = tenants.save.bind(tenants);
    tenants.save = (tenant) => {
      kindsThen.push([...audit.kinds()]);
      return save(tenant);
    };
    await proof.stop(await proof.prove(contoso), 'APP_NOT_IN_TENANT');
    assert.deepEqual(kindsThen, [['tenant-active'], ['tenant-active', 'tenant-revoked']]);
  });
});

test('a tenant that has consented again since its token was refused is not stopped', async () => {
  const refused = aTenant({ objectId: 'the former enterprise application' });
  const { proof, tenants, dropped } = aProof(aTenant({ objectId: 'the new one' }));
  assert.equal((await proof.stop(refused, 'APP_NOT_IN_TENANT')).state, 'active');
  assert.deepEqual([tenants.saved, dropped], [[], []]);
});

test('consent given once more while it is pending has the whole day again', async () => {
  const { proof, tokens, clock } = aProof(aPendingTenant());
  tokens.renew = failing('APP_NOT_IN_TENANT');
  clock.advance(23 * hours);
  const { since } = await proof.prove(contoso, { invitationId: 'an invitation' });
  assert.equal(since, clock.now());
});

describe('when somebody else writes the row between two looks at it', () => {
  /** The next write meets what another process has made of the row meanwhile. */
  function meets({ tenants }: ReturnType<typeof aProof>, row: Tenant): void {
    const replace = tenants.replace.bind(tenants);
    tenants.replace = (known, next) => {
      tenants.replace = replace;
      tenants.rows.set(contoso, row);
      return replace(known, next);
    };
  }

  test('a tenant that was removed then stays removed', async () => {
    const removed = aTenant({ state: 'removed', since: noon + 1 });
    const world = aProof(aPendingTenant());
    meets(world, removed);
    await assert.rejects(world.proof.prove(contoso, { invitationId }), withCode('TENANT_REMOVED'));
    assert.deepEqual(world.tenants.rows.get(contoso), removed);
    meets(world, removed);
    world.tenants.rows.set(contoso, aPendingTenant());
    assert.equal((await world.proof.proveAgain(aPendingTenant())).state, 'removed');
    assert.deepEqual(world.tenants.rows.get(contoso), removed);
  });

  test('what was asked of it then is kept', async () => {
    const world = aProof(aPendingTenant());
    meets(world, aPendingTenant({ mailboxes: ['anna@contoso.example'] }));
    const { state, mailboxes } = await world.proof.prove(contoso);
    assert.deepEqual([state, mailboxes], ['active', ['anna@contoso.example']]);
  });

  test('a tenant that consented again then is not stopped', async () => {
    const again = aTenant({ since: noon + 1 });
    const world = aProof(aTenant());
    meets(world, again);
    assert.deepEqual(await world.proof.stop(aTenant(), 'ROLE_MISSING'), again);
    assert.deepEqual(world.tenants.rows.get(contoso), again);
  });
});
