/** ConsentProof after the first answer: the timer asks again, and a tenant whose consent is gone is stopped until it is back. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import { type ConsentProof, stopsTenant } from '../../../../shared/tenants/prove-consent.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aProof } from '../../../support/consent-proof.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

const bothTokens = [`${contoso} graph`, `${contoso} outlook`];

/** What waiting does not cure, by the state that it leads to. */
const hopeless = [
  ['revoked', 'TENANT_NOT_FOUND'],
  ['revoked', 'TENANT_IN_OTHER_CLOUD'],
  ['degraded', 'APP_BLOCKED'],
  ['degraded', 'RESOURCE_NOT_IN_TENANT'],
] as const;

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
    assert.deepEqual(dropped, bothTokens);
  });

  test('asks once more before it gives a tenant up: the timer itself may have stood still for a day', async () => {
    const { proof, clock } = aProof(aPendingTenant());
    clock.advance(25 * hours);
    assert.equal((await proof.proveAgain(aPendingTenant())).state, 'active');
  });

  for (const [state, code] of hopeless) {
    test(`makes it ${state} on ${code}`, async () => {
      const { proof, tokens, audit } = aProof(aPendingTenant());
      tokens.renew = failing(code);
      const tenant = await proof.proveAgain(aPendingTenant());
      assert.deepEqual([tenant.state, tenant.code], [state, code]);
      assert.deepEqual(audit.events, [{ kind: `tenant-${state}`, at: noon, tenantId: contoso, code }]);
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
    for (const code of [
      'VAULT_REFUSED',
      'VAULT_UNAVAILABLE',
      'CREDENTIAL_REFUSED',
      'ENTRA_UNAVAILABLE',
      'TENANT_NOT_HOME',
    ] as const) {
      const { proof, tokens, tenants, clock, audit } = aProof(aPendingTenant());
      tokens.renew = failing(code);
      clock.advance(25 * hours);
      assert.equal((await proof.proveAgain(aPendingTenant())).state, 'pending', code);
      assert.equal(tenants.rows.get(contoso)?.state, 'pending');
      assert.deepEqual(audit.events, []);
    }
  });
});

describe('while Entra is asked about a tenant', () => {
  /** Entra's answer comes after another process has changed the tenant. */
  function meanwhile({ proof, tenants, tokens, audit }: ReturnType<typeof aProof>, changed: Tenant) {
    const answer = tokens.renew;
    tokens.renew = (tenantId, resource) => {
      tenants.rows.set(contoso, changed);
      return answer(tenantId, resource);
    };
    return { proof, tenants, audit };
  }

  test('a tenant that was stopped then is active all the same, when its administrator has just consented', async () => {
    const stopped = aTenant({ state: 'revoked', since: noon, code: 'APP_NOT_IN_TENANT' });
    const { proof, tenants, audit } = meanwhile(aProof(aTenant()), stopped);
    assert.equal((await proof.prove(contoso, { invitationId: 'an invitation' })).state, 'active');
    assert.equal(tenants.rows.get(contoso)?.state, 'active');
    assert.deepEqual(audit.kinds(), ['tenant-active']);
  });

  test('one that a fresh consent has made active then is not put back to pending by what the timer was told', async () => {
    const setup = aProof(aPendingTenant());
    setup.tokens.renew = failing('ROLE_MISSING');
    const { proof, tenants, audit } = meanwhile(setup, aTenant());
    assert.deepEqual(await proof.proveAgain(aPendingTenant()), aTenant());
    assert.deepEqual([tenants.rows.get(contoso), tenants.saved, audit.events], [aTenant(), [], []]);
  });

  test('one that consented once more then keeps its new day', async () => {
    const setup = aProof(aPendingTenant());
    setup.tokens.renew = failing('ROLE_MISSING');
    setup.clock.advance(25 * hours);
    const again = aPendingTenant({ since: noon + 25 * hours });
    const { proof, tenants } = meanwhile(setup, again);
    assert.deepEqual(await proof.proveAgain(aPendingTenant()), again);
    assert.deepEqual([tenants.rows.get(contoso), tenants.saved], [again, []]);
  });
});

describe('stop', () => {
  for (const [state, code] of [...hopeless, ['revoked', 'APP_NOT_IN_TENANT'], ['revoked', 'ROLE_MISSING']] as const) {
    test(`on ${code} makes a tenant ${state}, keeps what was known, drops both tokens and says so once`, async () => {
      const { proof, tenants, audit, log, dropped } = aProof(aTenant());
      const expected = { ...aTenant(), state, since: noon, code };
      assert.deepEqual(await proof.stop(aTenant(), code), expected);
      assert.deepEqual(tenants.rows.get(contoso), expected);
      assert.deepEqual(dropped, bothTokens);
      assert.deepEqual(audit.events, [{ kind: `tenant-${state}`, at: noon, tenantId: contoso, code }]);
      assert.deepEqual(log.events(), [`tenant.${state}`]);

      await proof.stop(tenants.rows.get(contoso) ?? aTenant(), code);
      assert.equal(audit.events.length, 1);
      assert.equal(tenants.saved.length, 1);
    });
  }

  test('covers every code that takes a tenant out of service, and no other', () => {
    const codes = [...hopeless.map(([, code]) => code), 'APP_NOT_IN_TENANT', 'ROLE_MISSING'];
    assert.deepEqual([...stopsTenant].sort(), codes.sort());
  });
});

describe('proveReturn', () => {
  for (const stopped of [
    aTenant({ state: 'revoked', code: 'APP_NOT_IN_TENANT' }),
    aTenant({ state: 'degraded', code: 'APP_BLOCKED' }),
  ]) {
    test(`makes a ${stopped.state} tenant active as soon as a token proves it, with a trace of it`, async () => {
      const { proof, tenants, audit, log } = aProof(stopped);
      const expected = { ...aTenant(), since: noon, granted: ['Mail.Send'] };
      assert.deepEqual(await proof.proveReturn(stopped), expected);
      assert.deepEqual(tenants.rows.get(contoso), expected);
      assert.deepEqual(audit.events, [{ kind: 'tenant-active', at: noon, tenantId: contoso }]);
      assert.deepEqual(log.events(), ['tenant.active']);
    });

    test(`leaves a ${stopped.state} tenant as it is, and writes nothing, while the reason is the same`, async () => {
      const { proof, tokens, tenants, audit, dropped } = aProof(stopped);
      tokens.renew = failing(stopped.code ?? 'UNEXPECTED');
      assert.deepEqual(await proof.proveReturn(stopped), stopped);
      assert.deepEqual([tenants.saved, audit.events, dropped], [[], [], []]);
    });

    test(`leaves a ${stopped.state} tenant as it is on trouble of our own, and says so to the caller`, async () => {
      for (const code of [
        'ENTRA_UNAVAILABLE',
        'VAULT_REFUSED',
        'CREDENTIAL_REFUSED',
        'TOKEN_WRONG',
        'TENANT_NOT_HOME',
      ] as const) {
        const { proof, tokens, tenants, audit } = aProof(stopped);
        tokens.renew = failing(code);
        await assert.rejects(proof.proveReturn(stopped), withCode(code));
        assert.deepEqual([tenants.saved, audit.events], [[], []]);
      }
    });
  }

  test('takes down what is wrong now: an app that was disabled and is gone altogether', async () => {
    const { proof, tokens, audit } = aProof(aTenant({ state: 'degraded', code: 'APP_BLOCKED' }));
    tokens.renew = failing('APP_NOT_IN_TENANT');
    const tenant = await proof.proveReturn(aTenant({ state: 'degraded', code: 'APP_BLOCKED' }));
    assert.deepEqual([tenant.state, tenant.code], ['revoked', 'APP_NOT_IN_TENANT']);
    assert.deepEqual(audit.kinds(), ['tenant-revoked']);
  });

  test('changes the code alone, without a further trace, where the state stays', async () => {
    const stopped = aTenant({ state: 'revoked', code: 'APP_NOT_IN_TENANT' });
    const { proof, tokens, tenants, audit } = aProof(stopped);
    tokens.renew = failing('ROLE_MISSING');
    await proof.proveReturn(stopped);
    assert.deepEqual(tenants.rows.get(contoso), { ...stopped, code: 'ROLE_MISSING' });
    assert.deepEqual(audit.events, []);
  });

  test('leaves alone a tenant that somebody else brought back, or changed, while Entra was asked', async () => {
    const stopped = aTenant({ state: 'revoked', code: 'APP_NOT_IN_TENANT' });
    const now = aPendingTenant({ since: noon - 1 });
    const { proof, tenants, audit } = aProof(now);
    assert.deepEqual(await proof.proveReturn(stopped), now);
    assert.deepEqual([tenants.saved, audit.events], [[], []]);
  });
});

test('a tenant whose row an operator has removed meanwhile does not come back by what the timer took up before', async () => {
  for (const [tenant, ask] of [
    [aTenant(), (proof: ConsentProof) => proof.stop(aTenant(), 'APP_NOT_IN_TENANT')],
    [aTenant({ state: 'revoked' }), (proof: ConsentProof) => proof.proveReturn(aTenant({ state: 'revoked' }))],
    [aPendingTenant(), (proof: ConsentProof) => proof.proveAgain(aPendingTenant())],
  ] as const) {
    const { proof, tenants, audit } = aProof();
    assert.deepEqual(await ask(proof), tenant);
    assert.deepEqual([tenants.saved, audit.events], [[], []]);
  }
});
